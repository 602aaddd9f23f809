// A library with a call of once(), loaded by main where $LOAD says: in workers, or in all
// processes.
#include <dlfcn.h>

#include <cstdio>

#include "support.h"

namespace {

using Ask = int (*)();

Ask load() {
  void* const library = ::dlopen(ONCE_LIBRARY, RTLD_NOW);
  if (library == nullptr) std::fprintf(stderr, "%s\n", ::dlerror());
  return library == nullptr ? nullptr : reinterpret_cast<Ask>(::dlsym(library, "ask"));
}

Ask ask = nullptr;

class OnceLibrary : public testing::TestWithParam<int> {};

TEST_P(OnceLibrary, GivesItsValue) {
  ASSERT_NE(ask, nullptr);
  EXPECT_EQ(ask(), 7);
}

INSTANTIATE_TEST_SUITE_P(Many, OnceLibrary, testing::Range(0, 8));

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (support::variable("LOAD") == "all" || !support::worker().empty()) ask = load();
  return RUN_ALL_TESTS();
}
