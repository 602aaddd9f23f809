// ItemLoop: runs tests one after another, as an ItemSource hands them out.
//
// Layer: bridge. Runs in a worker, and in a serial process that runs tests in an order of its own.
// Does not decide about the order.
#ifndef GTEST_XDIST_BRIDGE_ITEM_LOOP_H_
#define GTEST_XDIST_BRIDGE_ITEM_LOOP_H_

#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/bridge/suite_walk.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// The next step of the loop.
struct NextItem {
  enum class Kind {
    item,    // run `test`
    settle,  // nothing for now: tear the suite down, then ask again
    end,     // nothing more
  };
  Kind kind = Kind::end;
  TestIndex test = kNoTest;
};

// Hands out tests. next_item() may block.
class ItemSource {
 public:
  virtual ~ItemSource() = default;
  virtual NextItem next_item() = 0;

  // Whether the test may begin. Called for each item before its suite is set up for it, and right
  // before it begins. If the answer is false, the source has the test back.
  virtual bool may_begin(TestIndex test) {
    static_cast<void>(test);
    return true;
  }
};

// While it lives, a suite's own result does not hold what earlier stretches left there. gtest skips
// the tests of a suite that has failed, but a failure of one stretch must not skip the next.
class SetAside {
 public:
  explicit SetAside(testing::TestResult& result) : result_(result) {
    for (int i = 0; i < result.total_part_count(); ++i)
      parts_.push_back(result.GetTestPartResult(i));
    for (int i = 0; i < result.test_property_count(); ++i) {
      properties_.push_back(result.GetTestProperty(i));
    }
    private_call<ResultClearAll>(result);
  }
  SetAside(const SetAside&) = delete;
  SetAside& operator=(const SetAside&) = delete;
  ~SetAside() {
    for (const testing::TestPartResult& part : parts_) {
      private_call<ResultAddTestPart>(result_, part);
    }
    for (const testing::TestProperty& property : properties_) {
      private_call<ResultRecordProperty>(result_, "testsuite", property);
    }
  }

 private:
  testing::TestResult& result_;
  std::vector<testing::TestPartResult> parts_;
  std::vector<testing::TestProperty> properties_;
};

// SetUpTestSuite and TearDownTestSuite run once for each contiguous stretch of a suite.
class ItemLoop {
 public:
  ItemLoop(const Catalog& catalog, ItemSource& source) : catalog_(catalog), source_(source) {}

  // Runs tests until next_item() returns Kind::end.
  void run() {
    next_ = source_.next_item();
    while (next_.kind != NextItem::Kind::end) {
      if (next_.kind == NextItem::Kind::item && source_.may_begin(next_.test)) {
        run_stretch(next_.test);
      } else {
        next_ = source_.next_item();
      }
    }
  }

  // Call this in OnTestEnd, after all other listeners. Decides what follows, and may block in
  // next_item(). Returns whether a test of the same stretch follows; if not, gtest tears the suite
  // down.
  bool on_test_end() {
    next_ = source_.next_item();
    if (next_.kind == NextItem::Kind::item && catalog_.suite_of(next_.test) == suite_ &&
        walk_->place_next(catalog_.position_in_suite(next_.test))) {
      if (source_.may_begin(next_.test)) {
        begin(next_.test);
        return true;
      }
      next_ = {NextItem::Kind::settle, kNoTest};
    }
    walk_->pass_over_rest();
    return false;
  }

  // The suite of the current stretch.
  SuiteIndex suite() const { return suite_; }

  // The test that runs, or ran last.
  TestIndex test() const { return test_; }

 private:
  void run_stretch(TestIndex first) {
    suite_ = catalog_.suite_of(first);
    walk_.emplace(catalog_.suite(suite_));
    walk_->place_next(catalog_.position_in_suite(first));
    begin(first);
    next_ = {NextItem::Kind::settle, kNoTest};
    const SetAside earlier(private_member<SuiteAdHocResult>(catalog_.suite(suite_)));
    walk_->run([this] {
      if (!source_.may_begin(test_)) walk_->pass_over_rest();
    });
  }

  void begin(TestIndex test) {
    test_ = test;
    // The test may have run before in this process and in this iteration.
    private_call<ResultClearAll>(private_member<TestResultOf>(catalog_.test(test)));
  }

  const Catalog& catalog_;
  ItemSource& source_;
  NextItem next_{NextItem::Kind::settle, kNoTest};
  SuiteIndex suite_ = 0;
  TestIndex test_ = kNoTest;
  std::optional<SuiteWalk> walk_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_ITEM_LOOP_H_
