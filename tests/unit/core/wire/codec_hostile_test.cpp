// Bytes that no Encoder wrote.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/core/wire/codec.h"

#include "support/random.h"
#include "support/wire.h"

namespace gtest_xdist {
namespace {

// A length or count; integers look different.
std::string length_of(std::uint64_t length) {
  std::string bytes;
  for (; length >= 0x80; length >>= 7) bytes.push_back(static_cast<char>(length | 0x80));
  bytes.push_back(static_cast<char>(length));
  return bytes;
}

TEST(CodecHostile, EveryTruncationIsNoticed) {
  const std::string bytes = encoded(full_sample());
  ASSERT_GT(bytes.size(), 400U);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(decoded<Sample>(std::string_view(bytes).substr(0, length)), DecodeError) << length;
  }
}

TEST(CodecHostile, BytesLeftOverAreNoticed) {
  EXPECT_EQ(decode_error<Sample>(encoded(full_sample()) + "abc"), "3 bytes too many");
}

TEST(CodecHostile, IntegersOutOfRangeAreNoticed) {
  EXPECT_EQ(decode_error<std::uint8_t>(encoded(256)), "the number 256 is not within 0 to 255");
  EXPECT_EQ(decode_error<std::uint8_t>(encoded(-1)), "the number -1 is not within 0 to 255");
  EXPECT_EQ(decode_error<std::uint16_t>(encoded(65536)),
            "the number 65536 is not within 0 to 65535");
  EXPECT_EQ(decode_error<std::uint32_t>(encoded(std::uint64_t{1} << 32)),
            "the number 4294967296 is not within 0 to 4294967295");
  EXPECT_EQ(decode_error<std::uint64_t>(encoded(std::numeric_limits<std::int64_t>::min())),
            "the number -9223372036854775808 is not within 0 to 18446744073709551615");
  EXPECT_EQ(decode_error<std::int8_t>(encoded(-129)), "the number -129 is not within -128 to 127");
  EXPECT_EQ(decode_error<std::int8_t>(encoded(128)), "the number 128 is not within -128 to 127");
  EXPECT_EQ(decode_error<std::int32_t>(encoded(2147483648)),
            "the number 2147483648 is not within -2147483648 to 2147483647");
  EXPECT_EQ(decode_error<std::int64_t>(encoded(std::numeric_limits<std::uint64_t>::max())),
            "the number 18446744073709551615 is not within -9223372036854775808 to "
            "9223372036854775807");
  EXPECT_EQ(decode_error<std::byte>(encoded(256)), "the number 256 is not within 0 to 255");
  EXPECT_EQ(decode_error<Colour>(encoded(256)), "the number 256 is not within 0 to 255");
  EXPECT_EQ(decode_error<std::vector<std::uint16_t>>(encoded(std::vector<int>{1, -5})),
            "the number -5 is not within 0 to 65535");
}

TEST(CodecHostile, IntegersThatAreTooLongAreNoticed) {
  const std::string nine(9, '\x80');
  const std::string too_long = "a number of more than 64 bits";
  EXPECT_EQ(decoded<std::uint64_t>(nine + bytes_of({0x02})), std::uint64_t{1} << 63);
  EXPECT_EQ(decode_error<std::uint64_t>(nine + bytes_of({0x04})), too_long);
  EXPECT_EQ(decode_error<std::uint64_t>(nine + bytes_of({0x7f})), too_long);
  EXPECT_EQ(decode_error<std::uint64_t>(nine + bytes_of({0x80, 0x01})), too_long);
  EXPECT_EQ(decode_error<std::uint64_t>(std::string(100, '\xff')), too_long);
  EXPECT_EQ(decode_error<std::int64_t>(bytes_of({0x81}) + nine.substr(1) + bytes_of({0x02})),
            too_long)
      << "a negative number of 65 bits";
  EXPECT_EQ(decode_error<std::uint64_t>(nine), "a number that breaks off");
  EXPECT_EQ(decode_error<std::uint64_t>(""), "a number that breaks off");
  EXPECT_EQ(decode_error<double>(std::string(7, '\0')), "a number that breaks off");
}

TEST(CodecHostile, ValuesThatAreNoneAreNoticed) {
  const std::string no_truth = "a truth value that is neither 0 nor 1";
  EXPECT_EQ(decode_error<bool>(bytes_of({2})), no_truth);
  EXPECT_EQ(decode_error<std::vector<bool>>(bytes_of({1, 2})), no_truth);
  EXPECT_EQ(decode_error<std::optional<int>>(bytes_of({2, 0})), no_truth);
  EXPECT_EQ(decode_error<Colour>(encoded(3)), "an enumerator out of range");
}

TEST(CodecHostile, KeysThatComeTwiceAreNoticed) {
  using Map = std::map<std::string, int>;
  EXPECT_EQ(decode_error<Map>(bytes_of({2, 1, 'a', 4, 1, 'a', 2})), "a key that comes twice");
  EXPECT_EQ(decode_error<Map>(bytes_of({3, 1, 'a', 4, 1, 'b', 2, 1, 'a', 4})),
            "a key that comes twice");
  EXPECT_EQ(decoded<Map>(bytes_of({2, 1, 'b', 2, 1, 'a', 4})), (Map{{"a", 2}, {"b", 1}}))
      << "their order is free";
}

// Where memory was reserved before the bytes were looked at, these would exhaust it.
TEST(CodecHostile, LengthsBeyondTheEndAreNoticed) {
  const std::string beyond = "a length beyond the end of the bytes";
  const std::string enormous = length_of(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(decode_error<std::string>(bytes_of({5, 'a', 'b', 'c', 'd'})), beyond);
  EXPECT_EQ(decode_error<std::string>(enormous + "abc"), beyond);
  EXPECT_EQ(decode_error<std::string>(length_of(std::uint64_t{1} << 40) + "abc"), beyond);
  EXPECT_EQ(decode_error<std::string>(std::string(100, '\x80')), "a number of more than 64 bits");
  EXPECT_EQ(decode_error<std::string>(std::string(9, '\x80') + bytes_of({2})),
            "a number of more than 64 bits");
  EXPECT_EQ(decode_error<std::vector<unsigned char>>(bytes_of({2, 0})), beyond);
  EXPECT_EQ(decode_error<std::vector<std::byte>>(enormous + "abc"), beyond);
  EXPECT_EQ(decode_error<std::vector<bool>>(enormous + "abc"), beyond);
  EXPECT_EQ(decode_error<std::vector<std::string>>(bytes_of({2, 0})), beyond);
  EXPECT_EQ(decode_error<std::vector<std::string>>(enormous), beyond);
  EXPECT_EQ(decode_error<std::vector<Inner>>(enormous + "abc"), beyond);
  EXPECT_EQ(decode_error<std::vector<Inner>>(length_of(std::uint64_t{1} << 40) + "abc"), beyond);
  EXPECT_EQ((decode_error<std::map<int, int>>(enormous + "abc")), beyond);
}

// If an element could take no bytes at all, the second would claim 10^11 elements with 10^6 bytes.
TEST(CodecHostile, ElementsTakeBytesEvenIfTheyAreEmpty) {
  EXPECT_EQ(decode_error<std::vector<Empty>>(bytes_of({3, 0, 0})),
            "a length beyond the end of the bytes");
  std::string bytes = length_of(300'000);
  for (int i = 0; i < 300'000; ++i) bytes += length_of(300'000);
  EXPECT_EQ(decode_error<std::vector<std::vector<Empty>>>(bytes), "a filler that is not 0");
  EXPECT_EQ(decode_error<std::vector<std::tuple<>>>(bytes_of({1, 1})), "a filler that is not 0");
  EXPECT_EQ((decode_error<std::map<std::tuple<>, Empty>>(bytes_of({2, 0, 0}))),
            "a key that comes twice");
}

TEST(CodecHostile, DeepNestingIsNoticed) {
  const std::string too_deep = "structs nested more than 1000 deep";
  EXPECT_TRUE(decoded<Tree>(std::string(999, '\1') + '\0') == deep_tree(1000));
  EXPECT_EQ(decode_error<Tree>(std::string(1000, '\1') + '\0'), too_deep);
  EXPECT_EQ(decode_error<Tree>(std::string(1'000'000, '\1')), too_deep);
}

// Whatever was accepted is written in one way, so that bytes can be compared; values could not: a
// NaN does not equal itself.
TEST(CodecHostile, AnyBytesAreAValueOrADecodeError) {
  Random random(2);
  const std::string valid = encoded(full_sample());
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string bytes = valid;
    if (random.one_in(2)) {
      bytes = random.bytes(random.between<std::size_t>(0, 40));
    } else {
      for (unsigned changes = random.between(1U, 3U); changes > 0; --changes) {
        bytes[random.between<std::size_t>(0, bytes.size() - 1)] = random.bytes(1)[0];
      }
    }
    try {
      const std::string again = encoded(decoded<Sample>(bytes));
      ++accepted;
      ASSERT_EQ(encoded(decoded<Sample>(again)), again);
    } catch (const DecodeError&) {
      ++refused;
    }
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(refused, 1000);
}

// Small numbers everywhere: short random bytes are then often whole values of these types.
TEST(CodecHostile, ShortBytesAreAValueOfAnyTypeOrADecodeError) {
  Random random(3);
  int accepted = 0;
  const auto read = [&](std::string_view bytes, auto value) {
    using Value = decltype(value);
    try {
      const std::string again = encoded(decoded<Value>(bytes));
      ++accepted;
      EXPECT_EQ(encoded(decoded<Value>(again)), again);
    } catch (const DecodeError&) {
    }
  };
  for (int round = 0; round < 50'000; ++round) {
    std::string bytes = random.bytes(random.between<std::size_t>(0, 12));
    for (char& c : bytes) c = static_cast<char>(c & (random.one_in(8) ? 0xff : 0x03));
    read(bytes, std::map<int, std::vector<unsigned char>>{});
    read(bytes, std::vector<std::optional<std::pair<bool, std::string>>>{});
    read(bytes, std::map<bool, std::vector<std::tuple<Empty, std::vector<bool>>>>{});
    read(bytes, std::tuple<std::vector<Empty>, Colour, std::optional<Tree>>{});
    read(bytes, Tree{});
  }
  EXPECT_GT(accepted, 5000);
}

}  // namespace
}  // namespace gtest_xdist
