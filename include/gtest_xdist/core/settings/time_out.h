// Says that something has taken too long.
//
// Layer: core/settings (standard library only).
#ifndef GTEST_XDIST_CORE_SETTINGS_TIME_OUT_H_
#define GTEST_XDIST_CORE_SETTINGS_TIME_OUT_H_

#include <chrono>
#include <string>

#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/text/time_text.h"

namespace gtest_xdist::internal {

// The reason of a failure: something took longer than GTEST_XDIST_TIMEOUT allows.
inline std::string describe_time_out(std::chrono::milliseconds limit) {
  return "it took longer than " + describe_seconds(limit) + " (" + kTimeoutVariable + ")";
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SETTINGS_TIME_OUT_H_
