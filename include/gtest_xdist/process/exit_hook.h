// Learning the exit status that main returned, and changing it at the last moment.
//
// Layer: process. glibc's on_exit() hands a handler the status; a handler registered before main
// runs after nearly all others.
#ifndef GTEST_XDIST_PROCESS_EXIT_HOOK_H_
#define GTEST_XDIST_PROCESS_EXIT_HOOK_H_

#include <stdlib.h>  // NOLINT: on_exit is not in <cstdlib>

namespace gtest_xdist::internal {

// Has `handler(status)` called when the process exits normally. Process-wide; not undone.
template <void (*handler)(int status)>
void call_at_exit() {
  ::on_exit([](int status, void*) { handler(status); }, nullptr);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_EXIT_HOOK_H_
