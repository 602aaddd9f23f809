#include "gtest_xdist/testing/plugin_session.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/hooks/plugin_manager.h"

#include "support/thrown.h"

namespace gtest_xdist {
namespace {

using Texts = std::vector<std::string>;

// Notes each call with the process that it is made in.
class Notes : public Plugin {
 public:
  explicit Notes(Texts& log) : log_(log) {}

 private:
  After configure(Config& config) override {
    return note("configure of " + std::to_string(config.items.size()) + " tests, " + config.dist);
  }
  After sessionstart(Session&) override { return note("sessionstart"); }
  After setupnodes(Config& config, const Texts& ids) override {
    return note("setupnodes " + ids.front() + " of " + std::to_string(config.numprocesses));
  }
  After configure_node(WorkerController& node) override {
    node.workerinput.set("greeting", "hello " + node.id);
    return note("configure_node " + node.id);
  }
  After testnodeready(WorkerController& node) override { return note("testnodeready " + node.id); }
  After node_collection_finished(WorkerController& node, const Texts& ids) override {
    return note("node_collection_finished " + node.id + " " + ids.front());
  }
  After collection_modifyitems(Session&, std::vector<Item>& items) override {
    std::reverse(items.begin(), items.end());
    return note("collection_modifyitems");
  }
  After collection_finish(Session& session) override {
    return note("collection_finish " + std::to_string(session.testscollected));
  }
  After runtest_logstart(const Item& item) override { return note("logstart " + item.id); }
  After runtest_setup(const Item&) override { return around("setup"); }
  After runtest_call(const Item&) override { return around("call"); }
  After runtest_teardown(const Item&, const Item*) override { return around("teardown"); }
  After runtest_logreport(const TestReport& report) override {
    return note("logreport " + report.item.id + " of " + report.worker_id + " " +
                report.longrepr());
  }
  After runtest_logfinish(const Item& item) override { return note("logfinish " + item.id); }
  Answer<bool> handlecrashitem(const Item& item, TestReport& report, Scheduler&) override {
    note("handlecrashitem " + item.id + (report.crashed ? " crashed" : ""));
    return {};
  }
  After testnodedown(WorkerController& node, const std::optional<std::string>& error) override {
    const std::string output =
        node.workeroutput ? node.workeroutput->get<std::string>("answer") : "no output";
    return note("testnodedown " + node.id + ", " + error.value_or("no error") + ", " + output);
  }
  After sessionfinish(Session& session, int exitstatus) override {
    if (session.config.workeroutput) {
      session.config.workeroutput->set(
          "answer", session.config.workerinput->get<std::string>("greeting") + " too");
    }
    return note("sessionfinish " + std::to_string(exitstatus));
  }
  After terminal_summary(TerminalReporter& reporter) override {
    reporter.write_line("the end");
    return note("terminal_summary");
  }
  After unconfigure(Config&) override { return note("unconfigure"); }

  After note(const std::string& what) {
    const std::string role = is_xdist_worker()       ? ""
                             : is_xdist_controller() ? " (controller)"
                                                     : " (serial)";
    log_.push_back(worker_id() + role + ": " + what);
    return {};
  }
  After around(const std::string& what) {
    note(what);
    return [this, what] { note("after " + what); };
  }

