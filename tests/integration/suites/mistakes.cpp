// Tests that make mistakes which only a sanitizer finds: a data race, and a write past the end.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <thread>
#include <vector>

#include "support.h"

namespace {

int shared = 0;

void race() {
  std::thread other([] { ++shared; });
  ++shared;
  other.join();
}

void write_past_the_end() {
  std::vector<char> text(16);
  volatile std::size_t behind = text.size();
  text.data()[behind] = 'x';
}

void make_mistakes() {
  race();
  write_past_the_end();
}

TEST(Mistakes, AndGoesOn) { make_mistakes(); }

TEST(Mistakes, AndIsKilled) {
  make_mistakes();
  ::raise(SIGKILL);
}

TEST(Mistakes, InAChildThatNobodyAsks) {
  const pid_t child = ::fork();
  if (child == 0) {
    make_mistakes();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

}  // namespace
