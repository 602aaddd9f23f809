// The library of once_library.cpp.
#include <gtest_xdist/once.h>

#include "support.h"

extern "C" int ask() {
  const auto make = [] {
    support::note("make");
    return 7;
  };
  return gtest_xdist::once("of library", make, [](int number) {
    support::note("tear down " + std::to_string(number) + " in '" + support::worker() + "'");
  });
}
