#include "gtest_xdist/process/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/process/files/descriptor.h"

#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

// A terminal that nobody looks at: both of its ends.
class TerminalTest : public testing::Test {
 protected:
  TerminalTest() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (::grantpt(master_.number()) != 0 || ::unlockpt(master_.number()) != 0) {
      ADD_FAILURE() << "there is no terminal to be had";
      return;
    }
    terminal_ = Descriptor(::open(::ptsname(master_.number()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    ::setenv("TERM", "xterm", 1);
  }
  ~TerminalTest() override { ::unsetenv("COLUMNS"); }

  void set_width(unsigned short columns) const {
    struct ::winsize size {};
    size.ws_col = columns;
    ASSERT_EQ(::ioctl(terminal_.number(), TIOCSWINSZ, &size), 0);
  }

  Descriptor master_;
  Descriptor terminal_;
  ScratchDirectory directory_;
  Descriptor file_ = make_nameless_file(directory_.path(), 0);
};

TEST_F(TerminalTest, IsCapableUnlessItIsDumb) {
  EXPECT_TRUE(is_capable_terminal(terminal_.number()));
  EXPECT_FALSE(is_capable_terminal(file_.number()));
  EXPECT_FALSE(is_capable_terminal(-1));
  for (const char* term : {"dumb", ""}) {
    ::setenv("TERM", term, 1);
    EXPECT_FALSE(is_capable_terminal(terminal_.number()));
  }
  ::unsetenv("TERM");
  EXPECT_FALSE(is_capable_terminal(terminal_.number()));
}

// Nor does a terminal that is not this process's own take it for one of its jobs.
TEST_F(TerminalTest, WithoutAShellThisProcessIsInTheForeground) {
  EXPECT_TRUE(is_in_foreground(terminal_.number()));
  EXPECT_TRUE(is_in_foreground(file_.number()));
  EXPECT_TRUE(is_in_foreground(-1));
}

TEST_F(TerminalTest, IsAsWideAsItSays) {
  ::setenv("COLUMNS", "33", 1);
  set_width(123);
  EXPECT_EQ(terminal_width(terminal_.number()), 123U);
  set_width(1);
  EXPECT_EQ(terminal_width(terminal_.number()), 1U);
}

TEST_F(TerminalTest, IsAsWideAsTheVariableSaysIfItDoesNotKnow) {
  set_width(0);
  for (const int descriptor : {terminal_.number(), file_.number()}) {
    ::unsetenv("COLUMNS");
    EXPECT_EQ(terminal_width(descriptor), 80U);
    ::setenv("COLUMNS", "33", 1);
    EXPECT_EQ(terminal_width(descriptor), 33U);
    for (const char* wrong : {"", "0", "-4", "wide", "99999999999999999999"}) {
      ::setenv("COLUMNS", wrong, 1);
      EXPECT_EQ(terminal_width(descriptor), 80U);
    }
  }
}

TEST_F(TerminalTest, ShowsALineBelowTheCursor) {
  MomentaryLine line(file_.number());
  EXPECT_FALSE(line.is_shown());
  line.show("half");
  EXPECT_TRUE(line.is_shown());
  line.show("done");
  line.hide();
  EXPECT_FALSE(line.is_shown());
  line.hide();
  std::string bytes;
  EXPECT_TRUE(read_all(file_.number(), bytes));
  EXPECT_EQ(bytes,
            "\033D\033[A\0337\r\n\033[J\033[?7lhalf\033[?7h\0338"
            "\033D\033[A\0337\r\n\033[J\033[?7ldone\033[?7h\0338"
            "\0337\r\n\033[J\0338");
}

TEST_F(TerminalTest, TakesTheLineAwayAtTheEnd) {
  { MomentaryLine(file_.number()).show("x"); }
  std::string bytes;
  EXPECT_TRUE(read_all(file_.number(), bytes));
  EXPECT_EQ(bytes.substr(bytes.size() - 9), "\0337\r\n\033[J\0338");
}

TEST_F(TerminalTest, ShowsNothingThatCannotBeWritten) {
  MomentaryLine line(-1);
  line.show("x");
  EXPECT_FALSE(line.is_shown());
}

}  // namespace
}  // namespace gtest_xdist::internal
