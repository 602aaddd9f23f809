// The binary form in which values travel between processes.
//
// Layer: core (standard library only). Every byte that is decoded comes from another process and is
// treated as a stranger's: no length is believed before the bytes behind it are there.
//
// A struct takes part by one function beside it, which names its members in order:
//
//     struct Sample { std::string name; std::uint64_t bytes = 0; };
//     template <class Visitor> void visit_fields(Visitor& visit, Sample& s) {
//       visit(s.name);
//       visit(s.bytes);
//     }
#ifndef GTEST_XDIST_CORE_CODEC_H_
#define GTEST_XDIST_CORE_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace gtest_xdist {

// Bytes that are not what their reader expects. The value that was being read is unusable; the
// decoder must not be used further.
class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Appends values to a byte string that it does not own and that must outlive it.
class Encoder {
 public:
  explicit Encoder(std::string& bytes) : bytes_(bytes) {}

  template <class T>
  void operator()(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      put_unsigned(value ? 1U : 0U);
    } else if constexpr (std::is_enum_v<T>) {
      (*this)(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      // Zigzag: small magnitudes of either sign stay short.
      const auto wide = static_cast<std::int64_t>(value);
      put_unsigned((static_cast<std::uint64_t>(wide) << 1) ^
                   static_cast<std::uint64_t>(wide < 0 ? -1 : 0));
    } else if constexpr (std::is_integral_v<T>) {
      put_unsigned(static_cast<std::uint64_t>(value));
    } else {
      // A struct's visit_fields() takes it by reference to serve both directions; encoding only
      // reads it.
      visit_fields(*this, const_cast<T&>(value));
    }
  }

  void operator()(const std::string& text) {
    put_unsigned(text.size());
    bytes_.append(text);
  }

  template <class T>
  void operator()(const std::vector<T>& items) {
    put_unsigned(items.size());
    for (const T& item : items) (*this)(item);
  }

 private:
  // Seven bits a byte, lowest first; the top bit says that more follow.
  void put_unsigned(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }

  std::string& bytes_;
};

// Reads values from bytes that it does not own and that must outlive it. Throws DecodeError.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  void operator()(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      const std::uint64_t raw = take_unsigned();
      if (raw > 1) throw DecodeError("a truth value that is neither 0 nor 1");
      value = raw == 1;
    } else if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> raw{};
      (*this)(raw);
      value = static_cast<T>(raw);
      if (!is_valid(value)) throw DecodeError("an enumerator out of range");
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      const std::uint64_t raw = take_unsigned();
      const std::uint64_t bits = (raw >> 1) ^ (~(raw & 1) + 1);
      std::int64_t wide = 0;
      std::memcpy(&wide, &bits, sizeof wide);
      value = static_cast<T>(wide);
      if (value != wide) throw DecodeError("a number too large for its type");
    } else if constexpr (std::is_integral_v<T>) {
      const std::uint64_t raw = take_unsigned();
      value = static_cast<T>(raw);
      if (value != raw) throw DecodeError("a number too large for its type");
    } else {
      visit_fields(*this, value);
    }
  }

  void operator()(std::string& text) {
    const std::size_t length = take_count();
    text.assign(rest_.substr(0, length));
    rest_.remove_prefix(length);
  }

  template <class T>
  void operator()(std::vector<T>& items) {
    const std::size_t count = take_count();
    items.clear();
    for (std::size_t i = 0; i < count; ++i) {
      items.emplace_back();
      (*this)(items.back());
    }
  }

  // Throws DecodeError if bytes are left over.
  void expect_end() const {
    if (!rest_.empty()) throw DecodeError(std::to_string(rest_.size()) + " bytes too many");
  }

 private:
  std::uint64_t take_unsigned() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) throw DecodeError("a number that breaks off");
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      const auto bits = static_cast<std::uint64_t>(byte & 0x7fU);
      if (shift == 63 && bits > 1) throw DecodeError("a number of more than 64 bits");
      value |= bits << shift;
      if (byte < 0x80) return value;
    }
    throw DecodeError("a number of more than 64 bits");
  }

  // A count of things that take at least one byte each, so the bytes left bound it.
  std::size_t take_count() {
    const std::uint64_t count = take_unsigned();
    if (count > rest_.size()) throw DecodeError("a length beyond the end of the bytes");
    return static_cast<std::size_t>(count);
  }

  std::string_view rest_;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_CORE_CODEC_H_
