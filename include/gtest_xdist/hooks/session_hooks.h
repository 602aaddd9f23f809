// SessionHooks: calls the hooks of one process's session, and handles what they throw.
//
// Layer: hooks (standard library only). Does not know gtest, nor when each hook is called.
#ifndef GTEST_XDIST_HOOKS_SESSION_HOOKS_H_
#define GTEST_XDIST_HOOKS_SESSION_HOOKS_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/hook_call.h"
#include "gtest_xdist/hooks/plugin_manager.h"
#include "gtest_xdist/hooks/session.h"

namespace gtest_xdist::internal {

// What SessionHooks need from the process.
class SessionHost {
 public:
  SessionHost() = default;
  SessionHost(const SessionHost&) = delete;
  SessionHost& operator=(const SessionHost&) = delete;
  virtual ~SessionHost() = default;

  // Fails the run with a message. `thrown`: a hook has thrown; otherwise a plugin has said so.
  virtual void fail_session(const std::string& message, bool thrown) = 0;

  // Returns all registered tests, by index. Called when they are needed for the first time.
  virtual std::vector<Item> all_items() = 0;

  // Returns the test that this process runs after `test`; null if that is not known. Called only
  // where tests run.
  virtual const Item* item_after(TestIndex /*test*/) { return nullptr; }
};

// One for each RUN_ALL_TESTS in each process. Without plugins it costs almost nothing. Its members
// throw only what the host throws.
class SessionHooks {
 public:
  SessionHooks(PluginManager& plugins, SessionHost& host) : plugins_(plugins), host_(host) {
    session_.fail = [this](const std::string& reason) { host_.fail_session(reason, false); };
  }
  SessionHooks(const SessionHooks&) = delete;
  SessionHooks& operator=(const SessionHooks&) = delete;
  ~SessionHooks() {
    if (configured_) plugins_.observe_registration(nullptr);
  }

  // Whether there is any plugin.
  bool active() const { return !plugins_.empty(); }

  // For callers that call a hook themselves and handle what it throws.
  const PluginManager& plugins() const { return plugins_; }

  Config& config() { return config_; }
  Session& session() { return session_; }
  const Item& item(TestIndex test) {
    need_items();
    return config_.items[test];
  }

  // --- the session -------------------------------------------------------------------------------

  void configure() {
    if (active()) need_items();
    configured_ = true;
    plugins_.observe_registration(
        [this](const std::shared_ptr<Plugin>& plugin, const std::string& name) {
          configure_late(plugin, name);
        });
    notify(Hook::configure, [&](Plugin& plugin) { return plugin.configure(config_); });
  }
  void sessionstart() {
    notify(Hook::sessionstart, [&](Plugin& plugin) { return plugin.sessionstart(session_); });
  }
  void sessionfinish(int exitstatus) {
    notify(Hook::sessionfinish,
           [&](Plugin& plugin) { return plugin.sessionfinish(session_, exitstatus); });
  }
  void terminal_summary(TerminalReporter& reporter) {
    notify(Hook::terminal_summary,
           [&](Plugin& plugin) { return plugin.terminal_summary(reporter); });
  }
  void unconfigure() {
    // A plugin that comes later sees nothing of this session.
    if (std::exchange(configured_, false)) plugins_.observe_registration(nullptr);
    notify(Hook::unconfigure, [&](Plugin& plugin) { return plugin.unconfigure(config_); });
  }

  // --- the controller ----------------------------------------------------------------------------

  std::optional<unsigned> auto_num_workers() {
    return first_result<unsigned>(Hook::auto_num_workers,
                                  [&](Plugin& plugin) { return plugin.auto_num_workers(config_); });
  }
  void setupnodes(const std::vector<std::string>& ids) {
    notify(Hook::setupnodes, [&](Plugin& plugin) { return plugin.setupnodes(config_, ids); });
  }
  void configure_node(WorkerController& node) {
    notify(Hook::configure_node, [&](Plugin& plugin) { return plugin.configure_node(node); });
  }
  // Null if no plugin has made one. Otherwise `made_by` becomes the name of the plugin.
  std::unique_ptr<Scheduler> make_scheduler(std::string& made_by) {
    return first_result<std::unique_ptr<Scheduler>>(
               Hook::make_scheduler, [&](Plugin& plugin) { return plugin.make_scheduler(config_); },
               &made_by)
        .value_or(nullptr);
  }
  void testnodeready(WorkerController& node) {
    notify(Hook::testnodeready, [&](Plugin& plugin) { return plugin.testnodeready(node); });
  }
  void node_collection_finished(WorkerController& node, const std::vector<std::string>& ids) {
    notify(Hook::node_collection_finished,
           [&](Plugin& plugin) { return plugin.node_collection_finished(node, ids); });
  }
  void testnodedown(WorkerController& node, const std::optional<std::string>& error) {
    notify(Hook::testnodedown, [&](Plugin& plugin) { return plugin.testnodedown(node, error); });
  }
  void handlecrashitem(TestReport& report, Scheduler& scheduler) {
    first_result<bool>(Hook::handlecrashitem, [&](Plugin& plugin) {
      return plugin.handlecrashitem(report.item, report, scheduler);
    });
  }

