// Ending the process over settings that only turn out to be wrong when RUN_ALL_TESTS() begins.
//
// Layer: shim. Before main fatal() is enough.
#ifndef GTEST_XDIST_SHIM_REFUSAL_H_
#define GTEST_XDIST_SHIM_REFUSAL_H_

#include <string>

#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/once/once_values.h"
#include "gtest_xdist/shim/fatal.h"

namespace gtest_xdist::internal {

// What main, a plugin or a worker has made by once() goes before its time, and the session's
// directory with it.
inline void end_values() {
  once_values().end_session(
      [](const std::string& message) { note("error: " + message, Topic::error); });
}

// As fatal(), when main may have made values.
[[noreturn]] inline void refuse(const std::string& message) {
  end_values();
  fatal(message);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_REFUSAL_H_
