// A main with arguments of its own: --word=W (the tests want to see it), --runs=N (calls of
// RUN_ALL_TESTS), --then=FILTER (of those after the first), --status=gtest|42|failures (what to
// return after walking the results), --listener=throws (once, in the process that the user starts),
// --registers=N (tests at run time), --thread=yes (RUN_ALL_TESTS is called in one),
// --again=before|after (the program is started anew in this process, before or after
// InitGoogleTest), --seats=N (so many processes of a run find a free one; others give up).
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support.h"

namespace {

std::map<std::string, std::string> options;

TEST(Argument, ArrivesAsGiven) { EXPECT_EQ("a word, \"quoted\"", options["word"]); }

class Number : public testing::TestWithParam<int> {};
TEST_P(Number, IsNoMultipleOfThree) { EXPECT_NE(0, GetParam() % 3); }
INSTANTIATE_TEST_SUITE_P(All, Number, testing::Range(1, 13));

class Thrower : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo&) override {
    if (support::worker().empty() && ++tests_ == 4) throw std::runtime_error("enough");
  }
  int tests_ = 0;
};

class Registered : public testing::Test {
 public:
  explicit Registered(int number) : number_(number) {}
  void TestBody() override { EXPECT_NE(1, number_ % 4); }

 private:
  const int number_;
};

void register_tests(int number) {
  for (int i = 0; i < number; ++i) {
    testing::RegisterTest("Registered", ("Test" + std::to_string(i)).c_str(), nullptr, nullptr,
                          __FILE__, __LINE__,
                          [i]() -> testing::Test* { return new Registered(i); });
  }
}

int run_all_tests(bool in_thread) {
  if (!in_thread) return RUN_ALL_TESTS();
  int status = 0;
  std::thread([&status] { status = RUN_ALL_TESTS(); }).join();
  return status;
}

// Takes one until the process ends. They are in the working directory.
bool takes_seat(int seats) {
  for (int i = 0; i < seats; ++i) {
    const std::string name = "seat" + std::to_string(i);
    const int file = ::open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return true;
    ::close(file);
  }
  return false;
}

// Once: what is started has another variable.
void start_again(char** argv) {
  if (!support::variable("STARTED_AGAIN").empty()) return;
  ::setenv("STARTED_AGAIN", "yes", 1);
  ::execv("/proc/self/exe", argv);
}

int walk_results() {
  const auto& program = *testing::UnitTest::GetInstance();
  int failures = 0;
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const auto& suite = *program.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const auto& result = *suite.GetTestInfo(j)->result();
      std::printf("walked %s %s %d\n", suite.GetTestInfo(j)->name(),
                  result.Passed() ? "passed" : "failed", result.total_part_count());
      failures += result.Failed() ? 1 : 0;
    }
  }
  EXPECT_EQ(failures, program.failed_test_count());
  return failures;
}

}  // namespace

int main(int argc, char** argv) {
  options = {{"runs", "1"}, {"status", "gtest"}, {"registers", "0"}};
  const std::vector<char*> arguments(argv, argv + argc + 1);
  const auto again = [&](const char* when) {
    for (int i = 1; i < argc; ++i) {
      if (std::string("--again=") + when == argv[i])
        start_again(const_cast<char**>(arguments.data()));
    }
  };
  again("before");
  testing::InitGoogleTest(&argc, argv);
  again("after");
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    options[argument.substr(2, equals - 2)] = argument.substr(equals + 1);
  }
  std::printf("main begins with %s\n", options["word"].c_str());
  if (options["listener"] == "throws") {
    testing::UnitTest::GetInstance()->listeners().Append(new Thrower);
  }

  if (!options["seats"].empty() && !takes_seat(std::stoi(options["seats"]))) {
    std::fprintf(stderr, "all seats are taken\n\n");
    return 3;
  }

  register_tests(std::stoi(options["registers"]));

  int status = 5;
  for (int run = 0; run < std::stoi(options["runs"]); ++run) {
    status = run_all_tests(options["thread"] == "yes");
    std::printf("RUN_ALL_TESTS returned %d\n", status);
    if (!options["then"].empty()) GTEST_FLAG_SET(filter, options["then"]);
    const int failures = walk_results();
    if (options["status"] == "42") status = 42;
    if (options["status"] == "failures") status = failures;
  }
  std::printf("main ends\n");
  return status;
}
