#include "gtest_xdist/core/codec.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/thrown.h"

namespace gtest_xdist {
namespace {

enum class Colour : std::uint8_t { red, green, blue };
bool is_valid(Colour colour) { return colour <= Colour::blue; }

struct Inner {
  std::int32_t number = 0;
  std::string text;
};
template <class Visitor>
void visit_fields(Visitor& visit, Inner& inner) {
  visit(inner.number);
  visit(inner.text);
}
bool operator==(const Inner& a, const Inner& b) {
  return std::tie(a.number, a.text) == std::tie(b.number, b.text);
}

// One of everything.
struct Sample {
  bool truth = false;
  Colour colour = Colour::red;
  std::int8_t small = 0;
  std::uint16_t medium = 0;
  std::int64_t large = 0;
  std::uint64_t huge = 0;
  std::string text;
  std::vector<std::string> words;
  std::vector<Inner> inners;
};
template <class Visitor>
void visit_fields(Visitor& visit, Sample& s) {
  visit(s.truth);
  visit(s.colour);
  visit(s.small);
  visit(s.medium);
  visit(s.large);
  visit(s.huge);
  visit(s.text);
  visit(s.words);
  visit(s.inners);
}
bool operator==(const Sample& a, const Sample& b) {
  return std::tie(a.truth, a.colour, a.small, a.medium, a.large, a.huge, a.text, a.words,
                  a.inners) ==
         std::tie(b.truth, b.colour, b.small, b.medium, b.large, b.huge, b.text, b.words, b.inners);
}

template <class T>
std::string encoded(const T& value) {
  std::string bytes;
  Encoder encoder(bytes);
  encoder(value);
  return bytes;
}

// Throws DecodeError unless `bytes` are exactly one T.
template <class T>
T decoded(std::string_view bytes) {
  Decoder decoder(bytes);
  T value{};
  decoder(value);
  decoder.expect_end();
  return value;
}

template <class T>
std::string decode_error(std::string_view bytes) {
  return text_of_thrown<DecodeError>([&] { decoded<T>(bytes); });
}

std::string bytes_of(std::initializer_list<unsigned> numbers) {
  std::string bytes;
  for (const unsigned number : numbers) bytes.push_back(static_cast<char>(number));
  return bytes;
}

Sample full_sample() {
  Sample s;
  s.truth = true;
  s.colour = Colour::blue;
  s.small = -128;
  s.medium = 65535;
  s.large = std::numeric_limits<std::int64_t>::min();
  s.huge = std::numeric_limits<std::uint64_t>::max();
  s.text = std::string("zero \0 and high \xff", 17);
  s.words = {"", "one", std::string(300, 'x')};
  s.inners = {{-1, "a"}, {0, ""}, {2147483647, "b"}};
  return s;
}

template <class T>
class CodecInteger : public testing::Test {};

using Integers = testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t,
                                std::int32_t, std::uint32_t, std::int64_t, std::uint64_t>;
TYPED_TEST_SUITE(CodecInteger, Integers, );

TYPED_TEST(CodecInteger, SurvivesTheRoundTripAtItsLimits) {
  using Limits = std::numeric_limits<TypeParam>;
  for (const TypeParam value :
       {Limits::min(), static_cast<TypeParam>(Limits::min() + 1), static_cast<TypeParam>(-1),
        TypeParam{0}, TypeParam{1}, TypeParam{63}, TypeParam{64}, TypeParam{127},
        static_cast<TypeParam>(Limits::max() - 1), Limits::max()}) {
    EXPECT_EQ(decoded<TypeParam>(encoded(value)), value);
  }
}

TEST(Codec, WritesSmallNumbersShort) {
  EXPECT_EQ(encoded(std::uint64_t{0}), bytes_of({0}));
  EXPECT_EQ(encoded(std::uint64_t{127}), bytes_of({0x7f}));
  EXPECT_EQ(encoded(std::uint64_t{128}), bytes_of({0x80, 0x01}));
  EXPECT_EQ(encoded(std::uint64_t{300}), bytes_of({0xac, 0x02}));
  EXPECT_EQ(encoded(std::numeric_limits<std::uint64_t>::max()),
            std::string(9, '\xff') + bytes_of({0x01}));
  EXPECT_EQ(encoded(std::int32_t{0}), bytes_of({0}));
  EXPECT_EQ(encoded(std::int32_t{-1}), bytes_of({1}));
  EXPECT_EQ(encoded(std::int32_t{1}), bytes_of({2}));
  EXPECT_EQ(encoded(std::int32_t{-64}), bytes_of({0x7f}));
  EXPECT_EQ(encoded(std::int64_t{-65}), bytes_of({0x81, 0x01}));
  EXPECT_EQ(encoded(true), bytes_of({1}));
  EXPECT_EQ(encoded(std::string("ab")), bytes_of({2, 'a', 'b'}));
  EXPECT_EQ(encoded(std::vector<bool>{}), bytes_of({0}));
  EXPECT_EQ(encoded(std::vector<Inner>{{3, "x"}}), bytes_of({1, 6, 1, 'x'}));
}

TEST(Codec, OneOfEverythingSurvivesTheRoundTrip) {
  EXPECT_TRUE(decoded<Sample>(encoded(full_sample())) == full_sample());
  EXPECT_TRUE(decoded<Sample>(encoded(Sample{})) == Sample{});
}

TEST(Codec, AValueThatIsReadReplacesTheOldOne) {
  Sample value = full_sample();
  const std::string bytes = encoded(Sample{});
  Decoder decoder(bytes);
  decoder(value);
  EXPECT_TRUE(value == Sample{});
}

TEST(Codec, EveryTruncationIsNoticed) {
  const std::string bytes = encoded(full_sample());
  ASSERT_GT(bytes.size(), 300U);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(decoded<Sample>(std::string_view(bytes).substr(0, length)), DecodeError) << length;
  }
}

TEST(Codec, BytesLeftOverAreNoticed) {
  EXPECT_EQ(decode_error<Sample>(encoded(full_sample()) + "abc"), "3 bytes too many");
}

TEST(Codec, NumbersTooLargeAreNoticed) {
  const std::string too_large = "a number too large for its type";
  EXPECT_EQ(decode_error<std::uint8_t>(encoded(std::uint16_t{256})), too_large);
  EXPECT_EQ(decode_error<std::uint16_t>(encoded(std::uint32_t{65536})), too_large);
  EXPECT_EQ(decode_error<std::uint32_t>(encoded(std::uint64_t{1} << 32)), too_large);
  EXPECT_EQ(decode_error<std::int8_t>(encoded(std::int16_t{-129})), too_large);
  EXPECT_EQ(decode_error<std::int8_t>(encoded(std::int16_t{128})), too_large);
  EXPECT_EQ(decode_error<std::int32_t>(encoded(std::int64_t{2147483648})), too_large);
}

TEST(Codec, NumbersThatAreTooLongAreNoticed) {
  const std::string nine(9, '\x80');
  const std::string too_long = "a number of more than 64 bits";
  EXPECT_EQ(decoded<std::uint64_t>(nine + bytes_of({0x01})), std::uint64_t{1} << 63);
  EXPECT_EQ(decode_error<std::uint64_t>(nine + bytes_of({0x02})), too_long);
  EXPECT_EQ(decode_error<std::uint64_t>(nine + bytes_of({0x7f})), too_long);
  EXPECT_EQ(decode_error<std::uint64_t>(nine + bytes_of({0x80, 0x00})), too_long);
  EXPECT_EQ(decode_error<std::uint64_t>(std::string(100, '\xff')), too_long);
  EXPECT_EQ(decode_error<std::string>(std::string(100, '\x80')), too_long);
  EXPECT_EQ(decode_error<std::uint64_t>(nine), "a number that breaks off");
  EXPECT_EQ(decode_error<std::uint64_t>(""), "a number that breaks off");
}

TEST(Codec, ValuesThatAreNoneAreNoticed) {
  EXPECT_EQ(decode_error<bool>(bytes_of({2})), "a truth value that is neither 0 nor 1");
  EXPECT_EQ(decode_error<Colour>(bytes_of({3})), "an enumerator out of range");
  EXPECT_EQ(decode_error<Colour>(bytes_of({0x80, 0x02})), "a number too large for its type");
}

// Where memory was reserved before the bytes were looked at, these would exhaust it.
TEST(Codec, LengthsBeyondTheEndAreNoticed) {
  const std::string beyond = "a length beyond the end of the bytes";
  const std::string enormous = encoded(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(decode_error<std::string>(bytes_of({5, 'a', 'b', 'c', 'd'})), beyond);
  EXPECT_EQ(decode_error<std::string>(enormous + "abc"), beyond);
  EXPECT_EQ(decode_error<std::vector<std::string>>(bytes_of({2, 0})), beyond);
  EXPECT_EQ(decode_error<std::vector<std::string>>(enormous), beyond);
  EXPECT_EQ(decode_error<std::vector<Inner>>(enormous + "abc"), beyond);
  EXPECT_EQ(decode_error<std::vector<Inner>>(encoded(std::uint64_t{1} << 40) + "abc"), beyond);
}

TEST(Codec, AnyBytesAreAValueOrADecodeError) {
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
      const Sample value = decoded<Sample>(bytes);
      ++accepted;
      ASSERT_TRUE(decoded<Sample>(encoded(value)) == value);
    } catch (const DecodeError&) {
      ++refused;
    }
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace gtest_xdist
