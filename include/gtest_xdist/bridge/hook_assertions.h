// HookAssertions: lets assertions of gtest in a hook fail the session instead of a test.
//
// Layer: bridge. For hooks that do not belong to a test. gtest would count their assertions for the
// test that happens to be current, or for none. Does not know which hook runs.
#ifndef GTEST_XDIST_BRIDGE_HOOK_ASSERTIONS_H_
#define GTEST_XDIST_BRIDGE_HOOK_ASSERTIONS_H_

#include <string>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/hooks/session_hooks.h"

namespace gtest_xdist::internal {

// While it lives, an assertion that fails in this thread fails the session.
class HookAssertions : private testing::ScopedFakeTestPartResultReporter {
 public:
  explicit HookAssertions(SessionHooks& hooks)
      : ScopedFakeTestPartResultReporter(INTERCEPT_ONLY_CURRENT_THREAD, nullptr), hooks_(hooks) {}

 private:
  void ReportTestPartResult(const testing::TestPartResult& result) override {
    const Part part = from_gtest(result);
    if (!part.failed()) return;
    const std::string place =
        part.file.empty() ? "" : part.file + ":" + std::to_string(part.line) + ": ";
    hooks_.session().fail(place + part.message);
  }

  SessionHooks& hooks_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_HOOK_ASSERTIONS_H_
