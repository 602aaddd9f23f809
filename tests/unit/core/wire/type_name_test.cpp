#include "gtest_xdist/core/wire/type_name.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/wire.h"

namespace gtest_xdist {
namespace {

enum Switch : bool { off, on };
[[maybe_unused]] bool is_valid(Switch) { return true; }

// The same bytes as Inner.
struct InnerAgain {
  std::uint64_t number = 0;
  std::string text;
};
template <class Visitor>
void visit_fields(Visitor& visit, InnerAgain& inner) {
  visit(inner.number);
  visit(inner.text);
}

struct Outer {
  Inner first;
  std::vector<Inner> more;
  bool truth = false;
};
template <class Visitor>
void visit_fields(Visitor& visit, Outer& outer) {
  visit(outer.first);
  visit(outer.more);
  visit(outer.truth);
}

struct NamedTree {
  std::string name;
  std::vector<NamedTree> children;
  std::map<std::string, std::vector<NamedTree>> more;
};
template <class Visitor>
void visit_fields(Visitor& visit, NamedTree& tree) {
  visit(tree.name);
  visit(tree.children);
  visit(tree.more);
}

// A Branch contains itself by way of its leaves; a Grove's trees contain themselves.
struct Leaf;
struct Branch {
  std::vector<Leaf> leaves;
};
struct Leaf {
  std::vector<Branch> branches;
};
template <class Visitor>
void visit_fields(Visitor& visit, Branch& branch) {
  visit(branch.leaves);
}
template <class Visitor>
void visit_fields(Visitor& visit, Leaf& leaf) {
  visit(leaf.branches);
}

struct Grove {
  std::vector<Tree> trees;
};
template <class Visitor>
void visit_fields(Visitor& visit, Grove& grove) {
  visit(grove.trees);
}

template <class... T>
std::vector<std::string> names() {
  return {wire_type_name<T>()...};
}

TEST(TypeName, IntegersShareOne) {
  for (const std::string& name :
       names<char, signed char, unsigned char, wchar_t, char16_t, char32_t, short, unsigned short,
             int, unsigned, long, unsigned long, long long, unsigned long long, std::byte,
             Colour>()) {
    EXPECT_EQ(name, "integer");
  }
}

TEST(TypeName, IsTheTypeOnItsWayInWords) {
  EXPECT_EQ(wire_type_name<bool>(), "bool");
  EXPECT_EQ(wire_type_name<Switch>(), "bool");
  EXPECT_EQ(wire_type_name<float>(), "double");
  EXPECT_EQ(wire_type_name<double>(), "double");
  EXPECT_EQ(wire_type_name<std::string>(), "string");
  EXPECT_EQ(wire_type_name<std::vector<unsigned char>>(), "bytes");
  EXPECT_EQ(wire_type_name<std::vector<std::byte>>(), "bytes");
  EXPECT_EQ(wire_type_name<std::vector<char>>(), "vector<integer>");
  EXPECT_EQ(wire_type_name<std::vector<bool>>(), "vector<bool>");
  EXPECT_EQ(wire_type_name<std::vector<std::string>>(), "vector<string>");
  EXPECT_EQ(wire_type_name<std::optional<int>>(), "optional<integer>");
  EXPECT_EQ((wire_type_name<std::pair<std::string, float>>()), "pair<string, double>");
  EXPECT_EQ(wire_type_name<std::tuple<>>(), "tuple<>");
  EXPECT_EQ(wire_type_name<std::tuple<bool>>(), "tuple<bool>");
  EXPECT_EQ((wire_type_name<std::tuple<bool, int>>()), "tuple<bool, integer>");
  EXPECT_EQ((wire_type_name<std::map<std::string, int>>()), "map<string, integer>");
  EXPECT_EQ((wire_type_name<std::map<int, bool, std::greater<>>>()), "map<integer, bool>");
  EXPECT_EQ((wire_type_name<std::vector<std::map<int, std::optional<std::pair<bool, Colour>>>>>()),
            "vector<map<integer, optional<pair<bool, integer>>>>");
}

TEST(TypeName, OfAStructIsItsFields) {
  EXPECT_EQ(wire_type_name<Empty>(), "struct{}");
  EXPECT_EQ(wire_type_name<Inner>(), "struct{integer, string}");
  EXPECT_EQ(wire_type_name<InnerAgain>(), wire_type_name<Inner>());
  EXPECT_EQ(decoded<InnerAgain>(encoded(Inner{7, "seven"})).number, 7U);
  EXPECT_EQ(decoded<InnerAgain>(encoded(Inner{7, "seven"})).text, "seven");
  EXPECT_EQ(wire_type_name<Outer>(),
            "struct{struct{integer, string}, vector<struct{integer, string}>, bool}");
  EXPECT_EQ((wire_type_name<std::pair<Inner, Empty>>()), "pair<struct{integer, string}, struct{}>");
}

TEST(TypeName, OfAStructThatContainsItselfEnds) {
  EXPECT_EQ(wire_type_name<Tree>(), "struct{vector<...>}");
  EXPECT_EQ(wire_type_name<NamedTree>(), "struct{string, vector<...>, map<string, vector<...>>}");
  EXPECT_EQ((wire_type_name<std::pair<Tree, Tree>>()),
            "pair<struct{vector<...>}, struct{vector<...>}>");
  EXPECT_EQ(wire_type_name<Branch>(), "struct{vector<struct{vector<...2>}>}");
  EXPECT_EQ(wire_type_name<Grove>(), "struct{vector<struct{vector<...>}>}");
}

}  // namespace
}  // namespace gtest_xdist
