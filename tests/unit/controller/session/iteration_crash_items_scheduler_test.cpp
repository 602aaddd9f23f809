// Tests that a worker died in, under a scheduler that fails meanwhile.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/crash_item_test.h"
#include "support/stage.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

template <class Base>
class FailsWhenItHearsOfACrash : public Base {
 public:
  FailsWhenItHearsOfACrash(unsigned workers, bool at_removal)
      : Base(workers), at_removal_(at_removal) {}
  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    if (at_removal_) throw std::runtime_error("no luck");
    Base::remove_node(node, unfinished);
  }
  void mark_test_pending(TestIndex) override { throw std::runtime_error("no luck"); }

 private:
  bool at_removal_;
};

TEST(CrashItem, IsToldIfTheSchedulerFailsMeanwhile) {
  for (const bool at_removal : {false, true}) {
    for (const bool puts_back : {false, true}) {
      if (!at_removal && !puts_back) continue;
      const auto verdict = CrashVerdict::does_not_count;
      Stage stage(std::make_unique<FailsWhenItHearsOfACrash<LoadScheduling>>(2U, at_removal), 2, 2,
                  puts_back ? put_back(verdict) : leave(verdict));
      stage.start();
      stage.begin(1);
      stage.crash(0);
      stage.complete(1);
      EXPECT_EQ(stage.take_report_texts(),
                (Texts{"0: gw0 says " + stage.crash_text(0, 0), "1: gw1 prints 10-20"}));
      EXPECT_EQ(stage.take_failures(), std::string("the scheduler of plugin 'X' failed in ") +
                                           (at_removal ? "remove_node" : "mark_test_pending") +
                                           ": no luck");
    }
  }
}

TEST(CrashItem, IsToldIfTheSchedulerForgetsIt) {
  class Forgetful : public LoadScheduling {
   public:
    using LoadScheduling::LoadScheduling;
    void mark_test_pending(TestIndex) override {}
  };
  Stage stage(std::make_unique<Forgetful>(1), 1, 2, put_back(CrashVerdict::does_not_count));
  stage.start();
  stage.crash(0);
  stage.replace();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{"0: gw0 says " + stage.crash_text(0, 0), "1: gw1 prints 10-20"}));
  EXPECT_EQ(stage.take_failures(),
            "the scheduler of plugin 'X' has never handed out 1 test: " + stage.name(0));
}

}  // namespace
}  // namespace gtest_xdist::internal
