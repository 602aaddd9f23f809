// A map from names to values of different types. Plugins send it from process to process.
//
// Layer: core (standard library only). Only the reader of a value knows its type.
#ifndef GTEST_XDIST_CORE_VALUE_MAP_H_
#define GTEST_XDIST_CORE_VALUE_MAP_H_

#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gtest_xdist/core/text/near_miss.h"
#include "gtest_xdist/core/text/text.h"
#include "gtest_xdist/core/wire/codec.h"
#include "gtest_xdist/core/wire/type_name.h"

namespace gtest_xdist {

// A value is missing, has another type than it is read as, or cannot be set. what() is a text for a
// person, with the value's name.
class ValueError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace internal {

// A value that is decoded when it is read. The reader must know its type.
struct EncodedValue {
  std::string type;  // its wire_type_name()
  std::string bytes;
};

template <class Visitor>
void visit_fields(Visitor& visit, EncodedValue& value) {
  visit(value.type);
  visit(value.bytes);
}

// "an integer", "a map<string, integer>", "bytes". The type may be a stranger's.
inline std::string with_article(const std::string& type) {
  if (type.empty()) return "of an unknown type";
  if (type == "bytes") return type;
  return (type[0] == 'i' || type[0] == 'o' ? "an " : "a ") + escape(type, "");
}

}  // namespace internal

// A map from names to values of any types that travel (codec.h):
//
//     ValueMap values;
//     values.set("memory", std::map<std::string, int>{{"stack", 8}, {"heap", 512}});
//     values.set("host", "localhost");
//     const int heap = values.get<std::map<std::string, int>>("memory").at("heap");
//     const std::string host = values.get<std::string>("host");
//     const bool verbose = values.get_or("verbose", false);
//
// A ValueMap can travel itself. It owns its values, as bytes: set() encodes a value once, and each
// get() decodes it anew. Values from another process are checked when they are read. A value can be
// read as any type with the same wire_type_name(): an int as a std::size_t, a struct as another one
// with equal fields. While one thread changes a map, no other thread may use it.
class ValueMap {
 public:
  // Replaces the value of that name if there is one. A string literal, a `const char*` and a
  // std::string_view become a std::string. Throws ValueError, with the map unchanged, on a null
  // `const char*` and on structs that contain one another more than 1000 deep.
  template <class T>
  void set(const std::string& name, const T& value) {
    if constexpr (kIsText<T>) {
      if constexpr (std::is_pointer_v<T>) {
        if (value == nullptr) throw ValueError(quoted(name) + " is set to a null pointer");
      }
      set(name, std::string(std::string_view(value)));
    } else {
      values_.insert_or_assign(name, encode(name, value));
    }
  }

  // A copy of the value. Throws ValueError if there is no value of that name, if it has another
  // type, if a number in it is out of T's range, or if its bytes are damaged.
  template <class T>
  T get(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw ValueError(describe_missing(name));
    return decode<T>(name, found->second);
  }

  // Nothing if there is no value of that name; otherwise as get().
  template <class T>
  std::optional<T> find(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return decode<T>(name, found->second);
  }

  // `fallback` if there is no value of that name; otherwise as get().
  template <class T>
  T get_or(const std::string& name, T fallback) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return fallback;
    return decode<T>(name, found->second);
  }
  std::string get_or(const std::string& name, const char* fallback) const {
    return get_or(name, std::string(fallback));
  }

  bool contains(const std::string& name) const { return values_.count(name) != 0; }

  // Returns whether there was such a value.
  bool erase(const std::string& name) { return values_.erase(name) != 0; }

  // Sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : values_) names.push_back(name);
    return names;
  }

  bool empty() const { return values_.empty(); }
  std::size_t size() const { return values_.size(); }

  template <class Visitor>
  friend void visit_fields(Visitor& visit, ValueMap& map) {
    visit(map.values_);
  }

 private:
  template <class T>
  static constexpr bool kIsText = std::is_convertible_v<const T&, std::string_view> &&
                                  (std::is_array_v<T> || std::is_pointer_v<T> ||
                                   std::is_same_v<T, std::string_view>);

  static std::string quoted(const std::string& name) {
    return "value '" + internal::shown(name) + "'";
  }

  std::string describe_missing(const std::string& name) const {
    const std::string missing = "no " + quoted(name);
    if (values_.empty()) return missing + ": there are no values at all";
    std::vector<std::string> known = names();
    const std::optional<std::string> near = internal::near_miss(name, known);
    for (std::string& text : known) text = internal::shown(text);
    return missing + (near ? "; did you mean '" + internal::shown(*near) + "'?" : ".") +
           " The names are: " + internal::join(known);
  }

  template <class T>
  static internal::EncodedValue encode(const std::string& name, const T& value) {
    internal::EncodedValue encoded{wire_type_name<T>(), {}};
    try {
      Encoder encoder(encoded.bytes);
      encoder(value);
    } catch (const std::length_error& error) {
      throw ValueError(quoted(name) + " cannot be set: " + error.what());
    }
    return encoded;
  }

  template <class T>
  static T decode(const std::string& name, const internal::EncodedValue& encoded) {
    const std::string type = wire_type_name<T>();
    if (encoded.type != type) {
      throw ValueError(quoted(name) + " is " + internal::with_article(encoded.type) +
                       " and was read as " + type);
    }
    try {
      T value{};
      Decoder decoder(encoded.bytes);
      decoder(value);
      decoder.expect_end();
      return value;
    } catch (const DecodeError& error) {
      throw ValueError(quoted(name) + " (" + type + ") cannot be read: " + error.what());
    }
  }

  std::map<std::string, internal::EncodedValue> values_;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_CORE_VALUE_MAP_H_
