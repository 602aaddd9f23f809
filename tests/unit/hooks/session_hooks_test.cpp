#include "gtest_xdist/hooks/session_hooks.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/each.h"

#include "support/recorder.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;
using Tests = std::vector<TestIndex>;
using Items = std::vector<Item>;

After boom() { throw std::runtime_error("boom"); }

Item item(TestIndex index, const std::string& id) {
  Item item;
  item.index = index;
  item.id = id;
  return item;
}

class SessionHooksTest : public testing::Test, public SessionHost {
 protected:
  struct Row {
    Hook hook;
    const char* arguments;  // as a Recorder notes them
    std::function<void()> call;
    std::string heard() const { return std::string(name_of(hook)) + "(" + arguments + ")"; }
  };

  // Every member that calls a hook.
  std::vector<Row> members() {
    const Texts names = {"one", "two"};
    const Tests selected = {2, 0};
    return {
        {Hook::configure, "config", [&] { hooks_->configure(); }},
        {Hook::sessionstart, "session", [&] { hooks_->sessionstart(); }},
        {Hook::auto_num_workers, "config", [&] { hooks_->auto_num_workers(); }},
        {Hook::setupnodes, "config, one two", [this, names] { hooks_->setupnodes(names); }},
        {Hook::configure_node, "node", [&] { hooks_->configure_node(node_); }},
        {Hook::make_scheduler, "config", [&] { hooks_->make_scheduler(made_by_); }},
        {Hook::testnodeready, "node", [&] { hooks_->testnodeready(node_); }},
        {Hook::node_collection_finished, "node, one two",
         [this, names] { hooks_->node_collection_finished(node_, names); }},
        {Hook::collection_modifyitems, "session, S.2 S.0",
         [this, selected] { hooks_->collection_modifyitems(selected); }},
        {Hook::collection_finish, "session", [&] { hooks_->collection_finish(); }},
        {Hook::runtest_logstart, "item", [&] { hooks_->runtest_logstart(item_); }},
        {Hook::runtest_logreport, "report", [&] { hooks_->runtest_logreport(report_); }},
        {Hook::runtest_logfinish, "item", [&] { hooks_->runtest_logfinish(item_); }},
        {Hook::handlecrashitem, "item, report, scheduler",
         [&] { hooks_->handlecrashitem(report_, scheduler_); }},
        {Hook::testnodedown, "node, killed", [&] { hooks_->testnodedown(node_, "killed"); }},
        {Hook::testnodedown, "node, no error", [&] { hooks_->testnodedown(node_, std::nullopt); }},
        {Hook::sessionfinish, "session, 1", [&] { hooks_->sessionfinish(1); }},
        {Hook::terminal_summary, "reporter", [&] { hooks_->terminal_summary(reporter_); }},
        {Hook::unconfigure, "config", [&] { hooks_->unconfigure(); }},
        {Hook::internalerror, "broken", [&] { hooks_->internal_error("broken"); }},
    };
  }

  std::unique_ptr<SessionHooks> make_hooks() {
    return std::make_unique<SessionHooks>(manager_, *this);
  }

  void fail_session(const std::string& message, bool thrown) override {
    failures_.push_back(thrown ? message : "said: " + message);
  }
  Items all_items() override {
    ++item_lists_;
    Items items;
    for (TestIndex i = 0; i < 6; ++i) items.push_back(item(i, "S." + std::to_string(i)));
    return items;
  }

  std::shared_ptr<Recorder> add(const std::string& name) {
    const auto recorder = std::make_shared<Recorder>(labels_);
    manager_.register_plugin(recorder, name);
    return recorder;
  }

  PluginManager manager_;
  Texts failures_;  // what the session failed with
  std::string made_by_;
  std::size_t item_lists_ = 0;
  std::unique_ptr<SessionHooks> hooks_ = make_hooks();
  WorkerController node_;
  Item item_;
  TestReport report_{item_, Outcome::passed, 0, {}, {}, "gw0", false};
  EachScheduling scheduler_{1};
  struct : TerminalReporter {
    void write(const std::string&) override {}
  } reporter_;
  const Labels labels_ = {{&hooks_->config(), "config"},
                          {&hooks_->session(), "session"},
                          {&node_, "node"},
                          {&item_, "item"},
                          {&report_, "report"},
                          {&scheduler_, "scheduler"},
                          {&reporter_, "reporter"}};
};

