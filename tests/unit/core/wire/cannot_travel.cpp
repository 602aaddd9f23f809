// Types that cannot travel: each TRY_* makes this file one that must not compile, and the compiler
// must give the reason. Without any it compiles. See CMakeLists.txt.
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "gtest_xdist/core/wire/codec.h"

namespace {

enum class Unchecked { one };

enum Loose { loose };
bool is_valid(Loose) { return true; }

struct Plain {
  int number = 0;
};

struct Unready {
  explicit Unready(int start) : number(start) {}
  int number;
};
template <class Visitor>
void visit_fields(Visitor& visit, Unready& unready) {
  visit(unready.number);
}

#if defined(TRY_POINTER)
using Value = const int*;
#elif defined(TRY_POINTER_WITHIN)
using Value = std::map<std::string, std::vector<std::optional<char*>>>;
#elif defined(TRY_STRUCT_WITHOUT_FIELDS)
using Value = std::vector<Plain>;
#elif defined(TRY_VIEW)
using Value = std::string_view;
#elif defined(TRY_UNIQUE_PTR)
using Value = std::unique_ptr<int>;
#elif defined(TRY_ARRAY)
using Value = std::tuple<int, std::array<int, 2>>;
#elif defined(TRY_LONG_DOUBLE)
using Value = long double;
#elif defined(TRY_ENUM_WITHOUT_CHECK)
using Value = Unchecked;
#elif defined(TRY_ENUM_WITHOUT_TYPE)
using Value = Loose;
#elif defined(TRY_STRUCT_WITHOUT_DEFAULT)
using Value = std::optional<Unready>;
#else
using Value = std::tuple<std::vector<std::optional<int>>, std::map<std::string, double>>;
#endif

[[maybe_unused]] void encode(const Value& value, std::string& bytes) {
  gtest_xdist::Encoder encoder(bytes);
  encoder(value);
}

[[maybe_unused]] void decode(const std::string& bytes, Value& value) {
  gtest_xdist::Decoder decoder(bytes);
  decoder(value);
}

}  // namespace
