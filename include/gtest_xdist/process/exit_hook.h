// Calls a function with the exit status that main returned; the function can still change it.
//
// Layer: process. A handler that is registered before main runs after nearly all others.
#ifndef GTEST_XDIST_PROCESS_EXIT_HOOK_H_
#define GTEST_XDIST_PROCESS_EXIT_HOOK_H_

#include "gtest_xdist/os/os.h"

namespace gtest_xdist::internal {

// Calls `handler(status)` when the process exits normally. Process-wide; it cannot be undone.
template <void (*handler)(int status)>
void call_at_exit() {
  os::call_at_exit([](int status, void*) { handler(status); });
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_EXIT_HOOK_H_