TEST_F(SessionHooksTest, EachMemberCallsItsHook) {
  const auto recorder = add("recorder");
  std::set<Hook> called;
  for (const Row& row : members()) {
    recorder->heard.clear();
    row.call();
    EXPECT_EQ(recorder->heard, Texts{row.heard()});
    called.insert(row.hook);
  }
  EXPECT_EQ(called.size(), kHookCount - 3);  // for runtest_setup, _call, _teardown: plugins()
  EXPECT_EQ(&hooks_->plugins(), &manager_);
  EXPECT_EQ(failures_, Texts{"broken"});
}

TEST_F(SessionHooksTest, KnowsAllTests) {
  add("recorder");
  hooks_->configure();
  EXPECT_EQ(hooks_->config().items.at(4).id, "S.4");
  for (const Row& row : members()) row.call();
  EXPECT_EQ(&hooks_->item(4), &hooks_->session().config.items.at(4));
  EXPECT_EQ(item_lists_, 1U);
}

TEST_F(SessionHooksTest, WithoutPluginsNothingIsDone) {
  for (const Row& row : members()) row.call();
  EXPECT_EQ(hooks_->auto_num_workers(), std::nullopt);
  EXPECT_EQ(hooks_->make_scheduler(made_by_), nullptr);
  EXPECT_EQ(hooks_->collection_modifyitems({4, 1}), (Tests{4, 1}));
  EXPECT_EQ(hooks_->session().testscollected, 2U);
  EXPECT_FALSE(hooks_->active());
  EXPECT_EQ(item_lists_, 0U);
  EXPECT_EQ(failures_, Texts{"broken"});
}

TEST_F(SessionHooksTest, WhatAHookThrowsFailsTheSession) {
  const auto recorder = add("faulty");
  std::set<Hook> done = {Hook::internalerror};
  for (const Row& row : members()) {
    if (!done.insert(row.hook).second) continue;
    const std::string error =
        std::string("plugin 'faulty' failed in ") + name_of(row.hook) + ": boom";
    recorder->scripts = {{row.hook, boom}};
    recorder->heard.clear();
    failures_.clear();
    row.call();
    row.call();  // the error is not told again
    EXPECT_EQ(failures_, Texts{error});
    EXPECT_EQ(recorder->heard, (Texts{row.heard(), "internalerror(" + error + ")", row.heard()}));
  }
}

TEST_F(SessionHooksTest, WhatInternalerrorThrowsIsNotToldToInternalerror) {
  const auto recorder = add("faulty");
  recorder->scripts[Hook::internalerror] = boom;
  for (const char* message : {"one", "two", "one", "two"}) hooks_->internal_error(message);
  EXPECT_EQ(failures_, (Texts{"one", "plugin 'faulty' failed in internalerror: boom", "two"}));
  EXPECT_EQ(recorder->heard, (Texts{"internalerror(one)", "internalerror(two)"}));
}

TEST_F(SessionHooksTest, APluginRegisteredLateIsConfiguredAtOnce) {
  const auto early = add("early");
  EXPECT_EQ(early->heard, Texts{});
  hooks_->configure();
  const auto late = add("late");
  EXPECT_EQ(late->heard, Texts{"configure(config)"});
  EXPECT_EQ(early->heard, Texts{"configure(config)"});  // once
  hooks_->sessionstart();
  EXPECT_EQ(late->heard, (Texts{"configure(config)", "sessionstart(session)"}));
  hooks_ = nullptr;
  EXPECT_EQ(add("too late")->heard, Texts{});
}

TEST_F(SessionHooksTest, APluginRegisteredFromWithinConfigureIsConfiguredOnce) {
  std::shared_ptr<Recorder> inner;
  add("outer")->scripts[Hook::configure] = [&]() -> After {
    inner = add("inner");
    return {};
  };
  hooks_->configure();
  EXPECT_EQ(inner->heard, Texts{"configure(config)"});
}

