// The text of an exception, so that a test can compare all of it.
#ifndef SUPPORT_THROWN_H_
#define SUPPORT_THROWN_H_

#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist {

// Calls `action`, which must throw an `Error`, and returns what it says.
template <class Error, class Action>
std::string text_of_thrown(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "(nothing was thrown)";
}

}  // namespace gtest_xdist

#endif  // SUPPORT_THROWN_H_
