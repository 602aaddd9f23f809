#include "gtest_xdist/controller/results/cut_notes.h"

#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

std::string told(const CutNotes& notes) {
  testing::internal::CaptureStderr();
  notes.tell();
  return testing::internal::GetCapturedStderr();
}

TEST(CutNotes, NameWhatPrintedTooMuch) {
  CutNotes notes;
  EXPECT_EQ(told(notes), "");
  notes.add("Suite.Test", 2048 * kMegabyte, 64 * kMegabyte);
  notes.add("SetUpTestSuite of Suite", 3 * kMegabyte / 2, kMegabyte);
  EXPECT_EQ(told(notes),
            "gtest-xdist: the output of Suite.Test was cut: it printed 2048.0 MB, "
            "GTEST_XDIST_MAXOUTPUT is 64\n"
            "gtest-xdist: the output of SetUpTestSuite of Suite was cut: it printed 1.5 MB, "
            "GTEST_XDIST_MAXOUTPUT is 1\n");
}

TEST(CutNotes, NameItOnce) {
  CutNotes notes;
  for (int worker = 0; worker < 3; ++worker) notes.add("Suite.Test", 2 * kMegabyte, kMegabyte);
  EXPECT_EQ(told(notes),
            "gtest-xdist: the output of Suite.Test was cut: it printed 2.0 MB, "
            "GTEST_XDIST_MAXOUTPUT is 1\n");
}

}  // namespace
}  // namespace gtest_xdist::internal
