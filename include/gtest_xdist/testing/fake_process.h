// FakeProcess: one process of a session without processes. It calls a plugin's hooks and plays
// tests.
//
// Layer: testing (standard library only). Does not know when hooks are called: a PluginSession
// decides that.
#ifndef GTEST_XDIST_TESTING_FAKE_PROCESS_H_
#define GTEST_XDIST_TESTING_FAKE_PROCESS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/hooks/hook.h"
#include "gtest_xdist/hooks/hook_call.h"
#include "gtest_xdist/hooks/plugin.h"
#include "gtest_xdist/hooks/plugin_manager.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/hooks/session_hooks.h"

namespace gtest_xdist {

// Makes registered tests from their ids, "Suite.Test", for Config::items and for a PluginSession.
// The caller may add groups, locks and files.
inline std::vector<Item> fake_items(const std::vector<std::string>& ids) {
  std::vector<Item> items(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::size_t dot = ids[i].find('.');
    items[i].index = static_cast<TestIndex>(i);
    items[i].id = ids[i];
    items[i].suite = ids[i].substr(0, dot);
    items[i].name = dot == std::string::npos ? "" : ids[i].substr(dot + 1);
  }
  return items;
}

// What a test does when a PluginSession runs it.
struct FakeTest {
  Outcome outcome = Outcome::passed;
  double duration = 0;                    // in seconds
  std::vector<Part> parts = {};           // a part that failed fails the test
  std::vector<Property> properties = {};  // of RecordProperty()
  std::function<void()> body = nullptr;   // called in the place of the body of a real test
};

namespace internal {

// While it lives, identity() is `as`.
class Acting {
 public:
  explicit Acting(const Identity& as) : own_(std::exchange(identity(), as)) {}
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;
  ~Acting() { identity() = std::move(own_); }

 private:
  Identity own_;
};

// One process, with a plugin of its own.
struct FakeProcess : SessionHost {
  // Called with the reason when the session fails. `thrown`: a hook has thrown; otherwise a plugin
  // has said so.
  using Failure = std::function<void(const FakeProcess&, const std::string& what, bool thrown)>;

  // `its_items` are the registered tests.
  FakeProcess(std::shared_ptr<Plugin> its_plugin, Identity its_identity,
              const std::vector<Item>& its_items, Failure on_failure)
      : identity(std::move(its_identity)),
        plugin(std::move(its_plugin)),
        items(its_items),
        failure(std::move(on_failure)) {
    plugins.register_plugin(plugin, "plugin");
  }

  Config& config() { return hooks.config(); }

  // Calls `f` with the identity of the process.
  void act(FunctionRef<void()> f) const {
    const Acting acting(identity);
    f();
  }

  void begin() {
    hooks.configure();
    hooks.sessionstart();
  }

  void collect() {
    std::vector<TestIndex> all;
    for (const Item& item : items) all.push_back(item.index);
    act([&] {
      order = hooks.collection_modifyitems(all);
      hooks.collection_finish();
    });
  }

  // Calls the hooks around a test, and plays the test between them.
  void phases(const FakeTest& fake, TestReport& report) const {
    const Item& item = report.item;
    const auto nothing = [] {};
    const bool is_set_up = phase(
        Hook::runtest_setup, [&](Plugin& p) { return p.runtest_setup(item); }, report, nothing);
    if (is_set_up) {
      phase(
          Hook::runtest_call, [&](Plugin& p) { return p.runtest_call(item); }, report,
          [&] { play(fake, report); });
    }
    phase(
        Hook::runtest_teardown, [&](Plugin& p) { return p.runtest_teardown(item, nullptr); },
        report, nothing);
  }

  // Calls a hook around `inside`. Returns whether the hook has neither failed nor skipped the test.
  bool phase(Hook hook, FunctionRef<After(Plugin&)> f, TestReport& report,
             FunctionRef<void()> inside) const {
    HookCall call(plugins, hook, f);
    if (!judge(call, report)) return false;
    inside();
    call.unwind();
    return judge(call, report);
  }

  // Fails or skips the test if a hook has failed or skipped it. Returns whether none has.
  static bool judge(const HookCall& call, TestReport& report) {
    if (call.error()) {
      report.outcome = Outcome::failed;
      report.parts.push_back({PartType::fatal_failure, "", -1, *call.error()});
    } else if (call.skip()) {
      if (report.outcome != Outcome::failed) report.outcome = Outcome::skipped;
      report.parts.push_back({PartType::skip, "", -1, *call.skip()});
    }
    return !call.error() && !call.skip();
  }

  static void play(const FakeTest& fake, TestReport& report) {
    if (fake.body) fake.body();
    report.outcome = fake.outcome;
    report.duration = fake.duration;
    report.properties = fake.properties;
    for (const Part& part : fake.parts) {
      if (part.failed()) report.outcome = Outcome::failed;
      report.parts.push_back(part);
    }
  }

  void fail_session(const std::string& message, bool thrown) override {
    failure(*this, message, thrown);
  }
  std::vector<Item> all_items() override { return items; }

  const Identity identity;
  const std::shared_ptr<Plugin> plugin;
  const std::vector<Item>& items;
  const Failure failure;
  PluginManager plugins;
  SessionHooks hooks{plugins, *this};
  WorkerController node;         // the controller's view of a worker
  std::vector<TestIndex> order;  // the tests to run
  bool gone = false;
};

}  // namespace internal
}  // namespace gtest_xdist

#endif  // GTEST_XDIST_TESTING_FAKE_PROCESS_H_
