// Iterations in which a worker dies in a test: what handles that, and a fixture for each mode.
#ifndef SUPPORT_CRASH_ITEM_TEST_H_
#define SUPPORT_CRASH_ITEM_TEST_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/stage.h"

namespace gtest_xdist::internal {

// One worker after another runs one test after another, in the order of the collection.
class OneByOne : public Scheduler {
 public:
  std::vector<Node*> nodes() const override { return nodes_; }
  bool collection_is_completed() const override { return !left_.empty() || !nodes_.empty(); }
  bool tests_finished() const override { return left_.empty(); }
  bool has_pending() const override { return !left_.empty(); }
  void add_node(Node& node) override { nodes_.push_back(&node); }
  void add_node_collection(Node&, const std::vector<TestIndex>& tests) override {
    if (!collected_) left_ = tests;
    collected_ = true;
  }
  void schedule() override { send(); }
  void mark_test_complete(Node&, TestIndex, double) override { send(); }
  void mark_test_pending(TestIndex test) override { left_.insert(left_.begin(), test); }
  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    nodes_.erase(std::find(nodes_.begin(), nodes_.end(), &node));
    left_.insert(left_.begin(), unfinished.begin(), unfinished.end());
  }

 private:
  void send() {
    if (nodes_.empty() || left_.empty() || nodes_.front()->pending() > 0) return;
    nodes_.front()->send({left_.front()});
    left_.erase(left_.begin());
  }

  std::vector<Node*> nodes_;
  std::vector<TestIndex> left_;
  bool collected_ = false;
};

inline CrashItemHandler put_back(CrashVerdict verdict) {
  return [verdict](WorkerNode&, TestIndex item, Report&, Scheduler& scheduler) {
    scheduler.mark_test_pending(item);
    return verdict;
  };
}

inline CrashItemHandler leave(CrashVerdict verdict) {
  return [verdict](WorkerNode&, TestIndex, Report&, Scheduler&) { return verdict; };
}

struct CrashMode {
  const char* name;
  std::unique_ptr<Scheduler> (*make)();
  bool on_every_worker;
};

inline std::ostream& operator<<(std::ostream& out, const CrashMode& mode) {
  return out << mode.name;
}

// For two workers.
inline const CrashMode kCrashModes[] = {
    {"Load", []() -> std::unique_ptr<Scheduler> { return std::make_unique<LoadScheduling>(2); },
     false},
    {"Each", []() -> std::unique_ptr<Scheduler> { return std::make_unique<EachScheduling>(2); },
     true},
    {"Custom", []() -> std::unique_ptr<Scheduler> { return std::make_unique<OneByOne>(); }, false},
};

// gw0 is to run test 0, in every mode; gw1 is there too. Four tests.
class CrashItemTest : public testing::TestWithParam<CrashMode> {
 protected:
  void begin(CrashItemHandler handler, TestIndex tests = 4, const FailurePolicy& policy = {}) {
    stage_.emplace(GetParam().make(), 2, tests, std::move(handler), no_locks(), policy);
    stage_->start();
  }

  // How a report marks its parts with the worker.
  std::string mark(int worker) const {
    return GetParam().on_every_worker ? "[gw" + std::to_string(worker) + "] " : "";
  }
  std::string says(int worker, const std::string& what) const {
    const std::string gw = "gw" + std::to_string(worker);
    return gw + " says " + mark(worker) + what;
  }
  std::string crashes(std::size_t worker, TestIndex test = 0) const {
    return says(static_cast<int>(worker), stage_->crash_text(worker, test));
  }

  std::string report_of(TestIndex test) {
    for (auto& [index, report] : stage_->take_reports()) {
      texts_[index] = Stage::text_of(report);
      reports_[index] = std::move(report);
    }
    return texts_.count(test) > 0 ? texts_[test] : "(none)";
  }

  // Whoever runs test 0 next, if all run what they have until then; the others have run it or not.
  std::size_t runner_of_test_0() {
    for (int round = 0; round < 100; ++round) {
      for (std::size_t i = 0; i < stage_->size(); ++i) {
        if (stage_->begin(i) == TestIndex{0} &&
            stage_->iteration().assignments().is_rerun(0, static_cast<int>(i))) {
          return i;
        }
      }
      for (std::size_t i = 0; i < stage_->size(); ++i) {
        if (stage_->begin(i)) {
          stage_->complete(i);
          break;
        }
      }
    }
    ADD_FAILURE() << "nobody runs test 0";
    return 0;
  }

  void expect_account(const std::string& failures = {}) {
    stage_->run();
    report_of(0);
    EXPECT_TRUE(stage_->is_accounted_for());
    EXPECT_EQ(stage_->take_failures(), failures);
    EXPECT_FALSE(stage_->iteration().has_work());
  }

  std::optional<Stage> stage_;
  std::map<TestIndex, std::string> texts_;
  std::map<TestIndex, Report> reports_;
};

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_CRASH_ITEM_TEST_H_
