// A test that opens its standard output anew, as a shell's `> /dev/stdout` does, among tests that
// print as ever.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support.h"

namespace {

TEST(Reopens, Before) { std::puts(std::string(1000, 'x').c_str()); }
TEST(Reopens, InAShell) {
  if (std::system("echo from a shell > /dev/stdout") != 0) std::abort();
}
TEST(Reopens, After) { std::puts("after"); }

}  // namespace
