#include "gtest_xdist/process/notes.h"

#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

class NotesTest : public testing::Test {
 protected:
  ~NotesTest() override { note_verbosity() = 0; }

  static std::string told(Topic topic) {
    testing::internal::CaptureStderr();
    note("words", topic);
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(NotesTest, AreShownFromTheVerbosityOfTheirTopicOn) {
  for (const Topic topic : {Topic::error, Topic::event, Topic::result, Topic::step}) {
    for (int verbosity = -1; verbosity <= 2; ++verbosity) {
      note_verbosity() = verbosity;
      const bool expected = verbosity >= static_cast<int>(topic);
      EXPECT_EQ(is_shown(topic), expected);
      EXPECT_EQ(told(topic), expected ? "gtest-xdist: words\n" : "");
    }
  }
}

TEST_F(NotesTest, AreEventsUnlessSaidOtherwise) {
  testing::internal::CaptureStderr();
  note("words");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "gtest-xdist: words\n");
  note_verbosity() = -1;
  testing::internal::CaptureStderr();
  note("words");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace gtest_xdist::internal