  Texts& log_;
};

Texts taken(Texts& log) { return std::exchange(log, {}); }

class NotesTest : public testing::Test {
 protected:
  std::function<std::shared_ptr<Notes>()> make_ = [this] { return std::make_shared<Notes>(log_); };
  Texts log_;
};

TEST_F(NotesTest, HooksAreCalledAsInASession) {
  PluginSession<Notes> session(fake_items({"A.One", "A.Two"}), 1, make_);
  EXPECT_EQ(taken(log_), (Texts{
                             "master (controller): configure of 2 tests, load",
                             "master (controller): sessionstart",
                             "master (controller): setupnodes gw0 of 1",
                             "master (controller): configure_node gw0",
                             "gw0: configure of 2 tests, load",
                             "gw0: sessionstart",
                             "gw0: collection_modifyitems",
                             "gw0: collection_finish 2",
                             "master (controller): testnodeready gw0",
                             "master (controller): node_collection_finished gw0 A.Two",
                         }));
  EXPECT_EQ(session.order(0), (std::vector<TestIndex>{1, 0}));

  FakeTest fake;
  fake.body = [&] { log_.push_back(worker_id() + ": the body"); };
  fake.parts = {{PartType::nonfatal_failure, "", -1, "wrong"}};
  EXPECT_EQ(session.run(0, 1, fake), Outcome::failed);
  EXPECT_EQ(taken(log_), (Texts{
                             "gw0: logstart A.Two",
                             "gw0: setup",
                             "gw0: after setup",
                             "gw0: call",
                             "gw0: the body",
                             "gw0: after call",
                             "gw0: teardown",
                             "gw0: after teardown",
                             "gw0: logreport A.Two of gw0 wrong",
                             "gw0: logfinish A.Two",
                             "master (controller): logstart A.Two",
                             "master (controller): logreport A.Two of gw0 wrong",
                             "master (controller): logfinish A.Two",
                         }));

  EXPECT_EQ(session.finish(), 1);
  EXPECT_EQ(taken(log_), (Texts{
                             "gw0: sessionfinish 1",
                             "gw0: unconfigure",
                             "master (controller): testnodedown gw0, no error, hello gw0 too",
                             "master (controller): sessionfinish 1",
                             "master (controller): terminal_summary",
                             "master (controller): unconfigure",
                         }));
  EXPECT_EQ(session.summary(), "the end\n");
  EXPECT_EQ(session.node(0).workerinput.get<std::string>("workerid"), "gw0");
  EXPECT_EQ(session.failures(), Texts());
}

TEST_F(NotesTest, ASerialSessionHasOneProcess) {
  PluginSession<Notes> session(fake_items({"A.One"}), 0, make_);
  EXPECT_EQ(session.run(0, 0), Outcome::passed);
  EXPECT_EQ(session.finish(), 0);
  EXPECT_EQ(taken(log_), (Texts{
                             "master (serial): configure of 1 tests, no",
                             "master (serial): sessionstart",
                             "master (serial): collection_modifyitems",
                             "master (serial): collection_finish 1",
                             "master (serial): logstart A.One",
                             "master (serial): setup",
                             "master (serial): after setup",
                             "master (serial): call",
                             "master (serial): after call",
                             "master (serial): teardown",
                             "master (serial): after teardown",
                             "master (serial): logreport A.One of master ",
                             "master (serial): logfinish A.One",
                             "master (serial): sessionfinish 0",
                             "master (serial): terminal_summary",
                             "master (serial): unconfigure",
                         }));
}

TEST_F(NotesTest, AWorkerMayDieAndBeReplaced) {
  PluginSession<Notes> session(fake_items({"A.One"}), 1, make_);
  taken(log_);
  const FakeCrash crash = session.crash(0, 0, "killed");
  EXPECT_EQ(crash.outcome, Outcome::failed);
  EXPECT_FALSE(crash.put_back);
  const std::string report = "worker 'gw0' crashed while running 'A.One': killed";
  EXPECT_EQ(taken(log_), (Texts{
                             "master (controller): testnodedown gw0, killed, no output",
                             "master (controller): handlecrashitem A.One crashed",
                             "master (controller): logstart A.One",
                             "master (controller): logreport A.One of gw0 " + report,
                             "master (controller): logfinish A.One",
                         }));
  EXPECT_EQ(text_of_thrown<std::logic_error>([&] { session.run(0, 0); }), "gw0 is gone");
  EXPECT_EQ(session.add_worker(), 1U);
  EXPECT_EQ(log_.front(), "master (controller): configure_node gw1");
  taken(log_);
  EXPECT_EQ(session.finish(), 1);
  EXPECT_EQ(log_.front(), "gw1: sessionfinish 1");
}

TEST(PluginSession, KeepsToItself) {
  const std::string own_id = worker_id();
  const bool own_role = is_xdist_worker();
  const Texts own_plugins = plugins().names();
  PluginSession<Plugin> session(fake_items({"A.One"}), 1);
  EXPECT_EQ(worker_id(), own_id);
  EXPECT_EQ(is_xdist_worker(), own_role);
  EXPECT_EQ(plugins().names(), own_plugins);
  EXPECT_EQ(session.make_scheduler(), nullptr);
}

TEST(PluginSession, KnowsItsWorkersAndTests) {
  PluginSession<Plugin> session(fake_items({"A.One"}), 2);
  EXPECT_THROW(session.run(2, 0), std::out_of_range);
  EXPECT_THROW(session.run(0, 1), std::out_of_range);
  EXPECT_THROW(session.crash(0, 1), std::out_of_range);
  session.end_worker(0);
  EXPECT_EQ(text_of_thrown<std::logic_error>([&] { session.end_worker(0); }), "gw0 is gone");
  PluginSession<Plugin> serial(fake_items({"A.One"}), 0);
  EXPECT_THROW(serial.crash(0, 0), std::out_of_range);
  EXPECT_THROW(serial.end_worker(0), std::out_of_range);
  EXPECT_EQ(serial.run(0, 0), Outcome::passed);
}

TEST(PluginSession, ItemsHaveTheirNames) {
  const std::vector<Item> items = fake_items({"A.One", "I/P.V/0"});
  EXPECT_EQ(items[1].index, 1U);
  EXPECT_EQ(items[1].id, "I/P.V/0");
  EXPECT_EQ(items[1].suite, "I/P");
  EXPECT_EQ(items[1].name, "V/0");
}

class PutsBack : public Plugin {
  Answer<bool> handlecrashitem(const Item& item, TestReport& report,
                               Scheduler& scheduler) override {
    scheduler.mark_test_pending(item.index);
    report.outcome = Outcome::rerun;
    return true;
  }
};

TEST(PluginSession, TellsWhatAPluginMakesOfACrash) {
  PluginSession<PutsBack> session(fake_items({"A.One", "A.Two"}), 2);
  const FakeCrash crash = session.crash(1, 1);
  EXPECT_EQ(crash.outcome, Outcome::rerun);
  EXPECT_TRUE(crash.put_back);
  EXPECT_EQ(session.run(0, 1), Outcome::passed);
  EXPECT_EQ(session.finish(), 0);
}

class Strict : public Plugin {
  After runtest_setup(const Item& item) override {
    if (item.name == "Skipped") throw Skip("not today");
    if (item.name == "Broken") throw std::runtime_error("boom");
    return {};
  }
  After runtest_call(const Item& item) override {
    if (item.name != "BrokenLater") return {};
    return [] { throw std::runtime_error("late boom"); };
  }
  After runtest_logreport(const TestReport& report) override {
    if (is_xdist_worker()) reprs.push_back(report.longrepr());
    return {};
  }
  After sessionfinish(Session& session, int) override {
    if (is_xdist_worker()) session.fail("no disk");
    if (is_xdist_controller()) throw std::runtime_error("no paper");
    return {};
  }

 public:
  Texts reprs;
};

TEST(PluginSession, WhatHooksThrowIsFeltByTheTestOrTheSession) {
  PluginSession<Strict> session(fake_items({"A.Skipped", "A.Broken", "A.BrokenLater"}), 1);
  FakeTest fake;
  bool has_run = false;
  fake.body = [&] { has_run = true; };
  EXPECT_EQ(session.run(0, 0, fake), Outcome::skipped);
  EXPECT_EQ(session.run(0, 1, fake), Outcome::failed);
  EXPECT_FALSE(has_run);
  EXPECT_EQ(session.run(0, 2, fake), Outcome::failed);
  EXPECT_TRUE(has_run);
  EXPECT_EQ(session.plugin(0).reprs,
            (Texts{"not today", "plugin 'plugin' failed in runtest_setup: boom",
                   "plugin 'plugin' failed in runtest_call: late boom"}));
  EXPECT_TRUE(session.plugin().reprs.empty());
  EXPECT_EQ(session.finish(), 1);
  EXPECT_EQ(session.failures(),
            (Texts{"worker 'gw0': no disk", "plugin 'plugin' failed in sessionfinish: no paper"}));
}

}  // namespace
}  // namespace gtest_xdist
