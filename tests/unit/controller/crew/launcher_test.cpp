#include "gtest_xdist/controller/crew/launcher.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/redirection.h"
#include "support/scratch.h"
#include "support/worker_fixture.h"

namespace gtest_xdist::internal {
namespace {

// Launches programs that show what a worker would be given.
class LauncherTest : public WorkerFixture {
 protected:
  // Of four workers.
  static LaunchTerms terms(unsigned run) {
    return {4, run, std::make_shared<const TempDirectory>()};
  }

  // What the program printed, by line, sorted.
  std::vector<std::string> launched(const Self& self, const Environment& environment) {
    const Launcher launcher(self, environment, terms(2));
    launcher.launch(node_, segment_, 7, 99);
    EXPECT_TRUE(node_.process->wait().success());
    node_.process.reset();
    const std::string text = text_of(node_.output.out);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  ScratchDirectory base_;
  ScratchVariable test_tmpdir_{"TEST_TMPDIR", base_.path()};
};

TEST_F(LauncherTest, GivesAWorkerItsOwnEnvironment) {
  std::vector<std::string> lines =
      launched({"/usr/bin/env", {"env"}, ""}, {{"HOME", "/home"},
                                               {"GTEST_FILTER", "A.*"},
                                               {"GTEST_XDIST_WORKERS", "4"},
                                               {"GTEST_XDIST_DIST", "load"},
                                               {"GTEST_XDIST_WORKER", "gw9"},
                                               {"GTEST_XDIST_TESTRUNUID", "another"},
                                               {"GTEST_STREAM_RESULT_TO", "host:1"},
                                               {"GTEST_RANDOM_SEED", "5"},
                                               {"TEST_TMPDIR", "/elsewhere"}});
  const auto is_directory = [](const std::string& line) {
    return line.rfind("TEST_TMPDIR=", 0) == 0;
  };
  const auto directory = std::find_if(lines.begin(), lines.end(), is_directory);
  ASSERT_NE(directory, lines.end());
  EXPECT_EQ(directory->rfind("TEST_TMPDIR=" + base_.path() + "/gtest-xdist-", 0), 0U);
  EXPECT_EQ(directory->substr(directory->size() - 4), "/gw3");
  const std::size_t begin = directory->find('=') + 1;
  const std::string session = directory->substr(begin, directory->size() - 4 - begin);
  lines.erase(directory);
  const auto is_handshake = [](const std::string& line) {
    return line.rfind("GTEST_XDIST_PRIVATE_WORKER=", 0) == 0;
  };
  const auto handshake_line = std::find_if(lines.begin(), lines.end(), is_handshake);
  ASSERT_NE(handshake_line, lines.end());
  std::optional<Handshake> handshake =
      Handshake::parse(handshake_line->substr(handshake_line->find('=') + 1));
  ASSERT_TRUE(handshake);
  EXPECT_GT(handshake->input, 2U);
  handshake->input = 0;
  EXPECT_EQ(handshake->format(), std::to_string(segment_.descriptor()) +
                                     ":0:1:" + std::to_string(::getpid()) + ":2:7:99:" + session);
  lines.erase(handshake_line);
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "GTEST_FILTER=A.*",
                       "GTEST_RANDOM_SEED=5",
                       "GTEST_STREAM_RESULT_TO=host:1",
                       "GTEST_XDIST_TESTRUNUID=" + testrun_uid(),
                       "GTEST_XDIST_WORKER=gw3",
                       "GTEST_XDIST_WORKER_COUNT=4",
                       "HOME=/home",
                   }));
  EXPECT_TRUE(base_.empty()) << "the session's directory goes with it";
}

TEST_F(LauncherTest, GivesAWorkerAPrematureExitFileOfItsOwn) {
  const std::vector<std::string> lines =
      launched({"/usr/bin/env", {"env"}, ""}, {{"TEST_PREMATURE_EXIT_FILE", "/a"}});
  const auto count = std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.rfind("TEST_PREMATURE_EXIT_FILE=" + base_.path(), 0) == 0 &&
           line.find("/gw3/premature_exit") != std::string::npos;
  });
  EXPECT_EQ(count, 1);
}

TEST_F(LauncherTest, GivesAWorkerTheCommandLine) {
  const std::vector<std::string> lines =
      launched({"/bin/echo", {"echo", "--gtest_filter=A.*", "-x", "a word"}, ""}, {});
  EXPECT_EQ(lines, (std::vector<std::string>{"--gtest_filter=A.* -x a word"}));
}

TEST_F(LauncherTest, StartsAWorkerInTheDirectoryOfTheStart) {
  EXPECT_EQ(launched({"/bin/pwd", {"pwd", "-P"}, base_.path()}, {}),
            (std::vector<std::string>{base_.path()}));
}

TEST_F(LauncherTest, GivesAWorkerItsInput) {
  node_.controller.workerinput.set("greeting", "hello");
  const std::vector<std::string> lines = launched(
      {"/bin/sh",
       {"sh", "-c", "input=${GTEST_XDIST_PRIVATE_WORKER#*:}; cat /proc/self/fd/${input%%:*}"},
       ""},
      {{"PATH", "/usr/bin:/bin"}});
  ASSERT_EQ(lines.size(), 1U);
  ValueMap input;
  Decoder decoder(lines[0]);
  decoder(input);
  decoder.expect_end();
  EXPECT_EQ(input.get<std::string>("greeting"), "hello");
}

TEST_F(LauncherTest, SaysHowToRunAHistoryAgain) {
  const Self self{"/x/suite", {"./suite", "--gtest_filter=A.*", "it's"}, ""};
  const Launcher launcher(self, {}, terms(0));
  EXPECT_EQ(launcher.reproduction({3, 0, 1, 2, 7}),
            "GTEST_XDIST_INDICES=3:0-2:7 ./suite '--gtest_filter=A.*' 'it'\\''s'");
}

}  // namespace
}  // namespace gtest_xdist::internal
