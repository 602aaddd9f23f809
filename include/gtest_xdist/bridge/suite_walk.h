// SuiteWalk: steers gtest's loop over the tests of a suite, one step at a time.
//
// Layer: bridge. TestSuite::Run() walks the positions 0, 1, 2, … of the suite's test order, and
// looks each up only when it gets there. So a listener can still decide in OnTestEnd which test
// comes next: it swaps that test into the next position. Does not decide the order itself.
#ifndef GTEST_XDIST_BRIDGE_SUITE_WALK_H_
#define GTEST_XDIST_BRIDGE_SUITE_WALK_H_

#include <cstddef>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/core/lean/function_ref.h"

namespace gtest_xdist::internal {

// Stands for one call of TestSuite::Run(). The suite's order is a permutation at all times, because
// tests and listeners may look at it.
class SuiteWalk {
 public:
  explicit SuiteWalk(testing::TestSuite& suite)
      : suite_(suite),
        order_(private_member<SuiteTestIndices>(suite)),
        order_before_(order_),
        position_of_(order_.size()) {
    for (std::size_t i = 0; i < order_.size(); ++i) {
      position_of_[static_cast<std::size_t>(order_[i])] = i;
    }
  }

  // Makes test number `test` of the suite (in order of registration) the next one of the walk.
  // False if the walk has no position left, or has passed the test: then run the suite again.
  bool place_next(int test) {
    const std::size_t from = position_of_[static_cast<std::size_t>(test)];
    if (next_ >= order_.size() || from < next_) return false;
    std::swap(order_[from], order_[next_]);
    position_of_[static_cast<std::size_t>(order_[from])] = from;
    position_of_[static_cast<std::size_t>(order_[next_])] = next_;
    ++next_;
    return true;
  }

  // Lets gtest walk over all positions that are left without running or reporting anything. Before
  // the suite's tear-down the flags of its tests are restored.
  void pass_over_rest() {
    for (testing::TestInfo* test : private_member<SuiteTestInfoList>(suite_)) {
      flags_.push_back({test->should_run(), private_member<TestMatchesFilter>(*test)});
      private_member<TestShouldRun>(*test) = false;
      private_member<TestMatchesFilter>(*test) = false;  // or disabled tests would be reported
    }
  }

  // Runs the suite. Returns when gtest has torn it down and the order is as before. Only one walk
  // runs at a time in a process. `after_set_up` is called between the suite's set-up and the first
  // test, also if the set-up has failed. If `after_set_up` throws, the process ends.
  void run(FunctionRef<void()> after_set_up = [] {}) {
    after_set_up_ = &after_set_up;
    const Running running(*this);
    private_call<SuiteRun>(suite_);
  }

 private:
  // Restores the suite at the end of the walk, also if a listener throws.
  class Running {
   public:
    explicit Running(SuiteWalk& walk) : walk_(walk) {
      running_ = &walk_;
      walk_.set_up_ = std::exchange(private_member<SuiteSetUp>(walk_.suite_), &SuiteWalk::set_up);
      walk_.tear_down_ =
          std::exchange(private_member<SuiteTearDown>(walk_.suite_), &SuiteWalk::tear_down);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
      private_member<SuiteSetUp>(walk_.suite_) = walk_.set_up_;
      private_member<SuiteTearDown>(walk_.suite_) = walk_.tear_down_;
      walk_.order_ = walk_.order_before_;
      running_ = nullptr;
    }

   private:
    SuiteWalk& walk_;
  };

  // gtest calls this instead of SetUpTestSuite, right before the walk.
  static void set_up() {
    // A destructor, because gtest goes on to the tests also if the set-up throws.
    struct Afterwards {
      ~Afterwards() { (*running_->after_set_up_)(); }
    };
    const Afterwards afterwards;
    if (running_->set_up_ != nullptr) running_->set_up_();
  }

  // gtest calls this instead of TearDownTestSuite, as the first thing after the walk.
  static void tear_down() {
    SuiteWalk& walk = *running_;
    walk.restore_flags();
    if (walk.tear_down_ != nullptr) walk.tear_down_();
  }

  void restore_flags() {
    const std::vector<testing::TestInfo*>& tests = private_member<SuiteTestInfoList>(suite_);
    for (std::size_t i = 0; i < flags_.size(); ++i) {
      private_member<TestShouldRun>(*tests[i]) = flags_[i].should_run;
      private_member<TestMatchesFilter>(*tests[i]) = flags_[i].matches_filter;
    }
    flags_.clear();
  }

  struct Flags {
    bool should_run;
    bool matches_filter;
  };

  testing::TestSuite& suite_;
  std::vector<int>& order_;
  const std::vector<int> order_before_;
  std::vector<std::size_t> position_of_;  // the inverse of order_
  std::size_t next_ = 0;                  // the first position that is not decided
  std::vector<Flags> flags_;              // as they were before pass_over_rest(), by test
  const FunctionRef<void()>* after_set_up_ = nullptr;  // while it runs
  void (*set_up_)() = nullptr;                         // the suite's own
  void (*tear_down_)() = nullptr;                      // likewise

  inline static SuiteWalk* running_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_SUITE_WALK_H_
