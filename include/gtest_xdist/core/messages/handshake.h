// The values that a worker reads from its environment before main.
//
// Layer: core/messages (standard library only).
#ifndef GTEST_XDIST_CORE_MESSAGES_HANDSHAKE_H_
#define GTEST_XDIST_CORE_MESSAGES_HANDSHAKE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gtest_xdist/core/settings/option_values.h"

namespace gtest_xdist::internal {

// The value of GTEST_XDIST_PRIVATE_WORKER. Everything else is in the segment.
struct Handshake {
  unsigned segment = 0;     // descriptor of the session's segment
  unsigned input = 0;       // descriptor of the worker's workerinput
  unsigned slot = 0;        // the worker's slot in the segment
  unsigned controller = 0;  // the controller's process number
  unsigned run = 0;         // the session's call of RUN_ALL_TESTS in this process, from 0
  unsigned iterations = 0;  // that are left, this one included; 0: without end
  unsigned seed = 0;        // gtest's random seed in the first of them
  std::string directory;    // absolute path of the session's directory

  std::string format() const {
    std::string text;
    for (const unsigned field : {segment, input, slot, controller, run, iterations, seed}) {
      text += std::to_string(field) + ':';
    }
    return text + directory;
  }

  static std::optional<Handshake> parse(std::string_view text) {
    constexpr unsigned kMax = 4'000'000'000U;
    Handshake handshake;
    unsigned* const fields[] = {&handshake.segment,    &handshake.input, &handshake.slot,
                                &handshake.controller, &handshake.run,   &handshake.iterations,
                                &handshake.seed};
    for (unsigned* field : fields) {
      const std::size_t colon = text.find(':');
      if (colon == std::string_view::npos) return std::nullopt;
      const std::optional<unsigned> number = parse_number(text.substr(0, colon), kMax);
      if (!number) return std::nullopt;
      *field = *number;
      text.remove_prefix(colon + 1);
    }
    if (text.empty() || text.front() != '/') return std::nullopt;
    handshake.directory = text;
    return handshake;
  }
};

// A FIFO in the session's directory, which the controller has open for writing as long as it lives.
inline constexpr const char* kLifeSign = "/alive";

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_MESSAGES_HANDSHAKE_H_
