// Tests and set-ups that print far more than anybody reads. FLOOD is how many megabytes they print.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "support.h"

namespace {

constexpr int kLine = 64;  // bytes, with the newline
constexpr int kLinesPerMegabyte = (1 << 20) / kLine;
constexpr int kNoteAt = 100;  // megabytes

int megabytes() { return std::atoi(support::variable("FLOOD").c_str()); }

// Each can be told by its number. It is an error if they find no room.
void print_lines(std::FILE* stream, const char* name, int first, int end) {
  for (int line = first; line < end; ++line) {
    const int size = std::fprintf(stream, "%-6s line %012d %038d\n", name, line, 0);
    ASSERT_EQ(size, kLine);
  }
  ASSERT_EQ(std::fflush(stream), 0);
}

void flood(std::FILE* stream, const char* name) {
  print_lines(stream, name, 0, megabytes() * kLinesPerMegabyte);
}

TEST(Flood, AsBefore) { print_lines(stdout, "before", 0, 100); }
TEST(Flood, OfOneStream) { flood(stdout, "out"); }
TEST(Flood, AsAfter) { print_lines(stdout, "after", 0, 100); }

TEST(Flood, OfBothStreams) {
  flood(stdout, "out");
  flood(stderr, "err");
}

TEST(Flood, BetweenFailures) {
  for (int part = 0; part < megabytes(); ++part) {
    print_lines(stdout, "out", part * kLinesPerMegabyte, (part + 1) * kLinesPerMegabyte);
    ADD_FAILURE() << "failure number " << part << ";";
  }
}

TEST(Flood, OfOneLine) {
  for (int i = 0; i < megabytes() * (1 << 20) / 3; ++i) std::fputs("\u20ac", stdout);
  std::puts(" at the end");
}

// The alarm is for the case that nobody ends it.
TEST(Flood, WithoutEnd) {
  ::alarm(120);
  std::puts("the beginning");
  for (int part = 0;; ++part) {
    print_lines(stdout, "out", part * kLinesPerMegabyte, (part + 1) * kLinesPerMegabyte);
    if (part == kNoteAt) support::note(std::to_string(::getpid()));
  }
}

class FloodOfFixture : public testing::Test {
 public:
  static void SetUpTestSuite() { flood(stdout, "up"); }
  static void TearDownTestSuite() { flood(stdout, "down"); }
};
TEST_F(FloodOfFixture, Passes) { std::puts("inside"); }

}  // namespace
