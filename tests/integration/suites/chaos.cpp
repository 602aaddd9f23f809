// A suite made by its environment: $PLAN lists the tests, each with what it does. $DIE names a
// place outside of tests where the first workers to come by die, and how many; $FUSE is the path
// that they agree by. The suites Locked, Alone and Shaky are of the kinds that their names say.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "gtest_xdist/core/groups.h"
#include "gtest_xdist/core/locks.h"

#include "support.h"

GTEST_XDIST_LOCK("one", "Locked.*")
GTEST_XDIST_SERIAL("Alone.*")
GTEST_XDIST_GROUP("both", "First.*:Second.*")

namespace {

/// Ends the process if it is one of the first workers here.
void come_by(const char* place) {
  std::istringstream die(support::variable("DIE"));
  std::string where;
  int count = 0;
  die >> where >> count;
  if (support::worker().empty() || where != place) return;
  for (int i = 0; i < count; ++i) {
    const std::string fuse = support::variable("FUSE") + std::to_string(i);
    const int file = ::open(fuse.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) std::abort();
  }
}

struct Process {
  Process() {
    come_by("before_main");
    std::atexit([] { come_by("atexit"); });
  }
} process;

struct World : testing::Environment {
  void SetUp() override { come_by("environment_set_up"); }
  void TearDown() override { come_by("environment_tear_down"); }
};

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

void fork_and_wait() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(4);
  int status = 0;
  ASSERT_EQ(child, ::waitpid(child, &status, 0));
  EXPECT_EQ(4, WEXITSTATUS(status));
}

/// Leaves a process behind that outlives the test.
void leave_orphan(int ms) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::fork() == 0) sleep_ms(ms);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

class Planned : public testing::Test {
 public:
  Planned(std::string deed, int number) : deed_(std::move(deed)), number_(number) {}
  ~Planned() override {
    if (deed_ == "abort_in_destructor") std::abort();
  }

 protected:
  void SetUp() override {
    std::printf("%s begins\n", name().c_str());
    std::fflush(stdout);
    if (deed_ == "abort_in_set_up") std::abort();
  }
  void TearDown() override {
    if (deed_ == "abort_in_tear_down") std::abort();
    std::printf("%s ends\n", name().c_str());
  }

 private:
  static std::string name() { return support::current_test(); }

  void TestBody() override {
    if (deed_ == "fail") {
      EXPECT_TRUE(false) << "wrong in " << name();
    } else if (deed_ == "throw") {
      throw std::runtime_error("wrong in " + name());
    } else if (deed_ == "skip") {
      GTEST_SKIP() << "skipped by " << name();
    } else if (deed_ == "print") {
      print();
    } else if (deed_ == "signal") {
      ::raise(number_);
    } else if (deed_ == "exit") {
      std::exit(number_);
    } else if (deed_ == "leave") {
      ::_exit(number_);
    } else if (deed_ == "abort_in_thread") {
      std::thread([] { std::abort(); }).join();
    } else if (deed_ == "fork") {
      fork_and_wait();
    } else if (deed_ == "orphan") {
      leave_orphan(number_);
    } else if (deed_ == "sleep") {
      sleep_ms(number_);
    } else if (deed_ == "record") {
      RecordProperty("number", number_);
    } else if (deed_ == "hang") {
      for (;;) ::pause();
    } else if (deed_ == "stop") {
      ::raise(SIGSTOP);
    }
  }

  void print() const {
    for (int i = 0; i < number_; ++i) {
      std::printf("%s line %d %s\n", name().c_str(), i, std::string(80, 'x').c_str());
    }
    std::fflush(stdout);
    std::fprintf(stderr, "%s error\n", name().c_str());
  }

  const std::string deed_;
  const int number_;
};

class Shaky : public Planned {
 public:
  using Planned::Planned;
  static void SetUpTestSuite() { come_by("suite_set_up"); }
  static void TearDownTestSuite() { come_by("suite_tear_down"); }
};

template <class Fixture>
void add(const std::string& suite, const std::string& test, const std::string& deed, int number) {
  testing::RegisterTest(suite.c_str(), test.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                        [deed, number]() -> Fixture* { return new Fixture(deed, number); });
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new World);
  std::istringstream plan(support::variable("PLAN"));
  std::string suite;
  std::string test;
  std::string deed;
  for (int number = 0; plan >> suite >> test >> deed >> number;) {
    if (suite == "Shaky") {
      add<Shaky>(suite, test, deed, number);
    } else {
      add<Planned>(suite, test, deed, number);
    }
  }
  return RUN_ALL_TESTS();
}
