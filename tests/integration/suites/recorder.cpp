// A plugin that notes every call of every hook: which process, which hook, with what. A test for
// each of three suites, a scheduler that gives test i to worker i % n, and PLAN to make things go
// wrong: "<hook>:<process>:<what>[,…]"; for <what> see record(). $ORDER is what
// collection_modifyitems does: reverse, or leave B.Fails out.
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest_xdist/plugin.h>
#include <gtest_xdist/scheduler/node_registry.h>

#include "support.h"

namespace {

using gtest_xdist::After;
using gtest_xdist::Hook;
using gtest_xdist::Item;

std::string process() {
  if (gtest_xdist::is_xdist_controller()) return "controller";
  return gtest_xdist::is_xdist_worker() ? gtest_xdist::worker_id() : "serial";
}

// Test i goes to the worker of number i % n, as long as that one lives.
class Pinned : public gtest_xdist::Scheduler {
 public:
  explicit Pinned(std::size_t workers) : registry_(workers) {}

  std::vector<gtest_xdist::Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override { return !unassigned_.empty() || !registry_.nothing_pending(); }
  void add_node(gtest_xdist::Node& node) override { registry_.add(node); }
  void add_node_collection(gtest_xdist::Node&,
                           const std::vector<gtest_xdist::TestIndex>& collection) override {
    registry_.count_collection();
    if (!started_) unassigned_ = collection;
  }
  void schedule() override {
    started_ = true;
    const auto& nodes = registry_.nodes();
    if (nodes.empty()) return;
    std::vector<std::vector<gtest_xdist::TestIndex>> hands(nodes.size());
    for (std::size_t i = 0; i < unassigned_.size(); ++i) {
      hands[i % nodes.size()].push_back(unassigned_[i]);
    }
    unassigned_.clear();
    for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i]->send(hands[i]);
  }
  void mark_test_complete(gtest_xdist::Node&, gtest_xdist::TestIndex, double) override {}
  void mark_test_pending(gtest_xdist::TestIndex test) override {
    unassigned_.push_back(test);
    schedule();
  }
  void remove_node(gtest_xdist::Node& node,
                   const std::vector<gtest_xdist::TestIndex>& unfinished) override {
    registry_.remove(node);
    unassigned_.insert(unassigned_.end(), unfinished.begin(), unfinished.end());
    if (started_) schedule();
  }

 private:
  gtest_xdist::NodeRegistry registry_;
  bool started_ = false;
  std::vector<gtest_xdist::TestIndex> unassigned_;
};

class Recorder : public gtest_xdist::Plugin {
  After configure(gtest_xdist::Config& config) override {
    return record(Hook::configure, config.dist + " " + std::to_string(config.numprocesses) +
                                       (config.workerinput ? " workerinput" : ""));
  }
  After sessionstart(gtest_xdist::Session&) override { return record(Hook::sessionstart, ""); }
  After sessionfinish(gtest_xdist::Session& session, int exitstatus) override {
    if (session.config.workeroutput) {
      session.config.workeroutput->set("greeting", "from " + process());
    }
    return record(Hook::sessionfinish, std::to_string(exitstatus));
  }
  After unconfigure(gtest_xdist::Config&) override { return record(Hook::unconfigure, ""); }

  gtest_xdist::Answer<unsigned> auto_num_workers(gtest_xdist::Config&) override {
    record(Hook::auto_num_workers, "");
    const std::string answer = support::variable("AUTO_NUM_WORKERS");
    if (answer.empty()) return {};
    return static_cast<unsigned>(std::stoul(answer));
  }
  After setupnodes(gtest_xdist::Config&, const std::vector<std::string>& ids) override {
    return record(Hook::setupnodes, joined(ids));
  }
  After configure_node(gtest_xdist::WorkerController& node) override {
    node.workerinput.set("greeting", "to " + node.id);
    return record(Hook::configure_node, node.id);
  }
  gtest_xdist::Answer<std::unique_ptr<gtest_xdist::Scheduler>> make_scheduler(
      gtest_xdist::Config& config) override {
    record(Hook::make_scheduler, std::to_string(config.numprocesses));
    return std::make_unique<Pinned>(config.numprocesses);
  }
  After testnodeready(gtest_xdist::WorkerController& node) override {
    return record(Hook::testnodeready, node.id);
  }
  After node_collection_finished(gtest_xdist::WorkerController& node,
                                 const std::vector<std::string>& ids) override {
    return record(Hook::node_collection_finished, node.id + " " + joined(ids));
  }
  After testnodedown(gtest_xdist::WorkerController& node,
                     const std::optional<std::string>& error) override {
    const std::string output =
        node.workeroutput ? node.workeroutput->get<std::string>("greeting") : "no workeroutput";
    return record(Hook::testnodedown, node.id + " [" + error.value_or("") + "] " + output);
  }
  gtest_xdist::Answer<bool> handlecrashitem(const Item& item, gtest_xdist::TestReport& report,
                                            gtest_xdist::Scheduler&) override {
    record(Hook::handlecrashitem, item.id + " " + report.longrepr());
    return {};
  }