  // --- tests -------------------------------------------------------------------------------------

  void runtest_logstart(const Item& item) {
    notify(Hook::runtest_logstart, [&](Plugin& plugin) { return plugin.runtest_logstart(item); });
  }
  void runtest_logreport(const TestReport& report) {
    if (report.outcome == Outcome::failed) ++session_.testsfailed;
    notify(Hook::runtest_logreport,
           [&](Plugin& plugin) { return plugin.runtest_logreport(report); });
  }
  void runtest_logfinish(const Item& item) {
    notify(Hook::runtest_logfinish, [&](Plugin& plugin) { return plugin.runtest_logfinish(item); });
  }

  // Returns the tests to run, in order. If a plugin fails, these are all selected tests.
  std::vector<TestIndex> collection_modifyitems(const std::vector<TestIndex>& selected) {
    std::vector<TestIndex> order = selected;
    if (active()) {
      std::vector<Item> items;
      items.reserve(selected.size());
      for (const TestIndex test : selected) items.push_back(item(test));
      const bool went_well = notify(Hook::collection_modifyitems, [&](Plugin& plugin) {
        return plugin.collection_modifyitems(session_, items);
      });
      if (const std::optional<std::string> wrong = find_fault(selected, items)) {
        internal_error("a plugin failed in collection_modifyitems: " + *wrong);
      } else if (went_well) {
        order.clear();
        for (const Item& kept : items) order.push_back(kept.index);
      }
    }
    session_.testscollected = order.size();
    return order;
  }
  void collection_finish() {
    notify(Hook::collection_finish,
           [&](Plugin& plugin) { return plugin.collection_finish(session_); });
  }

  // --- errors ------------------------------------------------------------------------------------

  // A hook has thrown, in this process or in a worker. Reports equal messages once.
  void internal_error(const std::string& message) {
    if (!told_.insert(message).second) return;
    host_.fail_session(message, true);
    try {
      call_hook(plugins_, Hook::internalerror,
                [&](Plugin& plugin) { return plugin.internalerror(message); });
    } catch (const HookError& error) {
      if (told_.insert(error.what()).second) host_.fail_session(error.what(), true);
    }
  }

 private:
  // False if an implementation has thrown.
  bool notify(Hook hook, FunctionRef<After(Plugin&)> f) {
    if (!active()) return true;
    try {
      call_hook(plugins_, hook, f);
      return true;
    } catch (const HookError& error) {
      internal_error(error.what());
      return false;
    }
  }

  template <class T>
  std::optional<T> first_result(Hook hook, FunctionRef<Answer<T>(Plugin&)> f,
                                std::string* answered_by = nullptr) {
    if (!active()) return std::nullopt;
    try {
      return call_first_result<T>(plugins_, hook, f, answered_by);
    } catch (const HookError& error) {
      internal_error(error.what());
      return std::nullopt;
    }
  }

  void configure_late(const std::shared_ptr<Plugin>& plugin, const std::string& name) {
    need_items();
    Unwinding call(Hook::configure);
    After after;
    if (call.attempt(name, [&] { after = plugin->configure(config_); })) {
      call.push(name, std::move(after));
      call.unwind();
    }
    try {
      call.rethrow();
    } catch (const HookError& error) {
      internal_error(error.what());
    }
  }

  void need_items() {
    if (config_.items.empty()) config_.items = host_.all_items();
  }

  // Says what is wrong with a modified collection, if anything is.
  static std::optional<std::string> find_fault(const std::vector<TestIndex>& selected,
                                               const std::vector<Item>& items) {
    std::set<TestIndex> left(selected.begin(), selected.end());
    for (const Item& item : items) {
      if (left.erase(item.index) == 1) continue;
      const bool twice = std::find(selected.begin(), selected.end(), item.index) != selected.end();
      return "'" + item.id + "' is in the list " +
             (twice ? "twice" : "although it was not collected");
    }
    return std::nullopt;
  }

  PluginManager& plugins_;
  SessionHost& host_;
  Config config_;
  Session session_{config_, 0, 0, {}};
  bool configured_ = false;
  std::set<std::string> told_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_HOOKS_SESSION_HOOKS_H_
