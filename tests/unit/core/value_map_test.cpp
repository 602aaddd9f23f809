#include "gtest_xdist/core/value_map.h"

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/thrown.h"
#include "support/wire.h"

namespace gtest_xdist {
namespace {

using Sizes = std::map<std::string, int>;

template <class Action>
std::string error_of(Action action) {
  return text_of_thrown<ValueError>(action);
}

template <class T>
std::string get_error(const ValueMap& map, const std::string& name) {
  return error_of([&] { map.get<T>(name); });
}

// Has the fields of a ValueMap, and can have any others.
struct Forged {
  std::map<std::string, internal::EncodedValue> values;

  ValueMap map() const { return decoded<ValueMap>(encoded(*this)); }
};
template <class Visitor>
void visit_fields(Visitor& visit, Forged& forged) {
  visit(forged.values);
}

// Where the bytes of the values are.
struct BytesFinder {
  std::vector<const char*> found;

  void operator()(const std::map<std::string, internal::EncodedValue>& values) {
    for (const auto& [name, value] : values) found.push_back(value.bytes.data());
  }
};

static_assert(std::is_nothrow_move_constructible_v<ValueMap>);
static_assert(std::is_base_of_v<std::runtime_error, ValueError>);

TEST(ValueMap, GivesBackWhatWasSet) {
  ValueMap map;
  map.set("bool", true);
  map.set("int", -5);
  map.set("double", 0.1);
  map.set("string", std::string("text"));
  map.set("bytes", std::vector<unsigned char>{0, 255});
  map.set("map", Sizes{{"stack", 8}});
  map.set("sample", full_sample());
  map.set("optional", std::optional<int>());
  map.set("empty", Empty{});
  EXPECT_EQ(map.get<bool>("bool"), true);
  EXPECT_EQ(map.get<int>("int"), -5);
  EXPECT_EQ(map.get<double>("double"), 0.1);
  EXPECT_EQ(map.get<std::string>("string"), "text");
  EXPECT_EQ(map.get<std::vector<unsigned char>>("bytes"), (std::vector<unsigned char>{0, 255}));
  EXPECT_EQ(map.get<Sizes>("map"), (Sizes{{"stack", 8}}));
  EXPECT_TRUE(map.get<Sample>("sample") == full_sample());
  EXPECT_EQ(map.get<std::optional<int>>("optional"), std::nullopt);
  EXPECT_TRUE(map.get<Empty>("empty") == Empty{});
}

TEST(ValueMap, KeepsAllSortsOfTextAsStrings) {
  const char array[] = "array";
  const char* pointer = "pointer";
  char* changeable = const_cast<char*>(pointer);
  ValueMap map;
  map.set("literal", "literal");
  map.set("array", array);
  map.set("pointer", pointer);
  map.set("changeable", changeable);
  map.set("view", std::string_view("a view").substr(2));
  EXPECT_EQ(map.get<std::string>("literal"), "literal");
  EXPECT_EQ(map.get<std::string>("array"), "array");
  EXPECT_EQ(map.get<std::string>("pointer"), "pointer");
  EXPECT_EQ(map.get<std::string>("changeable"), "pointer");
  EXPECT_EQ(map.get<std::string>("view"), "view");
}

TEST(ValueMap, HasNames) {
  ValueMap map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.size(), 0U);
  EXPECT_EQ(map.names(), std::vector<std::string>());
  EXPECT_FALSE(map.contains("b"));
  map.set("b", 1);
  map.set("a", 2);
  EXPECT_FALSE(map.empty());
  EXPECT_EQ(map.size(), 2U);
  EXPECT_EQ(map.names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(map.contains("b"));
  EXPECT_TRUE(map.erase("b"));
  EXPECT_FALSE(map.erase("b"));
  EXPECT_FALSE(map.contains("b"));
  EXPECT_EQ(map.names(), std::vector<std::string>{"a"});
}

TEST(ValueMap, SettingAgainReplacesValueAndType) {
  ValueMap map;
  map.set("a", 1);
  map.set("a", "one");
  EXPECT_EQ(map.get<std::string>("a"), "one");
  EXPECT_EQ(map.size(), 1U);
}

TEST(ValueMap, ReadsAsAnyTypeOfTheSameForm) {
  ValueMap map;
  map.set("int", 7);
  map.set("colour", Colour::blue);
  map.set("float", 0.5F);
  map.set("shorts", std::map<std::string, short>{{"a", 3}});
  EXPECT_EQ(map.get<std::uint64_t>("int"), 7U);
  EXPECT_EQ(map.get<char>("int"), '\a');
  EXPECT_EQ(map.get<int>("colour"), 2);
  EXPECT_EQ(map.get<double>("float"), 0.5);
  EXPECT_EQ(map.get<Sizes>("shorts"), (Sizes{{"a", 3}}));
}

TEST(ValueMap, FindsNothingWhereNothingIs) {
  ValueMap map;
  map.set("a", 1);
  map.set("none", std::optional<int>());
  EXPECT_EQ(map.find<int>("a"), 1);
  EXPECT_EQ(map.find<int>("b"), std::nullopt);
  EXPECT_TRUE(map.find<std::optional<int>>("none").has_value());
  EXPECT_EQ(error_of([&] { map.find<bool>("a"); }), "value 'a' is an integer and was read as bool");
}

TEST(ValueMap, FallsBackWhereNothingIs) {
  ValueMap map;
  map.set("a", 1);
  map.set("text", "text");
  EXPECT_EQ(map.get_or("a", 5), 1);
  EXPECT_EQ(map.get_or("b", 5), 5);
  EXPECT_EQ(map.get_or("text", "other"), "text");
  EXPECT_EQ(map.get_or("b", "other"), std::string("other"));
  EXPECT_EQ(map.get_or<std::string>("b", "other"), "other");
  EXPECT_EQ(error_of([&] { map.get_or("a", "other"); }),
            "value 'a' is an integer and was read as string");
}

TEST(ValueMap, SaysWhichNamesThereAre) {
  ValueMap map;
  EXPECT_EQ(get_error<int>(map, "memory"), "no value 'memory': there are no values at all");
  map.set("workerid", "gw0");
  map.set("memory", Sizes());
  EXPECT_EQ(get_error<int>(map, "memroy"),
            "no value 'memroy'; did you mean 'memory'? The names are: memory, workerid");
  EXPECT_EQ(get_error<int>(map, "colour"), "no value 'colour'. The names are: memory, workerid");
}

TEST(ValueMap, SaysOfWhichTypeAValueIs) {
  ValueMap map;
  map.set("memory", Sizes());
  map.set("maybe", std::optional<bool>());
  map.set("block", std::vector<unsigned char>());
  map.set("text", "3");
  EXPECT_EQ(get_error<std::string>(map, "memory"),
            "value 'memory' is a map<string, integer> and was read as string");
  EXPECT_EQ(get_error<bool>(map, "maybe"),
            "value 'maybe' is an optional<bool> and was read as bool");
  EXPECT_EQ(get_error<std::string>(map, "block"), "value 'block' is bytes and was read as string");
  EXPECT_EQ(get_error<int>(map, "text"), "value 'text' is a string and was read as integer");
}

TEST(ValueMap, SaysWhichNumberDoesNotFit) {
  ValueMap map;
  map.set("workers", 300);
  map.set("sizes", Sizes{{"a", 1}, {"b", -1}});
  EXPECT_EQ(get_error<std::uint8_t>(map, "workers"),
            "value 'workers' (integer) cannot be read: the number 300 is not within 0 to 255");
  EXPECT_EQ((get_error<std::map<std::string, std::uint16_t>>(map, "sizes")),
            "value 'sizes' (map<string, integer>) cannot be read: the number -1 is not within 0 to "
            "65535");
  EXPECT_EQ(get_error<Colour>(map, "workers"),
            "value 'workers' (integer) cannot be read: the number 300 is not within 0 to 255");
}

TEST(ValueMap, SaysThatBytesAreDamaged) {
  const ValueMap map = Forged{
      {{"cut", {"string", "\x05 abc"}},
       {"long", {"bool", std::string("\0\0", 2)}},
       {"strange",
        {"", ""}}}}.map();
  EXPECT_EQ(map.size(), 3U);
  EXPECT_EQ(get_error<std::string>(map, "cut"),
            "value 'cut' (string) cannot be read: a length beyond the end of the bytes");
  EXPECT_EQ(get_error<bool>(map, "long"), "value 'long' (bool) cannot be read: 1 bytes too many");
  EXPECT_EQ(get_error<bool>(map, "strange"),
            "value 'strange' is of an unknown type and was read as bool");
}

TEST(ValueMap, SaysWhatCannotBeSetAndStaysAsItIs) {
  const char* null = nullptr;
  ValueMap map;
  map.set("a", 1);
  EXPECT_EQ(error_of([&] { map.set("a", null); }), "value 'a' is set to a null pointer");
  EXPECT_EQ(error_of([&] { map.set("a", deep_tree(1001)); }),
            "value 'a' cannot be set: structs nested more than 1000 deep");
  EXPECT_EQ(map.get<int>("a"), 1);
  EXPECT_EQ(map.size(), 1U);
}

TEST(ValueMap, Travels) {
  ValueMap inner;
  inner.set("sample", full_sample());
  ValueMap map;
  map.set("inner", inner);
  map.set("number", 7);
  const ValueMap again = decoded<ValueMap>(encoded(map));
  EXPECT_EQ(again.names(), (std::vector<std::string>{"inner", "number"}));
  EXPECT_EQ(again.get<int>("number"), 7);
  EXPECT_TRUE(again.get<ValueMap>("inner").get<Sample>("sample") == full_sample());
  EXPECT_EQ(decoded<ValueMap>(encoded(ValueMap())).names(), std::vector<std::string>());
}

TEST(ValueMap, MovesWithoutACopyOfItsValues) {
  ValueMap map;
  map.set("large", std::string(1'000'000, 'x'));
  map.set("larger", std::vector<unsigned char>(2'000'000));
  BytesFinder before;
  visit_fields(before, map);
  ValueMap moved = std::move(map);
  ValueMap assigned;
  assigned = std::move(moved);
  BytesFinder after;
  visit_fields(after, assigned);
  EXPECT_EQ(before.found.size(), 2U);
  EXPECT_EQ(before.found, after.found);
}

}  // namespace
}  // namespace gtest_xdist
