// Nine tests whose notes say which ran, in which order, in which process; in registration order
// they are 0 to 8.
#include <unistd.h>

#include "support.h"

namespace {

void ran() { support::note(support::current_test() + " " + std::to_string(::getpid())); }

TEST(Alpha, Zero) { ran(); }
TEST(Alpha, One) { ran(); }
TEST(Alpha, Two) { ran(); }
TEST(Beta, Three) { ran(); }
TEST(Beta, DISABLED_Four) { ran(); }
TEST(Beta, Five) { ran(); }
TEST(Gamma, Six) { ran(); }
TEST(Gamma, Seven) { ran(); }
TEST(Gamma, Eight) { ran(); }

}  // namespace
