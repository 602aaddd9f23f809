// The tests that fail, in a file of their own for the mode `loadfile`.
#include "stops.h"

namespace {

TEST(Fails, First) { fail(1); }
TEST(Fails, Second) { fail(2); }

TEST(Crashes, Once) { crash(); }
TEST(Passes, Afterwards) {}

}  // namespace
