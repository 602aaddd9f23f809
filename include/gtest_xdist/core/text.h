// Words for messages.
//
// Layer: core (standard library only).
#ifndef GTEST_XDIST_CORE_TEXT_H_
#define GTEST_XDIST_CORE_TEXT_H_

#include <exception>
#include <string>
#include <vector>

namespace gtest_xdist::internal {

// "a, b, c".
inline std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

// What the exception that is being handled says.
inline std::string describe_current_exception() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TEXT_H_
