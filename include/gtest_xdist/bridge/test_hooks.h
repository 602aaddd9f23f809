// TestHooks: calls the hooks around a test, in the process that runs it.
//
// Layer: bridge. gtest has no event between a test's set-up, its body and its tear-down. So another
// factory makes an object for gtest, which passes each phase on to the real test, with the plugins'
// hooks around it. Does not know which tests run.
#ifndef GTEST_XDIST_BRIDGE_TEST_HOOKS_H_
#define GTEST_XDIST_BRIDGE_TEST_HOOKS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/hook_assertions.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/bridge/items.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/hooks/session_hooks.h"

namespace gtest_xdist::internal {

// Fails, or skips, the test that is running. With --gtest_throw_on_failure gtest throws, but only
// when it has recorded the result.
inline void add_part_to_test(testing::TestPartResult::Type type, const std::string& message) {
  try {
    testing::internal::AssertHelper(type, nullptr, -1, message.c_str()) = testing::Message();
  } catch (...) {
  }
}

// Fails or skips the running test if a hook has failed or skipped it. Returns whether it may go on.
inline bool judge(const HookCall& call) {
  if (call.error()) {
    add_part_to_test(testing::TestPartResult::kFatalFailure, *call.error());
  } else if (call.skip()) {
    add_part_to_test(testing::TestPartResult::kSkip, *call.skip());
  }
  return !call.error() && !call.skip();
}

// One test at a time.
class TestHooks {
 public:
  TestHooks(SessionHooks& hooks, const Catalog& catalog, SessionHost& host)
      : hooks_(hooks), catalog_(catalog), host_(host) {}

  // Call this in OnTestStart, before all other listeners.
  void start(const testing::TestInfo& test) {
    if (!hooks_.active()) return;
    const TestIndex index = catalog_.index_of(test);
    item_ = &hooks_.item(index);
    {
      const HookAssertions guard(hooks_);
      hooks_.runtest_logstart(*item_);
    }
    test_ = &catalog_.test(index);
    // gtest owns the new factory meanwhile, because a test may call exit().
    factory_.reset(exchange_factory(*test_, new Factory(*this)));
  }

  // Call this in OnTestEnd, after all other listeners.
  void end() {
    if (test_ == nullptr) return;
    testing::TestInfo& test = *std::exchange(test_, nullptr);
    delete exchange_factory(test, factory_.release());
    const HookAssertions guard(hooks_);
    hooks_.runtest_logreport(make_report(*item_, test, worker_id()));
    hooks_.runtest_logfinish(*item_);
  }

 private:
  // Unwinds a call of a hook when the phase inside it ends, also if the phase throws.
  class Around {
   public:
    explicit Around(std::optional<HookCall>& call) : call_(call) {}
    Around(const Around&) = delete;
    Around& operator=(const Around&) = delete;
    ~Around() { finish(call_); }

   private:
    std::optional<HookCall>& call_;
  };

  // Unwinds a call, if there is one. A failure during the unwinding fails the test as well.
  static void finish(std::optional<HookCall>& call) {
    if (!call) return;
    const bool was_well = !call->error() && !call->skip();
    call->unwind();
    if (was_well) judge(*call);
    call.reset();
  }

  // gtest runs this object in the place of the test.
  class HookedTest : public testing::Test {
   public:
    explicit HookedTest(TestHooks& hooks) : hooks_(hooks) {}
    ~HookedTest() override {
      finish(setup_);  // gtest may not have run the test
      if (!torn_down_) begin_teardown();
      test_.reset();
      finish(teardown_);
    }

    // Makes the real test, unless a hook keeps it from running.
    void make() {
      hooks_.begin(setup_, Hook::runtest_setup,
                   [&](Plugin& plugin) { return plugin.runtest_setup(*hooks_.item_); });
      if (judge(*setup_)) test_.reset(hooks_.factory_->CreateTest());
    }

   private:
    void SetUp() override {
      const Around around(setup_);
      private_call<TestSetUp>(*test_);
    }
    void TestBody() override {
      std::optional<HookCall> call;
      hooks_.begin(call, Hook::runtest_call,
                   [&](Plugin& plugin) { return plugin.runtest_call(*hooks_.item_); });
      const Around around(call);
      if (judge(*call)) private_call<internal::TestBody>(*test_);
    }
    void TearDown() override {
      begin_teardown();
      private_call<TestTearDown>(*test_);
    }

    void begin_teardown() {
      torn_down_ = true;
      const Item* const next = hooks_.host_.item_after(hooks_.item_->index);
      hooks_.begin(teardown_, Hook::runtest_teardown,
                   [&](Plugin& plugin) { return plugin.runtest_teardown(*hooks_.item_, next); });
      judge(*teardown_);
    }

    TestHooks& hooks_;
    std::optional<HookCall> setup_;
    std::optional<HookCall> teardown_;
    bool torn_down_ = false;
    // Made after the base class and destroyed before it: each of the two tests saves gtest's flags
    // and restores them.
    std::unique_ptr<testing::Test> test_;
  };

  class Factory : public testing::internal::TestFactoryBase {
   public:
    explicit Factory(TestHooks& hooks) : hooks_(hooks) {}
    testing::Test* CreateTest() override {
      auto test = std::make_unique<HookedTest>(hooks_);
      test->make();
      return test.release();
    }

   private:
    TestHooks& hooks_;
  };

  template <class F>
  void begin(std::optional<HookCall>& call, Hook hook, F f) {
    call.emplace(hooks_.plugins(), hook, f);
  }

  SessionHooks& hooks_;
  const Catalog& catalog_;
  SessionHost& host_;
  const Item* item_ = nullptr;
  testing::TestInfo* test_ = nullptr;  // null unless its factory is replaced
  std::unique_ptr<testing::internal::TestFactoryBase> factory_;  // the test's own
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_TEST_HOOKS_H_
