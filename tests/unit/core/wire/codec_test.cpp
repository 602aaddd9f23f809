#include "gtest_xdist/core/wire/codec.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/thrown.h"
#include "support/wire.h"

namespace gtest_xdist {
namespace {

template <class T>
class CodecInteger : public testing::Test {};

using Integers = testing::Types<char, signed char, unsigned char, wchar_t, char16_t, char32_t,
                                std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                                std::int64_t, std::uint64_t, long long, unsigned long long>;
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

TYPED_TEST(CodecInteger, IsReadAsAnyIntegerThatHasIt) {
  for (const int value : {0, 1, 63, 64, 127}) {
    const std::string bytes = encoded(static_cast<TypeParam>(value));
    EXPECT_EQ(bytes, encoded(value));
    EXPECT_EQ(decoded<std::int8_t>(bytes), value);
    EXPECT_EQ(decoded<std::uint64_t>(bytes), static_cast<std::uint64_t>(value));
  }
  const TypeParam least = std::numeric_limits<TypeParam>::min();
  EXPECT_EQ(decoded<std::int64_t>(encoded(least)), static_cast<std::int64_t>(least));
}

TEST(Codec, WritesSmallNumbersShort) {
  EXPECT_EQ(encoded(std::uint64_t{0}), bytes_of({0}));
  EXPECT_EQ(encoded(std::uint64_t{63}), bytes_of({0x7e}));
  EXPECT_EQ(encoded(std::uint64_t{64}), bytes_of({0x80, 0x01}));
  EXPECT_EQ(encoded(std::uint64_t{300}), bytes_of({0xd8, 0x04}));
  EXPECT_EQ(encoded(std::numeric_limits<std::uint64_t>::max()),
            bytes_of({0xfe}) + std::string(8, '\xff') + bytes_of({0x03}));
  EXPECT_EQ(encoded(std::int32_t{0}), bytes_of({0}));
  EXPECT_EQ(encoded(std::int32_t{-1}), bytes_of({1}));
  EXPECT_EQ(encoded(std::int32_t{1}), bytes_of({2}));
  EXPECT_EQ(encoded(std::int32_t{-64}), bytes_of({0x7f}));
  EXPECT_EQ(encoded(std::int64_t{-65}), bytes_of({0x81, 0x01}));
  EXPECT_EQ(encoded(std::numeric_limits<std::int64_t>::min()),
            std::string(9, '\xff') + bytes_of({0x01}));
  EXPECT_EQ(encoded(Colour::blue), bytes_of({4}));
  EXPECT_EQ(encoded(std::byte{1}), bytes_of({2}));
  EXPECT_EQ(encoded(true), bytes_of({1}));
}

TEST(Codec, WritesWhatStandsInTheContainers) {
  EXPECT_EQ(encoded(std::string("ab")), bytes_of({2, 'a', 'b'}));
  EXPECT_EQ(encoded(std::string(128, 'a')), bytes_of({0x80, 0x01}) + std::string(128, 'a'));
  EXPECT_EQ(encoded(std::vector<unsigned char>{0, 200}), bytes_of({2, 0, 200}));
  EXPECT_EQ(encoded(std::vector<std::byte>{std::byte{200}}), bytes_of({1, 200}));
  EXPECT_EQ(encoded(std::vector<bool>{}), bytes_of({0}));
  EXPECT_EQ(encoded(std::vector<bool>{true, false}), bytes_of({2, 1, 0}));
  EXPECT_EQ(encoded(std::vector<Inner>{{3, "x"}}), bytes_of({1, 6, 1, 'x'}));
  EXPECT_EQ(encoded(std::optional<int>{}), bytes_of({0}));
  EXPECT_EQ(encoded(std::optional<int>{3}), bytes_of({1, 6}));
  EXPECT_EQ(encoded(std::pair<int, std::string>{3, "x"}), bytes_of({6, 1, 'x'}));
  EXPECT_EQ(encoded(std::tuple<bool, int, std::string>{true, 3, "x"}), bytes_of({1, 6, 1, 'x'}));
  EXPECT_EQ(encoded(std::tuple<>{}), "");
  EXPECT_EQ(encoded(std::map<std::string, int>{{"b", 1}, {"a", 2}}),
            bytes_of({2, 1, 'a', 4, 1, 'b', 2}));
}

// Otherwise a few bytes could claim any number of elements.
TEST(Codec, WritesAFillerForAnElementWithoutBytes) {
  EXPECT_EQ(encoded(Empty{}), "");
  EXPECT_EQ(encoded(std::vector<Empty>(3)), bytes_of({3, 0, 0, 0}));
  EXPECT_EQ(encoded(std::vector<std::tuple<Empty, std::tuple<>>>(2)), bytes_of({2, 0, 0}));
  EXPECT_EQ(encoded(std::map<std::tuple<>, Empty>{{{}, {}}}), bytes_of({1, 0}));
  EXPECT_EQ(encoded(std::vector<std::vector<Empty>>{{{}, {}}, {}}), bytes_of({2, 2, 0, 0, 0}));
  EXPECT_EQ(encoded(std::optional<Empty>{Empty{}}), bytes_of({1}));
}

TEST(Codec, WritesDoublesInEightBytes) {
  EXPECT_EQ(encoded(1.0), bytes_of({0, 0, 0, 0, 0, 0, 0xf0, 0x3f}));
  EXPECT_EQ(encoded(1.0F), bytes_of({0, 0, 0, 0, 0, 0, 0xf0, 0x3f}));
  EXPECT_EQ(encoded(-0.0), bytes_of({0, 0, 0, 0, 0, 0, 0, 0x80}));
}

template <class T>
class CodecFloating : public testing::Test {};

using Floatings = testing::Types<float, double>;
TYPED_TEST_SUITE(CodecFloating, Floatings, );

TYPED_TEST(CodecFloating, SurvivesTheRoundTrip) {
  using Limits = std::numeric_limits<TypeParam>;
  const TypeParam magnitudes[] = {0,
                                  1,
                                  static_cast<TypeParam>(0.1),
                                  Limits::min(),
                                  Limits::denorm_min(),
                                  Limits::max(),
                                  Limits::epsilon(),
                                  Limits::infinity()};
  for (const TypeParam magnitude : magnitudes) {
    for (const TypeParam value : {magnitude, -magnitude}) {
      const TypeParam back = decoded<TypeParam>(encoded(value));
      EXPECT_EQ(back, value);
      EXPECT_EQ(std::signbit(back), std::signbit(value)) << value;
    }
  }
  EXPECT_TRUE(std::isnan(decoded<TypeParam>(encoded(Limits::quiet_NaN()))));
}

TEST(Codec, ReadsFloatsAndDoublesAsOneAnother) {
  EXPECT_EQ(decoded<double>(encoded(0.1F)), static_cast<double>(0.1F));
  EXPECT_EQ(decoded<float>(encoded(0.1)), 0.1F);
  const double max = static_cast<double>(std::numeric_limits<float>::max());
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(decoded<float>(encoded(max)), std::numeric_limits<float>::max());
  EXPECT_EQ(decoded<float>(encoded(-infinity)), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(decoded<float>(encoded(std::numeric_limits<double>::quiet_NaN()))));
  const std::string too_large = "a number too large for a float";
  EXPECT_EQ(decode_error<float>(encoded(std::nextafter(max, infinity))), too_large);
  EXPECT_EQ(decode_error<float>(encoded(std::nextafter(-max, -infinity))), too_large);
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

TEST(Codec, ValuesFollowOneAnother) {
  std::string bytes = "prefix";
  Encoder encoder(bytes);
  encoder(std::string("text"));
  encoder(-7);
  Decoder decoder(std::string_view(bytes).substr(6));
  std::string text;
  int number = 0;
  decoder(text);
  decoder(number);
  decoder.expect_end();
  EXPECT_EQ(text, "text");
  EXPECT_EQ(number, -7);
}

TEST(Codec, StructsAreNestedAThousandDeepAtMost) {
  const Tree tree = deep_tree(1000);
  EXPECT_TRUE(decoded<Tree>(encoded(tree)) == tree);
  EXPECT_EQ(text_of_thrown<std::length_error>([] { encoded(deep_tree(1001)); }),
            "structs nested more than 1000 deep");
  // Breadth is no depth.
  Tree broad;
  broad.children.resize(5000);
  broad.children.push_back(deep_tree(999));
  broad.children.push_back(deep_tree(999));
  EXPECT_TRUE(decoded<Tree>(encoded(broad)) == broad);
}

}  // namespace
}  // namespace gtest_xdist
