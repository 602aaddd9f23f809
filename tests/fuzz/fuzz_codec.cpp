// Bytes from another process: whatever decodes has one form, and everything else is refused.
//
// The first byte of an input chooses what its rest is read as.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/messages/handshake.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/value_map.h"
#include "gtest_xdist/core/wire/codec.h"

#include "input.h"
#include "require.h"
#include "support/wire.h"
#include "support/worker_message.h"

namespace gtest_xdist::fuzz {
namespace {

// What was read is written in as many bytes or fewer, and those are read as the same.
template <class Read, class Write>
void round_trip(std::string_view bytes, Read read, Write write) {
  const std::string written = write(read(bytes));
  require(written.size() <= bytes.size(), "the encoder's form is the shortest");
  require(write(read(written)) == written, "what was decoded survives the round trip");
}

template <class T>
void round_trip_of(std::string_view bytes) {
  round_trip(
      bytes, [](std::string_view from) { return decoded<T>(from); },
      [](const T& value) { return encoded(value); });
}

void worker_message(std::string_view bytes) {
  round_trip(bytes, internal::decode_worker_message, internal::bytes_of);
}

// A value is its type's or nobody's.
template <class T>
void read_values(const ValueMap& values) {
  const std::string type = wire_type_name<T>();
  for (const std::string& name : values.names()) {
    try {
      ValueMap copy;
      copy.set(name, values.get<T>(name));
      require(encoded(copy.get<T>(name)) == encoded(values.get<T>(name)),
              "a value that is read can be set again");
    } catch (const ValueError& error) {
      require(std::string_view(error.what()).find(type) != std::string_view::npos,
              "a refusal says what the value was read as");
    }
  }
}

void value_map(std::string_view bytes) {
  round_trip_of<ValueMap>(bytes);
  const ValueMap values = decoded<ValueMap>(bytes);
  require(values.size() == values.names().size(), "each value has its name");
  read_values<bool>(values);
  read_values<std::uint8_t>(values);
  read_values<std::string>(values);
  read_values<std::map<std::string, std::vector<double>>>(values);
  read_values<Tree>(values);
  if (values.contains("memory")) return;
  require(values.get_or("memory", 5) == 5, "a value that is not there is the fallback");
  try {
    values.get<int>("memory");
    require(false, "a value that is not there cannot be read");
  } catch (const ValueError&) {
    return;
  }
}

void handshake(std::string_view text) {
  using internal::Handshake;
  const std::optional<Handshake> parsed = Handshake::parse(text);
  if (!parsed) return;
  const std::string written = parsed->format();
  require(written.size() <= text.size(), "a handshake's form is the shortest");
  const std::optional<Handshake> again = Handshake::parse(written);
  require(again && again->format() == written, "a handshake survives the round trip");
  require(parsed->directory.front() == '/', "a handshake's directory is absolute");
}

void command(std::string_view bytes) {
  require(is_valid(internal::decode_command(bytes)), "a command is one of the enumerators");
  round_trip(bytes, internal::decode_command,
             [](internal::Command command) { return encoded(command); });
}

}  // namespace
}  // namespace gtest_xdist::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gtest_xdist;
  fuzz::Input input(fuzz::text_of(data, size));
  const unsigned kind = input.take_byte();
  const std::string_view rest = input.rest();
  try {
    switch (kind) {
      case 'm':
        fuzz::worker_message(rest);
        break;
      case 'v':
        fuzz::value_map(rest);
        break;
      case 'h':
        fuzz::handshake(rest);
        break;
      case 'c':
        fuzz::command(rest);
        break;
      case 's':
        fuzz::round_trip_of<Sample>(rest);
        break;
      case 't':
        fuzz::round_trip_of<Tree>(rest);
        break;
      default:
        break;
    }
  } catch (const DecodeError&) {
    return 0;
  }
  return 0;
}
