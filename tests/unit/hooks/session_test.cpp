#include "gtest_xdist/hooks/session.h"

#include <cstddef>
#include <exception>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/thrown.h"

namespace gtest_xdist {
namespace {

class Paper : public TerminalReporter {
 public:
  void write(const std::string& more) override { text += more; }
  std::string text;
};

TEST(TerminalReporter, WritesALine) {
  Paper paper;
  paper.write_line("one");
  paper.write_line("");
  paper.write("two");
  EXPECT_EQ(paper.text, "one\n\ntwo");
}

// Where both sides cannot be equal the right one is longer, as in pytest.
TEST(TerminalReporter, ASectionIs80ColumnsWide) {
  struct Row {
    std::size_t title;
    std::size_t left;
    std::size_t right;
  };
  const Row rows[] = {
      {0, 39, 39}, {1, 38, 39}, {2, 38, 38}, {13, 32, 33}, {74, 2, 2}, {75, 1, 2}, {76, 1, 1},
  };
  for (const Row& row : rows) {
    const std::string title(row.title, 't');
    Paper paper;
    paper.section(title);
    EXPECT_EQ(paper.text,
              std::string(row.left, '=') + " " + title + " " + std::string(row.right, '=') + "\n");
    EXPECT_EQ(paper.text.size(), 81U) << row.title;
  }
}

TEST(TerminalReporter, ALongTitleKeepsOneSeparatorOnEachSide) {
  for (const std::size_t length : {77U, 78U, 79U, 80U, 81U, 1000U}) {
    const std::string title(length, 't');
    Paper paper;
    paper.section(title);
    EXPECT_EQ(paper.text, "= " + title + " =\n");
  }
}

TEST(TerminalReporter, ASectionHasTheSeparatorAskedFor) {
  Paper paper;
  paper.section("slowest tests", '-');
  EXPECT_EQ(paper.text, std::string(32, '-') + " slowest tests " + std::string(33, '-') + "\n");
}

TEST(TestReport, LongreprIsAllFailuresOrElseAllSkips) {
  const Part fine = {PartType::success, "a.cpp", 1, "fine"};
  const Part bad = {PartType::nonfatal_failure, "a.cpp", 2, "bad"};
  const Part worse = {PartType::fatal_failure, "a.cpp", 3, "worse\nin two lines"};
  const Part skip = {PartType::skip, "a.cpp", 4, "no network"};
  const Part no_disk = {PartType::skip, "a.cpp", 5, "no disk"};
  struct Row {
    std::vector<Part> parts;
    const char* longrepr;
  };
  const Row rows[] = {
      {{}, ""},
      {{fine}, ""},
      {{bad}, "bad"},
      {{worse, fine, bad}, "worse\nin two lines\nbad"},
      {{skip}, "no network"},
      {{fine, skip, no_disk}, "no network\nno disk"},
      {{skip, bad}, "bad"},
      {{bad, skip, worse}, "bad\nworse\nin two lines"},
  };
  const Item item;
  for (const Row& row : rows) {
    const TestReport report{item, Outcome::failed, 0, row.parts, {}, "", false};
    EXPECT_EQ(report.longrepr(), row.longrepr);
  }
}

TEST(Skip, SaysWhy) {
  EXPECT_EQ(text_of_thrown<std::exception>([] { throw Skip("no network"); }), "no network");
}

}  // namespace
}  // namespace gtest_xdist
