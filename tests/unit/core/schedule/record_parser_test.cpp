#include "gtest_xdist/core/schedule/record_parser.h"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

const std::string kBeginOfRecord =
    "gtest-xdist schedule 1\n"
    "program my test\n"
    "run 1: 9 tests, digest 0123456789abcdef, 2 workers\n"
    "selected 0-7\n";
const std::string kWholeRecord =
    kBeginOfRecord +
    "iteration 1\n"
    "gw0: 0-2\n"
    "gw1: 3:7:4:7\n"
    "again gw1: 7\n"
    "gw12 for gw0: 5:2\n"
    "again gw12: 2\n"
    "iteration 2\n"
    "run 3: 1 tests, digest 0000000000000000, 1 workers, each test on every "
    "worker\n"
    "selected none\n"
    "end\n";

std::string record_error(const std::string& text) {
  return text_of_thrown<std::invalid_argument>([&] { RecordParser::parse(text); });
}

TEST(RecordParser, ReadsWhatWasWritten) {
  EXPECT_EQ(format_record(RecordParser::parse(kWholeRecord)), kWholeRecord);
  std::string elsewhere;
  for (const char c : kWholeRecord)
    elsewhere += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(format_record(RecordParser::parse(elsewhere)), kWholeRecord);
}

TEST(RecordParser, NoticesThatTheEndIsMissing) {
  for (std::size_t size = 0; size + 1 < kWholeRecord.size(); ++size) {
    EXPECT_NE(record_error(kWholeRecord.substr(0, size)), "") << size;
  }
  EXPECT_EQ(record_error(kBeginOfRecord), "it is not complete: its last line is not 'end'");
}

TEST(RecordParser, SaysWhatIsWrongAndWhere) {
  struct Row {
    std::string text;
    const char* error;
  };
  const std::string iteration = kBeginOfRecord + "iteration 1\n";
  const std::string run = "gtest-xdist schedule 1\nprogram p\nrun ";
  for (const Row& row : {
           Row{"", "its first line is not 'gtest-xdist schedule 1'"},
           Row{"gtest-xdist schedule 2\n", "its first line is not 'gtest-xdist schedule 1'"},
           Row{"gtest-xdist schedule 1\nend\n",
               "line 2 is wrong: the name of a program is missing"},
           Row{"gtest-xdist schedule 1\nprogram a\x01\nend\n",
               "line 2 is wrong: the name of a program is missing"},
           Row{"gtest-xdist schedule 1\nprogram p\nend\n", "line 3 is wrong: nothing has run"},
           Row{"gtest-xdist schedule 1\nprogram p\ngw0: 0\nend\n",
               "line 3 is wrong: it belongs to no iteration"},
           Row{"gtest-xdist schedule 1\nprogram p\niteration 1\nend\n",
               "line 3 is wrong: it belongs to no run"},
           Row{run + "x: 9", "line 3 is wrong: a number up to 1000000 is missing"},
           Row{run + "1: 9 testx", "line 3 is wrong: ' tests, digest ' is missing"},
           Row{run + "1: 9 tests, digest 123, ",
               "line 3 is wrong: a digest of 16 digits is missing"},
           Row{run + "1: 9 tests, digest 0123456789abcdef, 0 workers\nend\n",
               "line 3 is wrong: there was no worker"},
           Row{run + "1: 9 tests, digest 0123456789abcdef, 2000 workers\nend\n",
               "line 3 is wrong: a number up to 1024 is missing"},
           Row{run + "1: 9 tests, digest 0123456789abcdef, 2 workers!\nend\n",
               "line 3 is wrong: '!' does not belong there"},
           Row{run + "1: 9 tests, digest 0123456789abcdef, 2 workers\nselected 9\nend\n",
               "line 4 is wrong: there is no test 9 among 9"},
           Row{run + "1: 9 tests, digest 0123456789abcdef, 2 workers\nselected 1:1\nend\n",
               "line 4 is wrong: test 1 is selected twice"},
           Row{kBeginOfRecord + "what\nend\n", "line 5 is wrong: a record has no such line"},
           Row{kBeginOfRecord + "run 1: 9 tests, digest 0123456789abcdef, 2 workers\nend\n",
               "line 5 is wrong: runs are not in their order"},
           Row{kBeginOfRecord + "iteration 2\nend\n",
               "line 5 is wrong: iterations are not in their order"},
           Row{iteration + "gw0: 1,2\nend\n", "line 6 is wrong: '1,2' is not an index"},
           Row{iteration + "gw0: 9\nend\n", "line 6 is wrong: there is no test 9 among 9"},
           Row{iteration + "gw0: 8\nend\n", "line 6 is wrong: test 8 is not selected"},
           Row{iteration + "gw0: 1:2:1\nend\n", "line 6 is wrong: test 1 is there twice"},
           Row{iteration + "gw0: 1\ngw1: 1\nend\n", "line 7 is wrong: test 1 is there twice"},
           Row{iteration + "gw1: 1\ngw0: 2\nend\n",
               "line 7 is wrong: workers are not in their order"},
           Row{iteration + "gw2: 1\nend\n",
               "line 6 is wrong: there was no worker gw2 at the start"},
           Row{iteration + "gw3 for gw2: 1\nend\n",
               "line 6 is wrong: there was no worker gw2 at the start"},
           Row{iteration + "gw0: 1\nagain gw1: 1\nend\n",
               "line 7 is wrong: it does not follow the line of its worker"},
           Row{iteration + "gw0: 1\nagain gw0: 2\nend\n",
               "line 7 is wrong: test 2 did not run that often"},
           Row{iteration + "gw0: 1\nagain gw0: 1\nagain gw0: 1\nend\n",
               "line 8 is wrong: it is there twice"},
           Row{iteration + "end\nmore\n", "line 7 is wrong: nothing comes after the end"},
       }) {
    EXPECT_EQ(record_error(row.text), row.error) << row.text;
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
