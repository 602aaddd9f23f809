// Writes values as bytes. codec.h says which types may travel, and how a struct takes part.
//
// Layer: core/wire (standard library only).
#ifndef GTEST_XDIST_CORE_WIRE_ENCODER_H_
#define GTEST_XDIST_CORE_WIRE_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "gtest_xdist/core/wire/wire_traits.h"

namespace gtest_xdist {

// Appends values to a byte string that it does not own. Throws std::length_error on structs that
// contain one another more than 1000 deep; the byte string then ends in an incomplete value.
class Encoder {
 public:
  explicit Encoder(std::string& bytes) : bytes_(bytes) {}

  template <class T>
  void operator()(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      put_unsigned(value ? 1U : 0U);
    } else if constexpr (std::is_same_v<T, std::byte>) {
      (*this)(std::to_integer<unsigned char>(value));
    } else if constexpr (internal::kIsInteger<T>) {
      const bool is_negative = value < T{};
      put_integer(is_negative, static_cast<std::uint64_t>(is_negative ? ~value : value));
    } else if constexpr (std::is_enum_v<T>) {
      static_assert(internal::check_enum<T>());
      (*this)(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (internal::kIsFloating<T>) {
      put_double(static_cast<double>(value));
    } else {
      static_assert(internal::check_struct<Encoder, T>());
      if constexpr (internal::HasFields<Encoder, T>::value) {
        if (++depth_ > internal::kMaxNesting) {
          throw std::length_error("structs nested more than " +
                                  std::to_string(internal::kMaxNesting) + " deep");
        }
        // A struct's visit_fields() takes it by reference to serve both directions; encoding only
        // reads it.
        visit_fields(*this, const_cast<T&>(value));
        --depth_;
      }
    }
  }

  void operator()(const std::string& text) { put_block(text.data(), text.size()); }

  template <class T>
  void operator()(const std::vector<T>& items) {
    if constexpr (internal::kIsByte<T>) {
      put_block(reinterpret_cast<const char*>(items.data()), items.size());
    } else {
      put_unsigned(items.size());
      for (const T& item : items) put_element(item);
    }
  }

  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }

  template <class First, class Second>
  void operator()(const std::pair<First, Second>& pair) {
    (*this)(pair.first);
    (*this)(pair.second);
  }

  template <class... T>
  void operator()(const std::tuple<T...>& values) {
    std::apply([&](const T&... value) { ((*this)(value), ...); }, values);
  }

  template <class Key, class T, class Compare>
  void operator()(const std::map<Key, T, Compare>& map) {
    put_unsigned(map.size());
    for (const auto& entry : map) put_element(entry);
  }

 private:
  // Appends a filler if the element takes no byte. So each element takes at least one, and the
  // decoder can bound a count by the bytes that are left.
  template <class T>
  void put_element(const T& item) {
    const std::size_t before = bytes_.size();
    (*this)(item);
    if (bytes_.size() == before) bytes_.push_back('\0');
  }

  void put_block(const char* data, std::size_t size) {
    put_unsigned(size);
    bytes_.append(data, size);
  }

  // Seven bits a byte, lowest first; the top bit says that more follow.
  void put_unsigned(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }

  // One form for all integral types, so that they can be read as one another: the sign, then the
  // number or, below zero, its complement. The first byte has the sign and six bits.
  void put_integer(bool is_negative, std::uint64_t magnitude) {
    const std::uint64_t rest = magnitude >> 6;
    const std::uint64_t first = (magnitude & 0x3f) << 1 | (is_negative ? 1U : 0U);
    bytes_.push_back(static_cast<char>(rest == 0 ? first : first | 0x80));
    if (rest != 0) put_unsigned(rest);
  }

  // The bits of an IEEE 754 double, lowest byte first.
  void put_double(double value) {
    static_assert(std::numeric_limits<double>::is_iec559 && sizeof value == sizeof(std::uint64_t));
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    for (unsigned shift = 0; shift < 64; shift += 8) {
      bytes_.push_back(static_cast<char>(bits >> shift & 0xff));
    }
  }

  std::string& bytes_;
  unsigned depth_ = 0;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_CORE_WIRE_ENCODER_H_
