// Says that something has taken too long.
//
// Layer: core/settings (standard library only).
#ifndef GTEST_XDIST_CORE_SETTINGS_TIME_OUT_H_
#define GTEST_XDIST_CORE_SETTINGS_TIME_OUT_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "gtest_xdist/core/settings/options.h"

namespace gtest_xdist::internal {

// "1.5 seconds".
inline std::string describe_seconds(std::chrono::milliseconds time) {
  constexpr std::int64_t kSecond = 1000;  // milliseconds
  std::string text = std::to_string(time.count() / kSecond);
  if (time.count() % kSecond != 0) {
    const std::string decimals = std::to_string(kSecond + time.count() % kSecond).substr(1);
    text += "." + decimals.substr(0, decimals.find_last_not_of('0') + 1);
  }
  return text + (text == "1" ? " second" : " seconds");
}

// The reason of a failure: something took longer than GTEST_XDIST_TIMEOUT allows.
inline std::string describe_time_out(std::chrono::milliseconds limit) {
  return "it took longer than " + describe_seconds(limit) + " (" + kTimeoutVariable + ")";
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SETTINGS_TIME_OUT_H_
