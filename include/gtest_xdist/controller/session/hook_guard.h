// Guards calls of hooks about workers, which may come during the playback of some test.
//
// Layer: controller/session. Does not know how assertions work: HookAssertions (bridge) does.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_HOOK_GUARD_H_
#define GTEST_XDIST_CONTROLLER_SESSION_HOOK_GUARD_H_

#include <optional>
#include <utility>

#include "gtest_xdist/bridge/hook_assertions.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

// While the returned object lives, an assertion that fails in a hook fails the session, not the
// test. Hooks may print then. Empty if there is no plugin.
inline std::optional<HookAssertions> guard_hooks(SessionHooks& hooks) {
  if (!hooks.active()) return std::nullopt;
  hide_status_line();
  return std::optional<HookAssertions>(std::in_place, hooks);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_HOOK_GUARD_H_
