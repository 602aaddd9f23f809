// ReplayScheduling, for GTEST_XDIST_REPLAY: every worker runs what it ran in a recorded session, in
// that order.
//
// Layer: scheduler. No worker takes tests of another: an idle worker stays idle. A replacement gets
// what the dead worker has left. Does not know the file of the session.
#ifndef GTEST_XDIST_SCHEDULER_REPLAY_H_
#define GTEST_XDIST_SCHEDULER_REPLAY_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/scheduler/share_scheduling.h"

namespace gtest_xdist {

class ReplayScheduling : public ShareScheduling {
 public:
  // `workers`: how many the session starts with. `shares`: the tests of each slot, in order.
  // `slot_of(node)`: the slot of a worker, which its replacement takes over. `on_every_worker`:
  // whether each test should run in each slot. Even then a share may lack some.
  ReplayScheduling(std::size_t workers, std::vector<std::vector<TestIndex>> shares,
                   std::function<std::size_t(const Node&)> slot_of, bool on_every_worker)
      : ShareScheduling(workers),
        shares_(std::move(shares)),
        is_taken_(shares_.size()),
        slot_of_(std::move(slot_of)),
        on_every_worker_(on_every_worker) {}

  // A share whose worker never comes stays pending.
  bool has_pending() const override {
    for (const auto& share : shares_) {
      if (!share.empty()) return true;
    }
    return ShareScheduling::has_pending();
  }
  bool runs_on_every_worker() const override { return on_every_worker_; }

 private:
  std::optional<std::vector<TestIndex>> take_share(const Node& node,
                                                   const std::vector<TestIndex>&) override {
    const std::size_t slot = slot_of_(node);
    if (slot >= shares_.size() || is_taken_[slot]) return std::nullopt;
    is_taken_[slot] = true;
    return std::move(shares_[slot]);
  }

  // If every worker runs every test, an empty `unfinished` means that the share has been given up.
  std::vector<TestIndex> left_unserved(std::vector<TestIndex> share,
                                       const std::vector<TestIndex>& unfinished) const override {
    if (on_every_worker_ && unfinished.empty()) return {};
    return share;
  }

  std::vector<std::vector<TestIndex>> shares_;  // by slot; empty once taken
  std::vector<bool> is_taken_;                  // by slot
  std::function<std::size_t(const Node&)> slot_of_;
  const bool on_every_worker_;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_REPLAY_H_
