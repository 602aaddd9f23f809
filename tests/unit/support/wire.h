// Values as bytes and back, and a struct that has one of everything that travels.
#ifndef SUPPORT_WIRE_H_
#define SUPPORT_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "gtest_xdist/core/wire/codec.h"

#include "support/thrown.h"

namespace gtest_xdist {

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

inline std::string bytes_of(std::initializer_list<unsigned> numbers) {
  std::string bytes;
  for (const unsigned number : numbers) bytes.push_back(static_cast<char>(number));
  return bytes;
}

enum class Colour : std::uint8_t { red, green, blue };
inline bool is_valid(Colour colour) { return colour <= Colour::blue; }

struct Inner {
  std::int32_t number = 0;
  std::string text;
};
template <class Visitor>
void visit_fields(Visitor& visit, Inner& inner) {
  visit(inner.number);
  visit(inner.text);
}
inline bool operator==(const Inner& a, const Inner& b) {
  return std::tie(a.number, a.text) == std::tie(b.number, b.text);
}

// Takes no bytes of its own.
struct Empty {};
template <class Visitor>
void visit_fields(Visitor&, Empty&) {}
inline bool operator==(const Empty&, const Empty&) { return true; }

// As deep as its value.
struct Tree {
  std::vector<Tree> children;
};
template <class Visitor>
void visit_fields(Visitor& visit, Tree& tree) {
  visit(tree.children);
}
inline bool operator==(const Tree& a, const Tree& b) { return a.children == b.children; }

// A tree of `depth` trees, each in the one before.
inline Tree deep_tree(unsigned depth) {
  Tree tree;
  for (unsigned i = 1; i < depth; ++i) {
    Tree parent;
    parent.children.push_back(std::move(tree));
    tree = std::move(parent);
  }
  return tree;
}

struct Sample {
  bool truth = false;
  Colour colour = Colour::red;
  std::int8_t small = 0;
  std::uint16_t medium = 0;
  std::int64_t large = 0;
  std::uint64_t huge = 0;
  float single = 0;
  double real = 0;
  std::byte byte{};
  std::string text;
  std::vector<std::string> words;
  std::vector<Inner> inners;
  std::vector<bool> truths;
  std::vector<unsigned char> block;
  std::vector<std::byte> other_block;
  std::optional<Inner> maybe;
  std::pair<std::int16_t, std::string> pair;
  std::tuple<bool, double, std::optional<std::string>> tuple;
  std::map<std::string, std::uint32_t> map;
  std::map<std::pair<int, bool>, std::vector<std::optional<std::map<int, Inner>>>> nested;
  std::vector<Empty> empties;
  std::map<std::tuple<>, Empty> least;
};
template <class Visitor>
void visit_fields(Visitor& visit, Sample& s) {
  visit(s.truth);
  visit(s.colour);
  visit(s.small);
  visit(s.medium);
  visit(s.large);
  visit(s.huge);
  visit(s.single);
  visit(s.real);
  visit(s.byte);
  visit(s.text);
  visit(s.words);
  visit(s.inners);
  visit(s.truths);
  visit(s.block);
  visit(s.other_block);
  visit(s.maybe);
  visit(s.pair);
  visit(s.tuple);
  visit(s.map);
  visit(s.nested);
  visit(s.empties);
  visit(s.least);
}
inline bool operator==(const Sample& a, const Sample& b) {
  const auto fields = [](const Sample& s) {
    return std::tie(s.truth, s.colour, s.small, s.medium, s.large, s.huge, s.single, s.real, s.byte,
                    s.text, s.words, s.inners, s.truths, s.block, s.other_block, s.maybe, s.pair,
                    s.tuple, s.map, s.nested, s.empties, s.least);
  };
  return fields(a) == fields(b);
}

// No field of it is empty or has the value it has in a new Sample.
inline Sample full_sample() {
  Sample s;
  s.truth = true;
  s.colour = Colour::blue;
  s.small = -128;
  s.medium = 65535;
  s.large = std::numeric_limits<std::int64_t>::min();
  s.huge = std::numeric_limits<std::uint64_t>::max();
  s.single = 0.1F;
  s.real = -0.1;
  s.byte = std::byte{200};
  s.text = std::string("zero \0 and high \xff", 17);
  s.words = {"", "one", std::string(300, 'x')};
  s.inners = {{-1, "a"}, {0, ""}, {2147483647, "b"}};
  s.truths = {true, false, true};
  s.block = {0, 127, 128, 255};
  s.other_block = {std::byte{255}, std::byte{0}};
  s.maybe = Inner{7, "seven"};
  s.pair = {-300, "pair"};
  s.tuple = {true, 1e300, "tuple"};
  s.map = {{"", 0}, {"memory", 4294967295}};
  s.nested = {{{1, false}, {}},
              {{1, true}, {std::nullopt, std::map<int, Inner>{}}},
              {{2, false}, {std::map<int, Inner>{{-5, {1, "deep"}}, {5, {}}}}}};
  s.empties.resize(3);
  s.least = {{{}, {}}};
  return s;
}

}  // namespace gtest_xdist

#endif  // SUPPORT_WIRE_H_
