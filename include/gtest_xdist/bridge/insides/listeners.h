// Puts listeners at both ends of gtest's list, and silences the default ones.
//
// Layer: bridge/insides. gtest calls listeners in the order of the list for *Start events and
// results, and backwards for *End events. "Outer" is the first of the list, "inner" the last. Does
// not know what they do.
#ifndef GTEST_XDIST_BRIDGE_INSIDES_LISTENERS_H_
#define GTEST_XDIST_BRIDGE_INSIDES_LISTENERS_H_

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/private_access.h"

namespace gtest_xdist::internal {

// Puts `outer` before the default printer, and so before all listeners that come later. Call this
// before main, when the printer is the only listener. gtest takes ownership.
inline void put_first(testing::TestEventListener* outer) {
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  testing::TestEventListener* printer = listeners.Release(listeners.default_result_printer());
  listeners.Append(outer);
  private_call<ListenersSetPrinter>(listeners, printer);
}

// Call this in OnTestProgramStart of `outer`. By then main has appended its listeners, and `inner`
// still hears the event during which it is appended. gtest takes ownership.
inline void put_last(testing::TestEventListener* inner) {
  testing::UnitTest::GetInstance()->listeners().Append(inner);
}

// Call this in OnTestIterationStart of `outer`, because listeners may have appended others since.
// `inner` stands behind `outer` in the list, so no listener misses the event.
inline void keep_last(testing::TestEventListener* inner) {
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  listeners.Append(listeners.Release(inner));
}

// Replaces the default printer and removes the writer of reports. During an event only `outer` may
// call this: the two stand behind it in the list, so no listener misses the event.
inline void silence_default_listeners() {
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  // main may wrap the printer, so there must be one, unless main removed it.
  if (listeners.default_result_printer() != nullptr) {
    private_call<ListenersSetPrinter>(listeners, new testing::EmptyTestEventListener);
  }
  private_call<ListenersSetXmlGenerator>(listeners, nullptr);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_INSIDES_LISTENERS_H_
