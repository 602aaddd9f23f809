// Which types can travel between processes, and the compiler's message for a type that cannot.
//
// Layer: core/wire (standard library only). codec.h turns such types into bytes; type_name.h names
// them.
#ifndef GTEST_XDIST_CORE_WIRE_WIRE_TRAITS_H_
#define GTEST_XDIST_CORE_WIRE_WIRE_TRAITS_H_

#include <cstddef>
#include <type_traits>
#include <utility>

namespace gtest_xdist::internal {

// Structs may contain one another this deep. A type that contains itself (a tree with a vector of
// subtrees) is as deep as its value: without a limit, a stranger's bytes could exhaust the stack.
inline constexpr unsigned kMaxNesting = 1000;

// Any integral type but bool; one that is wider than 64 bits does not travel.
template <class T>
inline constexpr bool kIsInteger =
    std::is_integral_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8;

template <class T>
inline constexpr bool kIsFloating = std::is_same_v<T, float> || std::is_same_v<T, double>;

// Vectors of these are copied as one block.
template <class T>
inline constexpr bool kIsByte = std::is_same_v<T, unsigned char> || std::is_same_v<T, std::byte>;

template <class Visitor, class T, class = void>
struct HasFields : std::false_type {};
template <class Visitor, class T>
struct HasFields<Visitor, T,
                 std::void_t<decltype(visit_fields(std::declval<Visitor&>(), std::declval<T&>()))>>
    : std::true_type {};

template <class E, class = void>
struct HasIsValid : std::false_type {};
template <class E>
struct HasIsValid<E, std::void_t<decltype(is_valid(std::declval<E>()))>> : std::true_type {};

// Only an enum with a fixed underlying type can be initialised in braces from a number.
template <class E, class = void>
struct HasFixedType : std::false_type {};
template <class E>
struct HasFixedType<E, std::void_t<decltype(E{std::declval<std::underlying_type_t<E>>()})>>
    : std::true_type {};

// Stops the compilation, with a reason, unless the enum E can travel.
template <class E>
constexpr bool check_enum() {
  static_assert(HasFixedType<E>::value,
                "gtest_xdist: an enum that travels between processes needs a fixed underlying "
                "type, as in `enum Colour : int` or `enum class Colour`");
  static_assert(HasIsValid<E>::value,
                "gtest_xdist: an enum E that travels between processes needs beside it a function "
                "`bool is_valid(E)` that says whether a number from elsewhere is one of E");
  return true;
}

// Stops the compilation, with a reason, unless T is a struct whose fields `Visitor` can visit.
template <class Visitor, class T>
constexpr bool check_struct() {
  if constexpr (std::is_pointer_v<T>) {
    static_assert(!std::is_pointer_v<T>,
                  "gtest_xdist: a pointer cannot travel between processes: send what it points to");
  } else {
    static_assert(HasFields<Visitor, T>::value,
                  "gtest_xdist: this type cannot travel between processes. What can: bool, "
                  "integers of up to 64 bits, enums, float, double, std::string, std::vector, "
                  "std::optional, std::pair, std::tuple, std::map, and a struct T that has beside "
                  "it a function template `visit_fields(Visitor&, T&)`");
    static_assert(std::is_default_constructible_v<T>,
                  "gtest_xdist: a struct that travels between processes needs a default "
                  "constructor, to be filled in on arrival");
  }
  return true;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_WIRE_WIRE_TRAITS_H_
