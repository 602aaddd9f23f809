// Converts assertion results between gtest's form and ours, and sends them to gtest's listeners.
//
// Layer: bridge. Does not know where the results come from.
#ifndef GTEST_XDIST_BRIDGE_PARTS_H_
#define GTEST_XDIST_BRIDGE_PARTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/core/tests/echoes.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

inline testing::TestPartResult to_gtest(const Part& part) {
  static constexpr testing::TestPartResult::Type kTypes[] = {
      testing::TestPartResult::kSuccess, testing::TestPartResult::kNonFatalFailure,
      testing::TestPartResult::kFatalFailure, testing::TestPartResult::kSkip};
  // An empty file name means that there is none, in every version of gtest.
  return {kTypes[static_cast<std::size_t>(part.type)], part.file.c_str(), part.line,
          part.message.c_str()};
}

inline Part from_gtest(const testing::TestPartResult& result) {
  PartType type = PartType::success;
  switch (result.type()) {
    case testing::TestPartResult::kSuccess:
      type = PartType::success;
      break;
    case testing::TestPartResult::kNonFatalFailure:
      type = PartType::nonfatal_failure;
      break;
    case testing::TestPartResult::kFatalFailure:
      type = PartType::fatal_failure;
      break;
    case testing::TestPartResult::kSkip:
      type = PartType::skip;
      break;
  }
  return {type, result.file_name() == nullptr ? "" : result.file_name(), result.line_number(),
          result.message() == nullptr ? "" : result.message()};
}

// The parts of `result` from number `first` on, without `played`: listeners have made these in this
// process, and perhaps in the worker as well.
inline Echoes made_here(const testing::TestResult& result, int first,
                        const std::vector<Part>& played) {
  Echoes made;
  for (int i = first; i < result.total_part_count(); ++i) {
    made.add(from_gtest(result.GetTestPartResult(i)));
  }
  for (const Part& part : played) made.take(part);
  return made;
}

// Sends a part to the listeners. A listener may throw, if it turns assertions into exceptions. In
// the worker this has ended the test's body. Here it must not end the playback.
inline void announce(const testing::TestPartResult& part) {
#if GTEST_HAS_EXCEPTIONS
  try {
    repeater().OnTestPartResult(part);
  } catch (...) {
  }
#else
  repeater().OnTestPartResult(part);
#endif
}

inline std::vector<Property> properties_of(const testing::TestResult& result) {
  std::vector<Property> properties;
  for (int i = 0; i < result.test_property_count(); ++i) {
    const testing::TestProperty& property = result.GetTestProperty(i);
    properties.push_back({property.key(), property.value()});
  }
  return properties;
}

// The text that gtest's printer prints for a part; empty for a success.
inline std::string printed_form(const testing::TestPartResult& part) {
  if (part.passed()) return {};
  return testing::internal::FormatFileLocation(part.file_name(), part.line_number()) +
         (part.skipped() ? " Skipped\n" : " Failure\n") + part.message() + "\n";
}

// Fails the run, but no test.
inline void fail_program(const std::string& message) {
  const testing::TestPartResult part(testing::TestPartResult::kNonFatalFailure, "", -1,
                                     message.c_str());
  private_call<ResultAddTestPart>(program_result(), part);
  announce(part);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_PARTS_H_
