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

// Derive from this class and override the hooks that you need. Every process of a run makes its own
// object. A worker sends values to the controller in Config::workeroutput.
//
// The comments name three kinds of process. The controller is the process that the user started
// with workers. A worker is one of the processes that the controller starts. A serial process runs
// its tests itself. All hooks are called from the thread that runs RUN_ALL_TESTS().
//
// A hook returns `{}`, or a callable that runs afterwards: see After and Answer. A hook without a
// return is a bug; compilers warn about it.
//
// A hook that throws fails the session, with a message that names plugin and hook. The remaining
// implementations of that call are skipped and wrappers are unwound. Then the run goes on, so no
// result is lost. In runtest_setup, runtest_call and runtest_teardown the exception fails the test
// instead of the session. A failed assertion of GoogleTest in a hook has the same effect. A hook
// that ends its process ends the worker, as a test would.
class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  // The place of this plugin's implementation of `hook` among those of other plugins. Called once
  // for each hook, when the plugin is registered.
  virtual Order order(Hook /*hook*/) const { return Order::normal; }

  // --- the session: controller, each worker, serial ---------------------------------------------

  // Called once, before all other hooks. In a worker `config.workerinput` is set. For a plugin that
  // is registered later, it is called when the plugin is registered.
  virtual After configure(Config& /*config*/) { return {}; }

  // Called once, after configure of all plugins.
  virtual After sessionstart(Session& /*session*/) { return {}; }

  // Called once, when all tests have run and the environments are torn down; with --gtest_repeat,
  // in the last iteration. In a worker it is the last chance to fill `config.workeroutput`. In the
  // controller it is called after every testnodedown. RUN_ALL_TESTS() will return `exitstatus`, 0
  // or 1. In workers, too, it is the result of the whole run.
  virtual After sessionfinish(Session& /*session*/, int /*exitstatus*/) { return {}; }

  // Called once, at the very end of RUN_ALL_TESTS().
  virtual After unconfigure(Config& /*config*/) { return {}; }

  // --- workers: called in the controller --------------------------------------------------------

  // Returns the number of workers. Called once, for GTEST_XDIST_WORKERS=auto or logical only.
  virtual Answer<unsigned> auto_num_workers(Config& /*config*/) { return {}; }

  // Called once, before the first worker is started. `ids` are "gw0", "gw1", …
  virtual After setupnodes(Config& /*config*/, const std::vector<std::string>& /*ids*/) {
    return {};
  }

  // Called before a worker is started, once for each worker, also for replacements. It is the last
  // chance to fill `node.workerinput`.
  virtual After configure_node(WorkerController& /*node*/) { return {}; }

  // Returns a scheduler that hands out the tests instead of the mode in GTEST_XDIST_DIST. Called
  // once for each iteration. A scheduler handles indices: `config.items` has the test of each.
  // `config.numprocesses` is the number of workers.
  virtual Answer<std::unique_ptr<Scheduler>> make_scheduler(Config& /*config*/) { return {}; }

  // Called when a worker has started and knows its tests. Not called for a worker that dies before.
  virtual After testnodeready(WorkerController& /*node*/) { return {}; }

  // Called right after testnodeready of each worker. `ids` are the tests that the worker selected,
  // in the order in which tests are handed out.
  virtual After node_collection_finished(WorkerController& /*node*/,
                                         const std::vector<std::string>& /*ids*/) {
    return {};
  }

  // Called once for each worker, when its process has ended. `error` is empty if it ended normally.
  // Otherwise it describes the end, such as "killed by signal 11 (SIGSEGV)". `node.workeroutput` is
  // set if the worker has finished its sessionfinish.
  virtual After testnodedown(WorkerController& /*node*/,
                             const std::optional<std::string>& /*error*/) {
    return {};
  }

  // Called when `item` has ended its worker, once for each such crash, before the report is
  // published. `report` has failed, and its parts give the reason. An implementation may change the
  // report. It may also call scheduler.mark_test_pending(item.index): then the item runs again. The
  // test still fails, unless the hook sets report.outcome to Outcome::rerun. The new run needs a
  // worker, so it counts as a restart. After an answer, true or false, no other plugin is called.
  // Do not use `scheduler` after the call.
  virtual Answer<bool> handlecrashitem(const Item& /*item*/, TestReport& /*report*/,
                                       Scheduler& /*scheduler*/) {
    return {};
  }

  // --- tests: in the worker when a test runs, in the controller when it is played back; serial
  // ------

  // Called before the test's `[ RUN ]`.
  virtual After runtest_logstart(const Item& /*item*/) { return {}; }

  // Called with the test's final result, once for each test. (pytest calls it for each phase.)
  virtual After runtest_logreport(const TestReport& /*report*/) { return {}; }

  // Called after runtest_logreport.
  virtual After runtest_logfinish(const Item& /*item*/) { return {}; }

  // --- tests: in the process that runs them, worker or serial, not in the controller -------------

  // Called once, with the tests that will run. A hook may reorder and remove `items`; it must not
  // repeat or add any. All workers must make the same change. Not called with GTEST_XDIST_INDICES,
  // which itself selects the tests. With --gtest_shuffle removed tests stay removed, but gtest
  // shuffles the order.
  virtual After collection_modifyitems(Session& /*session*/, std::vector<Item>& /*items*/) {
    return {};
  }

  // Called once, after collection_modifyitems. session.testscollected is set.
  virtual After collection_finish(Session& /*session*/) { return {}; }

  // Called before the test's fixture is made. A wrapper spans the constructor and SetUp().
  virtual After runtest_setup(const Item& /*item*/) { return {}; }

  // Called before the test's body, if the set-up succeeded. A wrapper spans the body.
  virtual After runtest_call(const Item& /*item*/) { return {}; }

  // Called after runtest_setup and runtest_call, always. A wrapper spans TearDown() and the
  // destructor. `nextitem` is the next test in this process. It is null if that is not known yet:
  // there is no further test, or the process waits for one.
  virtual After runtest_teardown(const Item& /*item*/, const Item* /*nextitem*/) { return {}; }

  // --- the end, and errors -----------------------------------------------------------------------

  // Called once, after gtest's own summary, so that a plugin can print its own. Controller and
  // serial.
  virtual After terminal_summary(TerminalReporter& /*reporter*/) { return {}; }

  // Called when a hook has thrown, in the process of that hook. For a hook in a worker it is also
  // called in the controller. `message` names plugin and hook.
  virtual After internalerror(const std::string& /*message*/) { return {}; }
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_HOOKS_PLUGIN_H_
