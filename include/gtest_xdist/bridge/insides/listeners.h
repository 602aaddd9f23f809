// Hearing gtest's events before and after everybody else.
//
// Layer: bridge/insides. gtest calls listeners in the order of their list for *Start events and
// results, and backwards for *End events. "Outer" is the first of the list, "inner" the last.
#ifndef GTEST_XDIST_BRIDGE_INSIDES_LISTENERS_H_
#define GTEST_XDIST_BRIDGE_INSIDES_LISTENERS_H_

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/private_access.h"

namespace gtest_xdist::internal {

// Puts `outer` before the default printer, so before all listeners that come later. To be called
// before main, when the printer is the only one. gtest takes ownership.
inline void put_first(testing::TestEventListener* outer) {
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  testing::TestEventListener* printer = listeners.Release(listeners.default_result_printer());
  listeners.Append(outer);
  private_call<ListenersSetPrinter>(listeners, printer);
}

// To be called in OnTestProgramStart by `outer`: main has appended what it wants to append, and a
// listener appended during an event still hears it. gtest takes ownership.
inline void put_last(testing::TestEventListener* inner) {
  testing::UnitTest::GetInstance()->listeners().Append(inner);
}

// To be called in OnTestIterationStart by `outer`: listeners have had the opportunity to append
// others since. What is moved stands behind `outer` in the list, so nobody misses the event.
inline void keep_last(testing::TestEventListener* inner) {
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  listeners.Append(listeners.Release(inner));
}

// Replaces the default printer and removes the writer of reports. In an event it is to be called by
// `outer` only: what it removes stands behind that in the list, so nobody misses the event.
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
