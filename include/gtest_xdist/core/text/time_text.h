// Formats times for a person: "35.2 ms".
//
// Layer: core/text (standard library only).
#ifndef GTEST_XDIST_CORE_TEXT_TIME_TEXT_H_
#define GTEST_XDIST_CORE_TEXT_TIME_TEXT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

namespace gtest_xdist::internal {

// `value` divided by 10 to the power of `decimals`, with `decimals` digits after the point. It does
// not depend on the locale, which main may change.
inline std::string format_decimal(std::uint64_t value, std::size_t decimals) {
  std::string text = std::to_string(value);
  if (decimals == 0) return text;
  if (text.size() <= decimals) text.insert(0, decimals + 1 - text.size(), '0');
  return text.insert(text.size() - decimals, 1, '.');
}

// Three significant digits, or all digits before the point if these are more: "812 us", "35.2 ms",
// "1.20 s", "3600 s". Nanoseconds are whole. A negative time is shown as 0.
inline std::string describe_nanoseconds(std::int64_t nanoseconds) {
  constexpr const char* kUnits[] = {"ns", "us", "ms", "s"};
  constexpr std::uint64_t kStep = 1000;
  const auto whole = static_cast<std::uint64_t>(nanoseconds < 0 ? 0 : nanoseconds);
  std::uint64_t unit = 1;
  std::size_t i = 0;
  // A value that rounds to 1000 is shown in the next unit.
  while (i + 1 < std::size(kUnits) && whole / unit + (whole % unit * 2 >= unit ? 1 : 0) >= kStep) {
    unit *= kStep;
    ++i;
  }
  std::size_t decimals = 0;
  std::uint64_t scale = 1;
  if (unit > 1) {
    for (std::uint64_t digits = whole / unit; digits < 100 && decimals < 2; digits *= 10) {
      scale *= 10;
      ++decimals;
    }
  }
  const std::uint64_t shown = whole / unit * scale + (whole % unit * scale + unit / 2) / unit;
  return format_decimal(shown, decimals) + " " + kUnits[i];
}

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

// "59s", "2m05s", "1h02m".
inline std::string describe_age(std::chrono::seconds age) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  const auto two_digits = [](std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  const std::int64_t seconds = age.count();
  if (seconds < kMinute) return std::to_string(seconds) + "s";
  if (seconds < kHour) {
    return std::to_string(seconds / kMinute) + "m" + two_digits(seconds % kMinute) + "s";
  }
  return std::to_string(seconds / kHour) + "h" + two_digits(seconds % kHour / kMinute) + "m";
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TEXT_TIME_TEXT_H_
