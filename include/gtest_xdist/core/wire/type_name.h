// The name of a type that travels (codec.h), so that a message can say what was written.
//
// Layer: core/wire (standard library only).
#ifndef GTEST_XDIST_CORE_WIRE_TYPE_NAME_H_
#define GTEST_XDIST_CORE_WIRE_TYPE_NAME_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "gtest_xdist/core/wire/wire_traits.h"

namespace gtest_xdist {
namespace internal {

// Has another address for each T. Not const: linkers may merge equal constants.
template <class T>
struct TypeKey {
  static inline char address = 0;
};

// Builds one name. As a visitor of fields, it names each of them.
class TypeNamer {
 public:
  template <class T>
  struct Of {};

  template <class T>
  void operator()(const T&) {
    if (!fields_.empty()) fields_ += ", ";
    fields_ += name(Of<T>());
  }

  template <class T>
  std::string name(Of<T>) {
    if constexpr (std::is_same_v<T, bool>) {
      return "bool";
    } else if constexpr (kIsInteger<T> || std::is_same_v<T, std::byte>) {
      return "integer";
    } else if constexpr (std::is_enum_v<T>) {
      return name(Of<std::underlying_type_t<T>>());
    } else if constexpr (kIsFloating<T>) {
      return "double";
    } else {
      return struct_name<T>();
    }
  }

  std::string name(Of<std::string>) { return "string"; }

  template <class T>
  std::string name(Of<std::vector<T>>) {
    if constexpr (kIsByte<T>) {
      return "bytes";
    } else {
      return "vector<" + name(Of<T>()) + ">";
    }
  }

  template <class T>
  std::string name(Of<std::optional<T>>) {
    return "optional<" + name(Of<T>()) + ">";
  }

  template <class First, class Second>
  std::string name(Of<std::pair<First, Second>>) {
    return "pair<" + name(Of<First>()) + ", " + name(Of<Second>()) + ">";
  }

  template <class... T>
  std::string name(Of<std::tuple<T...>>) {
    std::string names;
    ((names += (names.empty() ? "" : ", ") + name(Of<T>())), ...);
    return "tuple<" + names + ">";
  }

  template <class Key, class T, class Compare>
  std::string name(Of<std::map<Key, T, Compare>>) {
    return "map<" + name(Of<Key>()) + ", " + name(Of<T>()) + ">";
  }

 private:
  // Inside its own fields a struct is "...", and "...2" or more where other structs are around the
  // field: without the number, two types could share a name.
  template <class T>
  std::string struct_name() {
    static_assert(check_struct<TypeNamer, T>());
    if constexpr (HasFields<TypeNamer, T>::value) {
      const void* const key = &TypeKey<T>::address;
      const auto found = std::find(around_.rbegin(), around_.rend(), key);
      if (found != around_.rend()) {
        const auto distance = found - around_.rbegin() + 1;
        return distance == 1 ? "..." : "..." + std::to_string(distance);
      }
      around_.push_back(key);
      std::string outer_fields = std::exchange(fields_, "");
      T value{};
      visit_fields(*this, value);
      around_.pop_back();
      return "struct{" + std::exchange(fields_, std::move(outer_fields)) + "}";
    }
  }

  std::string fields_;               // of the innermost struct
  std::vector<const void*> around_;  // the structs that are being named, the outermost first
};

}  // namespace internal

// The name of T as it travels: "map<string, vector<integer>>". All integral types and enums are
// "integer". float is "double". A vector of std::byte or unsigned char is "bytes". A struct is the
// list of its fields: "struct{string, bool}", with "..." for the struct itself inside them.
//
// A value that was written as one type can be read as another type of the same name, unless a
// number is out of the other type's range. A struct's fields are those that visit_fields() visits
// in a T{}. So the name leaves out a field that is only visited for some values of another field.
template <class T>
std::string wire_type_name() {
  return internal::TypeNamer().name(internal::TypeNamer::Of<T>());
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_CORE_WIRE_TYPE_NAME_H_
