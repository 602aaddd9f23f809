// When, in gtest's events, the hooks of a session's beginning and end are called, and the values of
// once() torn down. The same in every role.
//
// Layer: shim.
#ifndef GTEST_XDIST_SHIM_SESSION_LIFE_H_
#define GTEST_XDIST_SHIM_SESSION_LIFE_H_

#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/hook_assertions.h"
#include "gtest_xdist/bridge/iteration.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/plugin_manager.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/process/once/once_values.h"

namespace gtest_xdist::internal {

// One for each process and RUN_ALL_TESTS.
class SessionLife {
 public:
  // As for SessionHooks. `has_terminal` is false where nobody reads what is printed.
  SessionLife(SessionHost& host, bool has_terminal)
      : hooks_(plugins(), host), has_terminal_(has_terminal) {}

  SessionHooks& hooks() { return hooks_; }

  // To be called in OnTestProgramStart.
  void start() {
    const HookAssertions guard(hooks_);
    hooks_.configure();
    hooks_.sessionstart();
  }

  // What plugins leave of the selected tests. To be called after start(), where tests run.
  std::vector<TestIndex> collect(const std::vector<TestIndex>& selected) {
    const HookAssertions guard(hooks_);
    std::vector<TestIndex> order = hooks_.collection_modifyitems(selected);
    hooks_.collection_finish();
    return order;
  }

  // The same for a list that plugins cannot change, of so many tests.
  void collect_list(std::size_t tests) {
    const HookAssertions guard(hooks_);
    hooks_.session().testscollected = tests;
    hooks_.collection_finish();
  }

  // To be called in OnTestIterationEnd before all other listeners: they shall see what plugins
  // have to say. `failed`: whether something has failed that gtest does not know here. True if this
  // was the end of the session's tests.
  bool tests_end(int iteration, bool failed) {
    failed_ |= failed || !testing::UnitTest::GetInstance()->Passed();
    if (!is_last_iteration(iteration)) return false;
    finish();
    return true;
  }

  // To be called in OnTestIterationEnd after all other listeners: gtest's summary is printed, and
  // the run can still fail.
  void iteration_ends(int iteration) {
    if (is_last_iteration(iteration)) close();
  }

  // To be called in OnTestProgramEnd. There may have been no iteration.
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
