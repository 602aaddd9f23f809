// SessionLife: calls the hooks of a session's beginning and end at gtest's events, and has the
// values of once() torn down.
//
// Layer: shim. Does not know which role the process has.
#ifndef GTEST_XDIST_SHIM_SESSION_LIFE_H_
#define GTEST_XDIST_SHIM_SESSION_LIFE_H_

#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/environments.h"
#include "gtest_xdist/bridge/hook_assertions.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/plugin_manager.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/process/once/once_values.h"

namespace gtest_xdist::internal {

// One for each process and RUN_ALL_TESTS.
class SessionLife {
 public:
  // `has_terminal`: whether terminal_summary is called. It is false in workers.
  SessionLife(SessionHost& host, bool has_terminal)
      : hooks_(plugins(), host), has_terminal_(has_terminal) {}

  SessionHooks& hooks() { return hooks_; }

  // Call this in OnTestProgramStart.
  void start() {
    const HookAssertions guard(hooks_);
    hooks_.configure();
    hooks_.sessionstart();
  }

  // Returns the selected tests that plugins keep, in their order. Call this after start(), in a
  // process that runs tests.
  std::vector<TestIndex> collect(const std::vector<TestIndex>& selected) {
    const HookAssertions guard(hooks_);
    std::vector<TestIndex> order = hooks_.collection_modifyitems(selected);
    hooks_.collection_finish();
    return order;
  }

  // Call this instead for a list, which plugins cannot change. `tests` is its length.
  void collect_list(std::size_t tests) {
    const HookAssertions guard(hooks_);
    hooks_.session().testscollected = tests;
    hooks_.collection_finish();
  }

  // Call this in OnTestIterationEnd before all other listeners, so that they see failures of
  // plugins. `failed`: whether something has failed that gtest in this process does not know.
  // Returns whether this was the last iteration.
  bool tests_end(int iteration, bool failed) {
    failed_ |= failed || !testing::UnitTest::GetInstance()->Passed();
    if (!is_last_iteration(iteration)) return false;
    finish();
    return true;
  }

  // Call this in OnTestIterationEnd after all other listeners. gtest's summary is printed then, and
  // the run can still fail.
  void iteration_ends(int iteration) {
    if (is_last_iteration(iteration)) close();
  }

  // Call this in OnTestProgramEnd. There may have been no iteration.
  void end() {
    finish();
    close();
  }

 private:
  class StandardOutput : public TerminalReporter {
   public:
    void write(const std::string& text) override {
      std::fwrite(text.data(), 1, text.size(), stdout);
      std::fflush(stdout);
    }
  };

  void finish() {
    if (std::exchange(finished_, true)) return;
    const HookAssertions guard(hooks_);
    hooks_.sessionfinish(failed_ ? 1 : 0);
    once_values().end_session(
        [this](const std::string& message) { hooks_.session().fail(message); });
  }

  void close() {
    if (std::exchange(closed_, true)) return;
    const HookAssertions guard(hooks_);
    StandardOutput output;
    if (has_terminal_) hooks_.terminal_summary(output);
    hooks_.unconfigure();
  }

  SessionHooks hooks_;
  const bool has_terminal_;
  bool failed_ = false;
  bool finished_ = false;
  bool closed_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_SESSION_LIFE_H_
