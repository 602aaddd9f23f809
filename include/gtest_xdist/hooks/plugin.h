// Plugin: one virtual function for each hook.
//
// Layer: hooks (standard library only). Names and meaning are those of pytest and pytest-xdist,
// without the prefixes.
#ifndef GTEST_XDIST_HOOKS_PLUGIN_H_
#define GTEST_XDIST_HOOKS_PLUGIN_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest_xdist/hooks/deferred.h"
#include "gtest_xdist/hooks/hook.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// To be derived from; override the hooks that are of interest. Every process of a run makes its own
// object: what the controller is to know travels in Config::workeroutput.
//
// "Controller", "worker", "serial": the process that the user started with workers, one of its
// workers, a process that runs its tests itself. All hooks are called from the thread that runs
// RUN_ALL_TESTS().
//
// A hook returns `{}`, or what is to be run afterwards: see After and Answer. (One that ends
// without a return is a bug that compilers warn of.)
//
// A hook that throws fails the session, with a message that names plugin and hook; the other
// implementations of that call are left out, wrappers are unwound, and the run goes on, so no
// result is lost. In runtest_setup, runtest_call and runtest_teardown it fails the test instead. An
// assertion of GoogleTest that fails in a hook does the same. A hook that ends its process ends the
// worker, as a test would.
class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  // Where this plugin's implementation of `hook` stands among those of other plugins. Asked once,
  // when the plugin is registered.
  virtual Order order(Hook /*hook*/) const { return Order::normal; }

  // --- the session: controller, each worker, serial ---------------------------------------------

  // Before anything else; in a worker `config.workerinput` is there. Once; also at once for a
  // plugin that is registered later.
  virtual After configure(Config& /*config*/) { return {}; }

  // After all configure. Once.
  virtual After sessionstart(Session& /*session*/) { return {}; }

  // When all tests have run and the environments are torn down. Once, with the last iteration of
  // --gtest_repeat. In a worker it is the last chance to fill `config.workeroutput`; in the
  // controller it comes last, after every testnodedown. `exitstatus` is what RUN_ALL_TESTS() is
  // about to return, 0 or 1: the verdict over the whole run, in workers too.
  virtual After sessionfinish(Session& /*session*/, int /*exitstatus*/) { return {}; }

  // At the very end of RUN_ALL_TESTS(). Once.
  virtual After unconfigure(Config& /*config*/) { return {}; }

  // --- workers, seen from the controller --------------------------------------------------------

  // How many workers GTEST_XDIST_WORKERS=auto or logical means. Once, if the variable says so.
  virtual Answer<unsigned> auto_num_workers(Config& /*config*/) { return {}; }

  // Before the first worker is started; `ids` are "gw0", "gw1", … Once.
  virtual After setupnodes(Config& /*config*/, const std::vector<std::string>& /*ids*/) {
    return {};
  }

  // Before a worker is started: the last chance to fill `node.workerinput`. Once for each worker,
  // replacements included.
  virtual After configure_node(WorkerController& /*node*/) { return {}; }

  // What hands out the tests, instead of GTEST_XDIST_DIST. Once for each iteration. `config`
  // tells what the indices mean that a scheduler handles, and how many workers there are.
  virtual Answer<std::unique_ptr<Scheduler>> make_scheduler(Config& /*config*/) { return {}; }

  // A worker has started and knows its tests. Once for each worker that gets so far.
  virtual After testnodeready(WorkerController& /*node*/) { return {}; }

  // `ids` are the tests that the worker will run, in the order in which they are handed out. Once
  // for each worker that gets so far, right after testnodeready.
  virtual After node_collection_finished(WorkerController& /*node*/,
                                         const std::vector<std::string>& /*ids*/) {
    return {};
  }

  // A worker's process has ended. Once for each worker, however it ended. `error` is empty if it
  // ended as it should; else it says how it ended, such as "killed by signal 11 (SIGSEGV)".
  // `node.workeroutput` is there if the worker got past its sessionfinish.
  virtual After testnodedown(WorkerController& /*node*/,
                             const std::optional<std::string>& /*error*/) {
    return {};
  }

  // `item` ended its worker. Once for each such crash, before its report is published; `report` is
  // failed and says why. An implementation may change the report. It may have the item run again by
  // scheduler.mark_test_pending(item.index): then the test fails all the same, unless it sets
  // report.outcome to Outcome::rerun. The new run needs a worker, so it counts as a restart. To
  // answer, with either value, is to say that nobody else need be asked. `scheduler` is not to be
  // used after the call.
  virtual Answer<bool> handlecrashitem(const Item& /*item*/, TestReport& /*report*/,
                                       Scheduler& /*scheduler*/) {
    return {};
  }

  // --- tests: in the worker as a test runs, again in the controller as it is replayed; serial ----

  // Before the test's `[ RUN ]`.
  virtual After runtest_logstart(const Item& /*item*/) { return {}; }

  // The test's result; nothing changes it any more. Once for each test, where pytest calls it for
  // each phase.
  virtual After runtest_logreport(const TestReport& /*report*/) { return {}; }

  // After runtest_logreport.
  virtual After runtest_logfinish(const Item& /*item*/) { return {}; }

  // --- tests: where they run, so worker or serial, not controller --------------------------------

  // `items` are the tests to be run. They may be reordered and removed; not repeated, and none can
  // be added. All workers must do the same. Once; not for GTEST_XDIST_INDICES, which says itself
  // what is run. With --gtest_shuffle what is removed stays removed, but the order is shuffled all
  // the same.
  virtual After collection_modifyitems(Session& /*session*/, std::vector<Item>& /*items*/) {
    return {};
  }

  // After collection_modifyitems; session.testscollected is there. Once.
  virtual After collection_finish(Session& /*session*/) { return {}; }

  // Before the test's fixture is made. A wrapper spans its constructor and SetUp().
  virtual After runtest_setup(const Item& /*item*/) { return {}; }

  // Before the test's body, if the set-up went well. A wrapper spans the body.
  virtual After runtest_call(const Item& /*item*/) { return {}; }

  // After runtest_setup and runtest_call, always. A wrapper spans TearDown() and the destructor.
  // `nextitem` is the test that comes next in this process, null if that is not known yet: then
  // there may be none, or the process waits for one.
  virtual After runtest_teardown(const Item& /*item*/, const Item* /*nextitem*/) { return {}; }

  // --- the end, and errors -----------------------------------------------------------------------

  // After gtest's own summary: the place to print one's own. Controller and serial. Once.
  virtual After terminal_summary(TerminalReporter& /*reporter*/) { return {}; }

  // A hook has thrown; `message` names plugin and hook. In the process where it happened, and if
  // that is a worker, in the controller too.
  virtual After internalerror(const std::string& /*message*/) { return {}; }
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_HOOKS_PLUGIN_H_
