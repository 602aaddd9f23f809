// Reads values from bytes. codec.h says which types may travel, and how a struct takes part.
//
// Layer: core/wire (standard library only). Every byte comes from another process, so the decoder
// treats it as a stranger's: it believes no length before it has seen that so many bytes are there.
#ifndef GTEST_XDIST_CORE_WIRE_DECODER_H_
#define GTEST_XDIST_CORE_WIRE_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "gtest_xdist/core/wire/wire_traits.h"

namespace gtest_xdist {

// The bytes are not what their reader expects. Use neither the value that was being read nor the
// decoder any more.
class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Reads values from bytes that it does not own. Throws DecodeError.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  void operator()(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      const std::uint64_t raw = take_unsigned();
      if (raw > 1) throw DecodeError("a truth value that is neither 0 nor 1");
      value = raw == 1;
    } else if constexpr (std::is_same_v<T, std::byte>) {
      value = static_cast<std::byte>(take_integer<unsigned char>());
    } else if constexpr (internal::kIsInteger<T>) {
      value = take_integer<T>();
    } else if constexpr (std::is_enum_v<T>) {
      static_assert(internal::check_enum<T>());
      value = static_cast<T>(take<std::underlying_type_t<T>>());
      if constexpr (internal::HasIsValid<T>::value) {
        if (!is_valid(value)) throw DecodeError("an enumerator out of range");
      }
    } else if constexpr (internal::kIsFloating<T>) {
      value = narrowed<T>(take_double());
    } else {
      static_assert(internal::check_struct<Decoder, T>());
      if constexpr (internal::HasFields<Decoder, T>::value) {
        if (++depth_ > internal::kMaxNesting) {
          throw DecodeError("structs nested more than " + std::to_string(internal::kMaxNesting) +
                            " deep");
        }
        visit_fields(*this, value);
        --depth_;
      }
    }
  }

  void operator()(std::string& text) { text.assign(take_block()); }

  template <class T>
  void operator()(std::vector<T>& items) {
    if constexpr (internal::kIsByte<T>) {
      const std::string_view block = take_block();
      const auto* const data = reinterpret_cast<const T*>(block.data());
      items.assign(data, data + block.size());
    } else {
      const std::size_t count = take_count();
      items.clear();
      for (std::size_t i = 0; i < count; ++i) {
        if constexpr (std::is_same_v<T, bool>) {
          items.push_back(take<bool>());
        } else {
          take_element(items.emplace_back());
        }
      }
    }
  }

  template <class T>
  void operator()(std::optional<T>& value) {
    value.reset();
    if (take<bool>()) (*this)(value.emplace());
  }

  template <class First, class Second>
  void operator()(std::pair<First, Second>& pair) {
    (*this)(pair.first);
    (*this)(pair.second);
  }

  template <class... T>
  void operator()(std::tuple<T...>& values) {
    std::apply([&](T&... value) { ((*this)(value), ...); }, values);
  }

  template <class Key, class T, class Compare>
  void operator()(std::map<Key, T, Compare>& map) {
    const std::size_t count = take_count();
    map.clear();
    for (std::size_t i = 0; i < count; ++i) {
      std::pair<Key, T> entry{};
      take_element(entry);
      if (!map.insert(std::move(entry)).second) throw DecodeError("a key that comes twice");
    }
  }

  // Throws DecodeError if bytes are left over.
  void expect_end() const {
    if (!rest_.empty()) throw DecodeError(std::to_string(rest_.size()) + " bytes too many");
  }

 private:
  template <class T>
  T take() {
    T value{};
    (*this)(value);
    return value;
  }

  template <class T>
  void take_element(T& item) {
    const std::size_t before = rest_.size();
    (*this)(item);
    if (rest_.size() == before && take_byte() != 0) throw DecodeError("a filler that is not 0");
  }

  unsigned char take_byte() {
    if (rest_.empty()) throw DecodeError("a number that breaks off");
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  std::uint64_t take_unsigned() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const unsigned char byte = take_byte();
      const auto bits = static_cast<std::uint64_t>(byte & 0x7fU);
      if (shift == 63 && bits > 1) throw_too_long();
      value |= bits << shift;
      if (byte < 0x80) return value;
    }
    throw_too_long();
  }

  template <class T>
  T take_integer() {
    const unsigned char first = take_byte();
    const bool is_negative = (first & 1U) != 0;
    std::uint64_t magnitude = first >> 1 & 0x3fU;
    if (first >= 0x80) {
      const std::uint64_t rest = take_unsigned();
      if (rest >> 58 != 0) throw_too_long();
      magnitude |= rest << 6;
    }
    constexpr auto kSignedMax =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (is_negative && magnitude > kSignedMax) throw_too_long();
    // Only used if the number is negative.
    const std::int64_t below_zero = -1 - static_cast<std::int64_t>(magnitude & kSignedMax);
    using Limits = std::numeric_limits<T>;
    if (magnitude > static_cast<std::uint64_t>(Limits::max()) ||
        (is_negative && std::is_unsigned_v<T>)) {
      throw DecodeError("the number " +
                        (is_negative ? std::to_string(below_zero) : std::to_string(magnitude)) +
                        " is not within " + std::to_string(Limits::min()) + " to " +
                        std::to_string(Limits::max()));
    }
    return is_negative ? static_cast<T>(below_zero) : static_cast<T>(magnitude);
  }

  double take_double() {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < 64; shift += 8) {
      bits |= static_cast<std::uint64_t>(take_byte()) << shift;
    }
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

  // Rounds to the precision of T. NaN and the infinities are in every T's range.
  template <class T>
  static T narrowed(double value) {
    constexpr auto kMax = static_cast<double>(std::numeric_limits<T>::max());
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if ((value > kMax && value < kInfinity) || (value < -kMax && value > -kInfinity)) {
      throw DecodeError("a number too large for a float");
    }
    return static_cast<T>(value);
  }

  // A count of things that take at least one byte each, so the bytes left bound it.
  std::size_t take_count() {
    const std::uint64_t count = take_unsigned();
    if (count > rest_.size()) throw DecodeError("a length beyond the end of the bytes");
    return static_cast<std::size_t>(count);
  }

  // Valid as long as the bytes that are read.
  std::string_view take_block() {
    const std::size_t length = take_count();
    const std::string_view block = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return block;
  }

  [[noreturn]] static void throw_too_long() { throw DecodeError("a number of more than 64 bits"); }

  std::string_view rest_;
  unsigned depth_ = 0;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_CORE_WIRE_DECODER_H_
