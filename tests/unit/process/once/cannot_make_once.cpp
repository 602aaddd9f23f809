// Calls of once() that cannot work: each TRY_* makes this file one that must not compile, and the
// compiler must give the reason. Without any it compiles. See CMakeLists.txt.
#include <string>

#include "gtest_xdist/once.h"

namespace {

using gtest_xdist::once;

struct Functor {
  void operator()(int) const {}
};

int make() { return 1; }
void stop(int) {}

[[maybe_unused]] void call() {
  once("all is well", make, stop);
  once(
      "too", [] { return std::string(); }, [](const std::string&) {});
#if defined(TRY_CAPTURE)
  const int here = 1;
  once("a", make, [&here](int there) { return here + there; });
#elif defined(TRY_FUNCTOR)
  once("a", make, Functor());
#elif defined(TRY_OTHER_VALUE)
  once("a", make, [](const std::string&) {});
#elif defined(TRY_NO_VALUE)
  once("a", [] {});
#elif defined(TRY_ARGUMENTS)
  once("a", stop);
#elif defined(TRY_POINTER)
  once("a", [] { return "text"; });
#endif
}

}  // namespace
