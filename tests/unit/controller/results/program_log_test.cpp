#include "gtest_xdist/controller/results/program_log.h"

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/report_text.h"

namespace gtest_xdist::internal {
namespace {

Part failure(const std::string& message) {
  return {PartType::nonfatal_failure, "env.cpp", 3, message};
}

// What `worker` says: ten bytes of output, then a part for each message.
Report story(int worker, const std::vector<std::string>& messages = {}) {
  Report report;
  report.add_output(worker, {{0, 10}, {}});
  for (const std::string& message : messages) report.add_part(worker, {}, failure(message));
  return report;
}

TEST(ProgramLog, IsEmptyAtFirst) {
  ProgramLog log;
  EXPECT_FALSE(log.set_up_known());
  EXPECT_TRUE(log.set_up_ran());
  EXPECT_FALSE(log.tear_down_ran());
  EXPECT_EQ(text(log.take_set_up()), "");
  EXPECT_EQ(text(log.take_tear_down()), "");
  EXPECT_EQ(text(log.take_rest()), "");
}

TEST(ProgramLog, TheFirstSetUpIsTold) {
  ProgramLog log;
  log.add_set_up(story(1, {"broken"}), true);
  EXPECT_TRUE(log.set_up_known());
  EXPECT_TRUE(log.set_up_ran());
  EXPECT_EQ(text(log.take_set_up()), "gw1 prints 0-10; gw1 says broken");
  EXPECT_EQ(text(log.take_set_up()), "");
}

TEST(ProgramLog, OfALaterSetUpOnlyWhatIsNewIsToldLater) {
  ProgramLog log;
  log.add_set_up(story(1, {"broken"}), true);
  log.add_set_up(story(0, {"broken", "port taken"}), true);
  log.add_set_up(story(2, {"port taken"}), true);
  EXPECT_EQ(text(log.take_set_up()), "gw1 prints 0-10; gw1 says broken");
  EXPECT_EQ(text(log.take_rest()), "gw0 says port taken");
}

TEST(ProgramLog, ASetUpThatGtestLeftOutIsNone) {
  ProgramLog log;
  log.add_set_up({}, false);
  log.add_set_up({}, true);
  EXPECT_TRUE(log.set_up_known());
  EXPECT_FALSE(log.set_up_ran());
}

TEST(ProgramLog, TheFirstTearDownIsToldAndWhatIsNewInOthers) {
  ProgramLog log;
  log.add_tear_down(story(2, {"leak"}));
  log.add_tear_down(story(0, {"leak", "leak of two"}));
  EXPECT_TRUE(log.tear_down_ran());
  EXPECT_EQ(text(log.take_tear_down()), "gw2 prints 0-10; gw2 says leak; gw0 says leak of two");
  EXPECT_EQ(text(log.take_rest()), "");
}

TEST(ProgramLog, OfTheRestOnlyPartsAreTold) {
  ProgramLog log;
  log.add(story(0, {"odd"}));
  log.add(story(1, {"odd", "odder"}));
  EXPECT_EQ(text(log.take_rest()), "gw0 says odd; gw1 says odder");
  log.add(story(2, {"odder"}));  // told before
  EXPECT_EQ(text(log.take_rest()), "");
}

TEST(ProgramLog, WhatIsTheSameIsDecidedByThePartAlone) {
  ProgramLog log;
  const Part part = failure("broken");
  std::vector<Part> parts = {part, part, part, part, part};
  parts[1].line = 4;
  parts[2].type = PartType::fatal_failure;
  parts[3].file = "other.cpp";
  for (int worker = 0; worker < 5; ++worker) {
    Report report;
    report.add_part(worker, {}, parts[static_cast<std::size_t>(worker)]);
    log.add(report);
  }
  EXPECT_EQ(text(log.take_rest()),
            "gw0 says broken; gw1 says broken; gw2 says broken; gw3 says broken");
}

TEST(ProgramLog, WhatOneWorkerSaysTwiceIsToldTwice) {
  ProgramLog log;
  log.add(story(0, {"odd", "odd"}));
  log.add(story(1, {"odd", "odd"}));
  EXPECT_EQ(text(log.take_rest()), "gw0 says odd; gw0 says odd");
}

TEST(ProgramLog, WhatOneWorkerSaysAtTwoPlacesIsToldTwice) {
  ProgramLog log;
  for (const int worker : {0, 1}) {
    log.add_set_up(story(worker, {"odd"}), true);
    log.add_tear_down(story(worker, {"odd"}));
    log.add(story(worker, {"odd"}));
  }
  log.add_untold(story(2, {"odd"}));
  EXPECT_EQ(text(log.take_set_up()), "gw0 prints 0-10; gw0 says odd");
  EXPECT_EQ(text(log.take_tear_down()), "gw0 prints 0-10; gw0 says odd");
  EXPECT_EQ(text(log.take_rest()), "gw0 says odd");
}

TEST(ProgramLog, TheControllersOwnWordsComeAfterTheOutputTheyAreAbout) {
  ProgramLog log;
  log.add_failure(1, {{5, 9}, {}}, "worker 'gw1' crashed");
  const Report rest = log.take_rest();
  ASSERT_EQ(rest.steps.size(), 1U);
  EXPECT_EQ(text(rest), "gw1 prints 5-9 and says worker 'gw1' crashed");
  EXPECT_TRUE(rest.steps[0].part ==
              (Part{PartType::fatal_failure, "", -1, "worker 'gw1' crashed"}));
}

TEST(ProgramLog, OutputMayBeTellingByItself) {
  ProgramLog log;
  log.add_output(1, {{5, 9}, {}});
  log.add_output(1, {{9, 9}, {}});
  EXPECT_EQ(text(log.take_rest()), "gw1 prints 5-9");
}

TEST(ProgramLog, KnowsOfFailuresThatAreStillToBeTold) {
  ProgramLog log;
  log.add_set_up(story(0), true);
  log.add_tear_down(story(0));
  log.add_output(0, {{0, 10}, {}});
  EXPECT_FALSE(log.has_failures());
  log.add(story(0, {"odd"}));
  EXPECT_TRUE(log.has_failures());
  log.take_rest();
  EXPECT_FALSE(log.has_failures());
  log.add_tear_down(story(1, {"leak"}));
  EXPECT_TRUE(log.has_failures());
  log.take_tear_down();
  EXPECT_FALSE(log.has_failures());

  ProgramLog another;
  another.add_set_up(story(0, {"broken"}), true);
  EXPECT_TRUE(another.has_failures());
  another.take_set_up();
  EXPECT_FALSE(another.has_failures());
}

TEST(ProgramLog, PropertiesAreTheFirstWorkersThatHasAny) {
  ProgramLog log;
  log.set_properties({});
  log.set_properties({{"a", "1"}});
  log.set_properties({{"a", "2"}, {"b", "2"}});
  const Report rest = log.take_rest();
  ASSERT_EQ(rest.properties.size(), 1U);
  EXPECT_EQ(rest.properties[0].value, "1");
}

}  // namespace
}  // namespace gtest_xdist::internal
