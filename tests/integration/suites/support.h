// What the suites share: notes that outlive the process that wrote them, and flag access for older
// GoogleTest.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#ifndef GTEST_FLAG_GET
#define GTEST_FLAG_GET(name) ::testing::GTEST_FLAG(name)
#endif
#ifndef GTEST_FLAG_SET
#define GTEST_FLAG_SET(name, value) (void)(::testing::GTEST_FLAG(name) = (value))
#endif

namespace support {

/// The variable's value, or the empty string where it is not set.
inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// `gw0`, `gw1`, ... in a worker; empty elsewhere.
inline std::string worker() { return variable("GTEST_XDIST_WORKER"); }

/// Appends one line to the file $NOTES, in one write, so that lines of several processes do not
/// mix.
inline void note(const std::string& line) {
  const std::string path = variable("NOTES");
  if (path.empty()) return;
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const std::string text = line + "\n";
  const auto written = ::write(file, text.data(), text.size());
  ::close(file);
  if (written != static_cast<ssize_t>(text.size())) std::abort();
}

/// `Suite.Test` of the running test.
inline std::string current_test() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  return std::string(info->test_suite_name()) + "." + info->name();
}

}  // namespace support
