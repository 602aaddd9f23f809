// Tests that print in every way: long lines in pieces, bytes, without a newline at the end, until
// they die, and while somebody looks on.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "support.h"

namespace {

void write_piece(int to, const std::string& text) {
  for (std::size_t at = 0; at < text.size(); at += 700) {
    const std::string piece = text.substr(at, 700);
    if (::write(to, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) ::_exit(9);
  }
}

void print_long_lines(char letter) {
  for (int i = 0; i < 300; ++i) write_piece(STDOUT_FILENO, std::string(5000, letter) + "\n");
}
TEST(LongLines, OfA) { print_long_lines('a'); }
TEST(LongLines, OfB) { print_long_lines('b'); }

TEST(Live, Bytes) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    if (byte != '\n') bytes += static_cast<char>(byte);
  }
  write_piece(STDOUT_FILENO, bytes + "\n");
}

TEST(Live, OnBothStreams) {
  std::printf("on standard output\n");
  std::fprintf(stderr, "on standard error\n");
}

TEST(Live, Crashes) {
  write_piece(STDOUT_FILENO, "a line\nthe last wor");
  std::raise(SIGSEGV);
}

TEST(Live, Fails) {
  std::printf("before");
  ADD_FAILURE() << "as it must";
  std::printf("behind");
}

TEST(Live, LastsUntilItIsReleased) {
  write_piece(STDOUT_FILENO, "it lasts\nhalf a line");
  const std::string released = support::variable("NOTES") + ".released";
  while (::access(released.c_str(), F_OK) != 0) ::usleep(10'000);
  write_piece(STDOUT_FILENO, ", and the other half\n");
}

class NoNewline : public testing::TestWithParam<int> {};
TEST_P(NoNewline, AtTheEnd) { write_piece(STDOUT_FILENO, "part " + std::to_string(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Many, NoNewline, testing::Range(0, 500));

}  // namespace
