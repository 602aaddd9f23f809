// Tests that open their standard output anew, as a shell's `> /dev/stdout` does, among tests that
// print as ever.
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "support.h"

namespace {

void say(const char* what) {
  std::printf("%s\n", what);
  std::fflush(stdout);
}

void run(const char* command) {
  if (std::system(command) != 0) std::abort();
}

TEST(Reopens, A) { say("before"); }
TEST(Reopens, InAShell) {
  run("echo from a shell > /dev/stdout");
  say("after the shell");
}
TEST(Reopens, B) { say("between"); }
TEST(Reopens, AStream) {
  static std::ofstream stream("/dev/stdout");
  stream << "from a stream" << std::endl;
  say("after the stream");
  stream << "from the stream again" << std::endl;
}
TEST(Reopens, C) { say("between again"); }
TEST(Reopens, ItsOwn) {
  if (std::freopen("/dev/stdout", "w", stdout) == nullptr) std::abort();
  say("from standard output");
}
TEST(Reopens, D) { say("after all"); }

TEST(Last, Words) {
  run("echo the last words > /dev/stdout");
  std::abort();
}

}  // namespace
