// Ends the process if its settings turn out to be wrong only in RUN_ALL_TESTS().
//
// Layer: shim. Knows neither gtest nor what the settings mean. Before main use fatal().
#ifndef GTEST_XDIST_SHIM_REFUSAL_H_
#define GTEST_XDIST_SHIM_REFUSAL_H_

#include <string>

#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/once/once_values.h"
#include "gtest_xdist/shim/fatal.h"

namespace gtest_xdist::internal {

// Tears down the values that main, a plugin or a worker has made by once(), and removes the
// session's directory.
inline void end_values() {
  once_values().end_session(
      [](const std::string& message) { note("error: " + message, Topic::error); });
}

// As fatal(), but also tears down values of once(), which main may have made.
[[noreturn]] inline void refuse(const std::string& message) {
  end_values();
  fatal(message);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_REFUSAL_H_
