// The names of the hooks, and the order of several plugins' implementations of one hook.
//
// Layer: hooks (standard library only). plugin.h beside this file describes each hook.
#ifndef GTEST_XDIST_HOOKS_HOOK_H_
#define GTEST_XDIST_HOOKS_HOOK_H_

#include <cstddef>

namespace gtest_xdist {

// In the order in which a run calls them.
enum class Hook {
  configure,
  sessionstart,
  auto_num_workers,
  setupnodes,
  configure_node,
  make_scheduler,
  testnodeready,
  collection_modifyitems,
  collection_finish,
  node_collection_finished,
  runtest_logstart,
  runtest_setup,
  runtest_call,
  runtest_teardown,
  runtest_logreport,
  runtest_logfinish,
  handlecrashitem,
  testnodedown,
  sessionfinish,
  terminal_summary,
  unconfigure,
  internalerror,
};

inline constexpr std::size_t kHookCount = static_cast<std::size_t>(Hook::internalerror) + 1;

inline const char* name_of(Hook hook) {
  static constexpr const char* kNames[] = {"configure",         "sessionstart",
                                           "auto_num_workers",  "setupnodes",
                                           "configure_node",    "make_scheduler",
                                           "testnodeready",     "collection_modifyitems",
                                           "collection_finish", "node_collection_finished",
                                           "runtest_logstart",  "runtest_setup",
                                           "runtest_call",      "runtest_teardown",
                                           "runtest_logreport", "runtest_logfinish",
                                           "handlecrashitem",   "testnodedown",
                                           "sessionfinish",     "terminal_summary",
                                           "unconfigure",       "internalerror"};
  static_assert(sizeof kNames / sizeof kNames[0] == kHookCount, "a hook without a name");
  return kNames[static_cast<std::size_t>(hook)];
}

// The place of a plugin's implementation of a hook among those of other plugins. They are called in
// the order of these enumerators. Among equals the plugin that was registered last is called first.
// For `wrapper_trylast` and `trylast` it is the reverse. These are pluggy's rules.
enum class Order {
  wrapper_tryfirst,  // around everything
  wrapper,           // around all that is not a wrapper
  wrapper_trylast,
  tryfirst,
  normal,
  trylast,
};

namespace internal {

// All of them, in order.
inline constexpr Order kOrders[] = {Order::wrapper_tryfirst, Order::wrapper, Order::wrapper_trylast,
                                    Order::tryfirst,         Order::normal,  Order::trylast};

}  // namespace internal

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_HOOKS_HOOK_H_
