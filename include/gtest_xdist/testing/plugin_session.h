// PluginSession: a session without processes, for tests of plugins. The test says what happens, and
// the session calls the plugin's hooks as a real one does.
//
// Layer: testing (of the controller, what needs no system). It has no process, clock or gtest.
#ifndef GTEST_XDIST_TESTING_PLUGIN_SESSION_H_
#define GTEST_XDIST_TESTING_PLUGIN_SESSION_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/handout/scheduler_guard.h"
#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/hooks/workerinput.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/testing/fake_process.h"

namespace gtest_xdist {

// The result of a crash, when the plugin has handled it.
struct FakeCrash {
  Outcome outcome;  // the report's outcome after handlecrashitem
  bool put_back;    // whether the test should run again
};

namespace internal {

// Keeps the text that is written.
class KeptSummary : public TerminalReporter {
 public:
  void write(const std::string& more) override { text += more; }
  std::string text;
};

}  // namespace internal

// One session of one plugin, of class `Class`. The controller and each worker have an object of
// their own, as real processes have. While a hook runs, is_xdist_worker(), is_xdist_controller()
// and worker_id() answer for the process that calls the hook. The plugins() of the process that the
// test itself runs in are neither called nor changed.
//
//     gtest_xdist::PluginSession<MyPlugin> session(gtest_xdist::fake_items({"A.One", "A.Two"}), 2);
//     session.run(0, 0);    // gw0 runs the first test
//     session.crash(1, 1);  // gw1 dies in the second one
//     session.finish();
//     EXPECT_EQ(session.failures(), std::vector<std::string>());
//
// Members throw std::out_of_range if there is no such worker or test. Members that let something
// happen throw std::logic_error if the worker is gone. A serial session has no worker: use 0 as the
// worker's number to look at its process, or to run a test in it. If `Class` throws in a hook, the
// session handles that as a real one does, see failures().
template <class Class>
class PluginSession {
 public:
  using Factory = std::function<std::shared_ptr<Class>()>;

  // Begins a session of these tests: calls the hooks from the controller's configure to the last
  // node_collection_finished. Without workers the session is serial, and has one process. `make`
  // makes the plugin of each process. Without it `Class` must have a default constructor.
  PluginSession(
      std::vector<Item> items, unsigned workers,
      Factory make = [] { return std::make_shared<Class>(); })
      : items_(std::move(items)),
        make_(std::move(make)),
        workers_at_start_(workers),
        main_(make_(), {workers == 0 ? Role::serial : Role::controller, "master", testrun_uid()},
              items_, failure_handler()) {
    main_.config().numprocesses = workers;
    if (workers > 0) main_.config().dist = kDist;
    main_.act([&] { main_.begin(); });
    if (workers == 0) {
      main_.collect();
      return;
    }
    std::vector<std::string> ids;
    for (unsigned i = 0; i < workers; ++i) ids.push_back(internal::worker_name(i));
    main_.act([&] { main_.hooks.setupnodes(ids); });
    for (unsigned i = 0; i < workers; ++i) configure_worker();
    for (const auto& worker : workers_) start(*worker);
  }
  PluginSession(const PluginSession&) = delete;
  PluginSession& operator=(const PluginSession&) = delete;

  // --- what happens ------------------------------------------------------------------------------

  // Another worker starts, for example to replace one that has died. Returns its number. Do not
  // call this in a serial session.
  std::size_t add_worker() {
    configure_worker();
    start(*workers_.back());
    return workers_.size() - 1;
  }

  // Calls make_scheduler. Returns null if the plugin makes no scheduler. The session must outlive
  // the scheduler, which may refer to Config::items.
  std::unique_ptr<Scheduler> make_scheduler() {
    std::unique_ptr<Scheduler> scheduler;
    std::string made_by;
    main_.act([&] { scheduler = main_.hooks.make_scheduler(made_by); });
    return scheduler;
  }

  // A worker runs a test: it calls the hooks from runtest_logstart to runtest_logfinish.
  // runtest_teardown gets no next item. Then the controller calls the hooks of the playback; a real
  // one may do that much later. Returns the outcome: a hook may have failed or skipped the test.
  Outcome run(std::size_t worker, TestIndex test, const FakeTest& fake = {}) {
    Process& process = there(worker);
    TestReport report = report_of(process.hooks.item(items_.at(test).index), process);
    process.act([&] {
      process.hooks.runtest_logstart(report.item);
      process.phases(fake, report);
      process.hooks.runtest_logreport(report);
      process.hooks.runtest_logfinish(report.item);
    });
    if (&process != &main_) play_back(report);
    return report.outcome;
  }

  // A worker dies in a test: the controller calls testnodedown and handlecrashitem. If the test is
  // not put back, the controller plays back its report. If it is, the caller may run() it again.
  // `how`: how the process ended; testnodedown and the report get it.
  FakeCrash crash(std::size_t worker, TestIndex test,
                  const std::string& how = "killed by signal 11 (SIGSEGV)") {
    const Item& item = main_.hooks.item(items_.at(test).index);
    Process& process = end(worker);
    const WorkerController& node = process.node;
    TestReport report = report_of(item, process);
    report.outcome = Outcome::failed;
    report.crashed = true;
    report.parts = {{PartType::fatal_failure, item.file, item.line,
                     "worker '" + node.id + "' crashed while running '" + item.id + "': " + how}};
    internal::Assignments assignments(items_.size(), {test}, 1);
    internal::SchedulerGuard scheduler(std::make_unique<LoadScheduling>(1), "the scheduler",
                                       assignments);
    assignments.hand_out({test}, node.number);
    assignments.crash(test, node.number);
    main_.act([&] {
      main_.hooks.testnodedown(process.node, how);
      main_.hooks.handlecrashitem(report, scheduler);
    });
    const FakeCrash crash{report.outcome, assignments.conclude_crash()};
    failed_ |= crash.outcome == Outcome::failed;
    if (crash.put_back) return crash;
    if (report.outcome == Outcome::rerun) report.outcome = Outcome::failed;
    report.crashed = false;
    play_back(report);
    return crash;
  }