  After collection_modifyitems(gtest_xdist::Session&, std::vector<Item>& items) override {
    const std::string order = support::variable("ORDER");
    if (order == "reverse") std::reverse(items.begin(), items.end());
    if (order == "leave out") items.erase(items.begin() + 1);
    return record(Hook::collection_modifyitems, std::to_string(items.size()));
  }
  After collection_finish(gtest_xdist::Session& session) override {
    return record(Hook::collection_finish, std::to_string(session.testscollected));
  }

  After runtest_logstart(const Item& item) override {
    return record(Hook::runtest_logstart, item.id);
  }
  After runtest_setup(const Item& item) override { return record(Hook::runtest_setup, item.id); }
  After runtest_call(const Item& item) override { return record(Hook::runtest_call, item.id); }
  After runtest_teardown(const Item& item, const Item* nextitem) override {
    return record(Hook::runtest_teardown, item.id + (nextitem ? " before " + nextitem->id : ""));
  }
  After runtest_logreport(const gtest_xdist::TestReport& report) override {
    static const char* const kOutcomes[] = {"passed", "failed", "skipped", "rerun"};
    return record(Hook::runtest_logreport, report.item.id + " " +
                                               kOutcomes[static_cast<int>(report.outcome)] +
                                               " on " + report.worker_id);
  }
  After runtest_logfinish(const Item& item) override {
    return record(Hook::runtest_logfinish, item.id);
  }

  After terminal_summary(gtest_xdist::TerminalReporter& reporter) override {
    reporter.write_line("the recorder's summary");
    return record(Hook::terminal_summary, "");
  }
  After internalerror(const std::string& message) override {
    return record(Hook::internalerror, message);
  }

  // Notes the call, and does what $PLAN has for it.
  static After record(Hook hook, const std::string& detail) {
    const std::string name = gtest_xdist::name_of(hook);
    support::note(process() + " " + name + (detail.empty() ? "" : " " + detail));
    const std::string what = planned(name + ":" + process() + ":");
    if (what == "throw") throw std::runtime_error("as planned");
    if (what == "throw int") throw 7;
    if (what == "skip") throw gtest_xdist::Skip("as planned");
    if (what == "exit") std::_Exit(3);
    if (what == "exit 0") std::exit(0);
    if (what == "child exits") {
      const ::pid_t child = ::fork();
      if (child == 0) std::exit(0);
      int status = -1;
      ::waitpid(child, &status, 0);
      if (status != 0) throw std::runtime_error("the child did not exit with status 0");
    }
    if (what == "assert") ADD_FAILURE() << "as planned";
    if (what == "wait") std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (what == "fork" && ::fork() == 0) return {};
    if (what == "crash") {
      std::signal(SIGSEGV, SIG_DFL);
      std::raise(SIGSEGV);
    }
    if (what == "wrap") {
      return [line = process() + " after " + name] { support::note(line); };
    }
    if (what == "throw after") return [] { throw std::runtime_error("as planned, after"); };
    return {};
  }

  static std::string planned(const std::string& place) {
    std::istringstream plan(support::variable("PLAN"));
    for (std::string step; std::getline(plan, step, ',');) {
      if (step.compare(0, place.size(), place) == 0) return step.substr(place.size());
    }
    return "";
  }

  static std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
    return text;
  }
};

GTEST_XDIST_PLUGIN(Recorder)

class A : public testing::Test {
 protected:
  void SetUp() override { support::note(process() + " SetUp"); }
  void TearDown() override { support::note(process() + " TearDown"); }
};
TEST_F(A, Passes) { support::note(process() + " body"); }
TEST(B, Fails) { ADD_FAILURE() << "as it should"; }
TEST(C, Skips) { GTEST_SKIP() << "as it should"; }

}  // namespace
