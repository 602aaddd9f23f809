// EachScheduling, for GTEST_XDIST_DIST=each: every worker runs every test.
//
// Layer: scheduler. As in pytest-xdist's EachScheduling, a replacement gets what the dead worker
// has left. Knows no process, time or gtest.
#ifndef GTEST_XDIST_SCHEDULER_EACH_H_
#define GTEST_XDIST_SCHEDULER_EACH_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/scheduler/share_scheduling.h"

namespace gtest_xdist {

class EachScheduling : public ShareScheduling {
 public:
  // `workers`: how many the session starts with.
  explicit EachScheduling(std::size_t workers)
      : ShareScheduling(workers), whole_collections_(workers) {}

  bool runs_on_every_worker() const override { return true; }

 private:
  std::optional<std::vector<TestIndex>> take_share(
      const Node&, const std::vector<TestIndex>& collection) override {
    if (whole_collections_ == 0) return std::nullopt;
    --whole_collections_;
    return collection;
  }

  std::vector<TestIndex> left_unserved(std::vector<TestIndex>,
                                       const std::vector<TestIndex>& unfinished) const override {
    return unfinished;
  }

  std::size_t whole_collections_;  // how many more workers get the whole collection
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_EACH_H_