  // A worker ends normally: it calls sessionfinish and unconfigure, then the controller calls
  // testnodedown.
  void end_worker(std::size_t worker) {
    Process& process = end(worker);
    process.act([&] {
      process.hooks.sessionfinish(exitstatus());
      process.node.workeroutput = process.config().workeroutput;
      process.hooks.unconfigure();
    });
    main_.act([&] { main_.hooks.testnodedown(process.node, std::nullopt); });
  }

  // The session ends: end_worker() for each worker that is left, then sessionfinish,
  // terminal_summary and unconfigure in the controller. Returns what RUN_ALL_TESTS() would return.
  // Call this once.
  int finish() {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (!workers_[i]->gone) end_worker(i);
    }
    main_.act([&] {
      main_.hooks.sessionfinish(exitstatus());
      main_.hooks.terminal_summary(summary_);
      main_.hooks.unconfigure();
    });
    return exitstatus();
  }

  // --- what has happened -------------------------------------------------------------------------
  // The references that these members return are valid as long as the session lives.

  // The plugin of the controller, or of the serial process.
  Class& plugin() { return static_cast<Class&>(*main_.plugin); }

  // The plugin of a worker.
  Class& plugin(std::size_t worker) { return static_cast<Class&>(*at(worker).plugin); }

  // The controller's view of a worker, with its workerinput and workeroutput.
  const WorkerController& node(std::size_t worker) { return at(worker).node; }

  // The tests that a worker would run, as collection_modifyitems left them.
  const std::vector<TestIndex>& order(std::size_t worker) { return at(worker).order; }

  // What failed the session besides its tests: messages for what hooks have thrown, which name the
  // plugin 'plugin', and texts passed to Session::fail(). Those of workers begin with
  // "worker 'gw0': ".
  const std::vector<std::string>& failures() const { return failures_; }

  // The text that was written in terminal_summary.
  const std::string& summary() const { return summary_.text; }

 private:
  using Role = internal::Role;
  using Process = internal::FakeProcess;
  static constexpr const char* kDist = "load";

  Process& at(std::size_t worker) {
    if (workers_at_start_ == 0 && worker == 0) return main_;
    return *workers_.at(worker);
  }
  Process& there(std::size_t worker) {
    Process& process = at(worker);
    if (process.gone) throw std::logic_error(process.node.id + " is gone");
    return process;
  }
  Process& end(std::size_t worker) {
    static_cast<void>(workers_.at(worker));  // throws for the process of a serial session
    Process& process = there(worker);
    process.gone = true;
    return process;
  }

  void configure_worker() {
    const std::size_t number = workers_.size();
    const std::string id = internal::worker_name(number);
    workers_.push_back(std::make_unique<Process>(
        make_(), internal::Identity{Role::worker, id, testrun_uid()}, items_, failure_handler()));
    WorkerController& node = workers_.back()->node;
    node.id = id;
    node.number = static_cast<int>(number);
    internal::set_workerinput(node, workers_at_start_, kDist);
    main_.act([&] { main_.hooks.configure_node(node); });
    internal::set_workerinput(node, workers_at_start_, kDist);
  }

  void start(Process& process) {
    Config& config = process.config();
    config.numprocesses = workers_at_start_;
    config.dist = kDist;
    config.workerinput = process.node.workerinput;
    config.workeroutput.emplace();
    process.act([&] { process.begin(); });
    process.collect();
    std::vector<std::string> ids;
    for (const TestIndex test : process.order) ids.push_back(items_[test].id);
    main_.hooks.session().testscollected = ids.size();
    main_.act([&] {
      main_.hooks.testnodeready(process.node);
      main_.hooks.node_collection_finished(process.node, ids);
    });
  }

  static TestReport report_of(const Item& item, const Process& process) {
    return {item, Outcome::passed, 0, {}, {}, process.identity.worker_id, false};
  }

  // The controller plays back the report of a worker.
  void play_back(const TestReport& report) {
    const Item& item = main_.hooks.item(report.item.index);
    const TestReport told{item,         report.outcome,    report.duration,
                          report.parts, report.properties, report.worker_id,
                          false};
    main_.act([&] {
      main_.hooks.runtest_logstart(item);
      main_.hooks.runtest_logreport(told);
      main_.hooks.runtest_logfinish(item);
    });
  }

  Process::Failure failure_handler() {
    return [this](const Process& process, const std::string& message, bool thrown) {
      fail(process, message, thrown);
    };
  }

  void fail(const Process& process, const std::string& message, bool thrown) {
    if (&process == &main_) return failures_.push_back(message);
    const std::string told = "worker '" + process.node.id + "': " + message;
    main_.act([&] {
      if (thrown) return main_.hooks.internal_error(told);
      main_.hooks.session().fail(told);
    });
  }

  int exitstatus() {
    return failed_ || !failures_.empty() || main_.hooks.session().testsfailed > 0 ? 1 : 0;
  }

  const std::vector<Item> items_;
  const Factory make_;
  const unsigned workers_at_start_;
  Process main_;                                   // the controller, or the serial process
  std::vector<std::unique_ptr<Process>> workers_;  // by number
  internal::KeptSummary summary_;
  std::vector<std::string> failures_;
  bool failed_ = false;  // whether a crash has failed the session
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_TESTING_PLUGIN_SESSION_H_
