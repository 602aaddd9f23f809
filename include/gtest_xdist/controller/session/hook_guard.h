// Calling hooks that are about a worker, while some test is being replayed.
//
// Layer: controller/session. What assertions in them do is known to the bridge.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_HOOK_GUARD_H_
#define GTEST_XDIST_CONTROLLER_SESSION_HOOK_GUARD_H_

#include <optional>
#include <utility>

#include "gtest_xdist/bridge/hook_assertions.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

// While what is returned lives, an assertion that fails in a hook fails the session, not the test,
// and a hook may print. Nothing if there is no plugin. `hooks` must outlive it.
inline std::optional<HookAssertions> guard_hooks(SessionHooks& hooks) {
  if (!hooks.active()) return std::nullopt;
  make_way();
  return std::optional<HookAssertions>(std::in_place, hooks);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_HOOK_GUARD_H_