TEST_F(SessionHooksTest, ALatePluginIsConfiguredAsOthersAre) {
  hooks_->configure();
  EXPECT_EQ(item_lists_, 0U);  // nobody was there to see it
  const auto late = std::make_shared<Recorder>(labels_);
  std::size_t tests = 0;
  late->scripts[Hook::configure] = [&] {
    tests = hooks_->config().items.size();
    return boom;
  };
  manager_.register_plugin(late, "one");
  EXPECT_EQ(tests, 6U);
  late->scripts[Hook::configure] = boom;
  manager_.register_plugin(manager_.unregister("one"), "two");
  EXPECT_EQ(failures_, (Texts{"plugin 'one' failed in configure: boom",
                              "plugin 'two' failed in configure: boom"}));
}

TEST_F(SessionHooksTest, PluginsAnswer) {
  const auto recorder = add("recorder");
  EXPECT_EQ(hooks_->make_scheduler(made_by_), nullptr);
  EXPECT_EQ(made_by_, "");
  recorder->workers = 3;
  EXPECT_EQ(hooks_->auto_num_workers(), 3U);
  recorder->scheduler = std::make_unique<EachScheduling>(1);
  const Scheduler* const scheduler = recorder->scheduler.get();
  EXPECT_EQ(hooks_->make_scheduler(made_by_).get(), scheduler);
  EXPECT_EQ(made_by_, "recorder");
  recorder->scripts = {{Hook::auto_num_workers, boom}};
  EXPECT_EQ(hooks_->auto_num_workers(), std::nullopt);
}

TEST_F(SessionHooksTest, TheSessionCountsTestsAndCanBeFailed) {
  add("recorder");
  EXPECT_EQ(hooks_->session().testscollected, 0U);
  hooks_->collection_modifyitems({0, 1, 5});
  EXPECT_EQ(hooks_->session().testscollected, 3U);
  for (const Outcome outcome :
       {Outcome::passed, Outcome::failed, Outcome::skipped, Outcome::rerun, Outcome::failed}) {
    report_.outcome = outcome;
    hooks_->runtest_logreport(report_);
  }
  EXPECT_EQ(hooks_->session().testsfailed, 2U);
  hooks_->session().fail("no licence");
  EXPECT_EQ(failures_, Texts{"said: no licence"});
}

TEST_F(SessionHooksTest, ItemsMayBeReorderedAndRemovedOnly) {
  struct Change {
    Tests order;
    std::string error;
    std::function<void(Items&)> make;
  };
  const std::string foreign = " is in the list although it was not collected";
  const Item own = item(99, "My.Own");
  const Change changes[] = {
      {{4, 0, 2}, "", [](Items&) {}},
      {{2, 0, 4}, "", [](Items& items) { std::reverse(items.begin(), items.end()); }},
      {{0, 2}, "", [](Items& items) { items.erase(items.begin()); }},
      {{}, "", [](Items& items) { items.clear(); }},
      {{4, 0, 2}, "'S.4' is in the list twice", [](Items& items) { items.push_back(items[0]); }},
      {{4, 0, 2}, "'S.0' is in the list twice", [](Items& items) { items[0] = items[1]; }},
      {{4, 0, 2}, "'S.1'" + foreign, [&](Items& items) { items[0] = hooks_->item(1); }},
      {{4, 0, 2}, "'My.Own'" + foreign, [&](Items& items) { items.push_back(own); }},
  };
  const auto recorder = add("recorder");
  for (const Change& change : changes) {
    hooks_ = make_hooks();
    failures_.clear();
    // in a wrapper, so at the latest moment
    recorder->scripts[Hook::collection_modifyitems] = [&] {
      return [&] { change.make(*recorder->items); };
    };
    EXPECT_EQ(hooks_->collection_modifyitems({4, 0, 2}), change.order);
    EXPECT_EQ(hooks_->session().testscollected, change.order.size());
    const std::string message = "a plugin failed in collection_modifyitems: " + change.error;
    EXPECT_EQ(failures_, change.error.empty() ? Texts{} : Texts{message});
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
