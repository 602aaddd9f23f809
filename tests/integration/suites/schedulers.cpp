// Schedulers of a plugin's own that do what $SCHEDULER says, mostly wrong, and crashed tests of
// which the plugin makes what $CRASH_ITEM says. Without $SCHEDULER the mode decides.
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest_xdist/plugin.h>
#include <gtest_xdist/scheduler/load.h>

#include "support.h"

namespace {

using gtest_xdist::Node;
using gtest_xdist::TestIndex;

// As the mode `load`, but for what is asked for.
class Unruly : public gtest_xdist::LoadScheduling {
 public:
  Unruly(std::size_t workers, std::string fault)
      : LoadScheduling(workers), fault_(std::move(fault)) {
    act("constructor");
  }

  std::vector<Node*> nodes() const override {
    act("nodes");
    return LoadScheduling::nodes();
  }
  bool collection_is_completed() const override {
    act("collection_is_completed");
    return fault_ != "never begins" && LoadScheduling::collection_is_completed();
  }
  bool tests_finished() const override {
    act("tests_finished");
    return fault_ != "never finishes" && LoadScheduling::tests_finished();
  }
  bool has_pending() const override {
    act("has_pending");
    return LoadScheduling::has_pending();
  }
  void add_node(Node& node) override {
    act("add_node");
    LoadScheduling::add_node(node);
  }
  void add_node_collection(Node& node, const std::vector<TestIndex>& collection) override {
    act("add_node_collection");
    std::vector<TestIndex> mine = collection;
    if (fault_ == "forgets some") mine.resize(mine.size() / 2);
    if (fault_ == "forgets all") mine.clear();
    if (fault_ == "out of range") mine.back() = 1000;
    if (fault_ == "not selected") mine.back() = 0;
    if (fault_ == "twice") mine.push_back(mine.front());
    LoadScheduling::add_node_collection(node, mine);
  }
  void schedule() override {
    act("schedule");
    LoadScheduling::schedule();
    if (fault_ == "swallows") {
      try {
        nodes().front()->send({1000});
      } catch (const std::logic_error&) {
      }
    }
  }
  void mark_test_complete(Node& node, TestIndex test, double seconds) override {
    act("mark_test_complete");
    if (fault_ == "again") node.send({test});
    LoadScheduling::mark_test_complete(node, test, seconds);
  }
  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    act("remove_node");
    LoadScheduling::remove_node(node, unfinished);
    if (fault_ == "to the dead") node.send(unfinished);
  }
  std::size_t wake_below(const Node& node) const override {
    act("wake_below");
    return LoadScheduling::wake_below(node);
  }

 private:
  void act(const std::string& member) const {
    if (fault_ == "throws in " + member) throw std::runtime_error("as planned");
  }

  const std::string fault_;
};

class MakeScheduler : public gtest_xdist::Plugin {
  gtest_xdist::Answer<std::unique_ptr<gtest_xdist::Scheduler>> make_scheduler(
      gtest_xdist::Config& config) override {
    const std::string fault = support::variable("SCHEDULER");
    if (fault.empty()) return {};
    return std::make_unique<Unruly>(config.numprocesses, fault);
  }

  gtest_xdist::Answer<bool> handlecrashitem(const gtest_xdist::Item& item,
                                            gtest_xdist::TestReport& report,
                                            gtest_xdist::Scheduler& scheduler) override {
    const std::string how = support::variable("CRASH_ITEM");
    if (how == "nothing") return {};
    if (how == "passes" || how == "rerun") report.parts.clear();
    if (how == "passes") report.outcome = gtest_xdist::Outcome::passed;
    if (how == "skips") report.outcome = gtest_xdist::Outcome::skipped;
    if (how == "other words") report.parts.back().message = "in other words";
    if (how == "rerun" || how == "empty promise") {
      report.outcome = gtest_xdist::Outcome::rerun;
    }
    if (how == "rerun" || how == "failed rerun") scheduler.mark_test_pending(item.index);
    if (how == "another") scheduler.mark_test_pending(item.index + 1);
    return true;
  }
};

GTEST_XDIST_PLUGIN(MakeScheduler)

class Filtered : public testing::Test {};
TEST_F(Filtered, Out) {}

class Many : public testing::TestWithParam<int> {};

// The test that $CRASHES says does, in the first attempt only unless it is "always".
TEST_P(Many, Runs) {
  support::note("run " + support::current_test() + " " + support::worker());
  if (GetParam() != 3) return;
  const std::string crashes = support::variable("CRASHES");
  if (crashes == "always") std::abort();
  if (crashes == "once" && (support::worker() == "gw0" || support::worker() == "gw1")) std::abort();
}

INSTANTIATE_TEST_SUITE_P(All, Many, testing::Range(0, 20));

}  // namespace
