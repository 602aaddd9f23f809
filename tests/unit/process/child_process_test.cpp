#include "gtest_xdist/process/child_process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/process/output/output_file.h"

#include "support/redirection.h"
#include "support/sanitizers.h"
#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

class ChildProcessTest : public testing::Test {
 protected:
  // A plan for `arguments`, with argv[0], of `executable`.
  LaunchPlan plan(const std::string& executable, const std::vector<std::string>& arguments) const {
    LaunchPlan plan;
    plan.executable = executable;
    plan.arguments = arguments;
    plan.environment = {"PATH=/usr/bin:/bin"};
    plan.standard_output = out_.descriptor();
    plan.standard_error = err_.descriptor();
    plan.inherited = {inherited_.descriptor()};
    return plan;
  }
  LaunchPlan shell(const std::string& script) const {
    return plan("/bin/sh", {"sh", "-c", script});
  }

  ExitStatus run(const LaunchPlan& plan) { return ChildProcess(plan).wait(); }

  ScratchDirectory directory_;
  OutputFile out_ = OutputFile::create(directory_.path());
  OutputFile err_ = OutputFile::create(directory_.path());
  OutputFile inherited_ = OutputFile::create(directory_.path());
};

TEST_F(ChildProcessTest, TellsHowItEnded) {
  EXPECT_EQ(run(shell("exit 0")).describe(), "exited with status 0");
  EXPECT_EQ(run(shell("exit 3")).describe(), "exited with status 3");
  EXPECT_EQ(run(shell("kill -SEGV $$")).describe(), "killed by signal 11 (SIGSEGV)");
  EXPECT_EQ(run(shell("kill -KILL $$")).describe(), "killed by signal 9 (SIGKILL)");
}

// A program may ignore SIGCHLD; its children are to find that as they would have found it.
TEST_F(ChildProcessTest, TellsHowItEndedWhereEndsOfChildrenAreIgnored) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  {
    const KeepChildStatus keep;
    EXPECT_EQ(run(shell("exit 3")).describe(), "exited with status 3");
    run(plan("/bin/grep", {"grep", "SigIgn", "/proc/self/status"}));
  }
  EXPECT_EQ(std::signal(SIGCHLD, before), SIG_IGN);
  constexpr unsigned long kChildBit = 1UL << (SIGCHLD - 1);
  const std::string ignored = text_of(out_).substr(std::string("SigIgn:\t").size());
  EXPECT_EQ(std::stoul(ignored, nullptr, 16) & kChildBit, kChildBit) << ignored;
}

TEST_F(ChildProcessTest, CallsOnExitOnce) {
  std::atomic<int> calls{0};
  ChildProcess child(shell("exit 0"));
  child.watch([&] { ++calls; });
  child.wait();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(child.ended());
}

TEST_F(ChildProcessTest, HasEndedWhenOnExitIsCalled) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Descriptor go_reader(ends[0]);
  const Descriptor go_writer(ends[1]);
  LaunchPlan waits = shell("read line < /proc/self/fd/" + std::to_string(ends[0]));
  waits.inherited = {ends[0]};
  std::atomic<bool> called{false};
  ChildProcess child(waits);
  child.watch([&] { called = true; });
  EXPECT_FALSE(child.ended());
  EXPECT_FALSE(called);
  ASSERT_EQ(::write(go_writer.number(), "\n", 1), 1);
  while (!called) std::this_thread::yield();
  EXPECT_TRUE(child.ended());
  child.kill();  // harmless now
  EXPECT_TRUE(child.wait().success());
}

TEST_F(ChildProcessTest, IsKilledAndWaitedForByItsOwner) {
  std::atomic<int> calls{0};
  ::pid_t id = 0;
  {
    ChildProcess child(shell("while :; do sleep 1000; done"));
    child.watch([&] { ++calls; });
    id = child.id();
    EXPECT_EQ(::kill(id, 0), 0);
  }
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(::kill(id, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST_F(ChildProcessTest, MayBeKilled) {
  ChildProcess child(plan("/bin/sleep", {"sleep", "1000"}));
  child.kill();
  EXPECT_EQ(child.wait().describe(), "killed by signal 9 (SIGKILL)");
}

TEST_F(ChildProcessTest, TellsWhenItIsStoppedAndContinued) {
  std::atomic<int> calls{0};
  ChildProcess child(plan("/bin/sleep", {"sleep", "1000"}));
  child.watch([&] { ++calls; });
  EXPECT_EQ(child.stop_signal(), 0);
  for (int i = 0; i < 20; ++i) {
    child.send(i % 2 == 0 ? SIGSTOP : SIGTSTP);
    while (child.stop_signal() == 0) std::this_thread::yield();
    EXPECT_EQ(child.stop_signal(), i % 2 == 0 ? SIGSTOP : SIGTSTP);
    child.send(SIGCONT);
    while (child.stop_signal() != 0) std::this_thread::yield();
    EXPECT_FALSE(child.ended());
  }
  child.kill();
  EXPECT_EQ(child.wait().describe(), "killed by signal 9 (SIGKILL)");
  EXPECT_EQ(calls, 41);
}

TEST_F(ChildProcessTest, IsKilledWithItsWholeGroup) {
  // The pipe's other end is closed when nobody has it open any more.
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Descriptor reader(ends[0]);
  LaunchPlan forks = shell("sleep 1000 & echo ready; wait");
  forks.inherited = {ends[1]};
  ChildProcess child(forks);
  ::close(ends[1]);
  while (out_.size() == 0) std::this_thread::yield();
  child.kill();
  char byte = 0;
  EXPECT_EQ(::read(reader.number(), &byte, 1), 0);
  child.wait();
}

TEST_F(ChildProcessTest, GetsExactlyItsArguments) {
  const std::vector<std::string> arguments = {"a name of its own", "/proc/self/cmdline", "", "x y"};
  run(plan("/bin/cat", arguments));
  std::string expected;
  for (const std::string& word : arguments) expected += word + '\0';
  EXPECT_EQ(text_of(out_).substr(0, expected.size()), expected);
}

TEST_F(ChildProcessTest, GetsExactlyItsEnvironment) {
  const ScratchVariable ours("UNIT_OURS", "not for children");
  LaunchPlan prints = plan("/usr/bin/env", {"env"});
  prints.environment = {"B=2", "A=1 =", "EMPTY=", "B=3"};
  EXPECT_TRUE(run(prints).success());
  EXPECT_EQ(text_of(out_), "B=2\nA=1 =\nEMPTY=\nB=3\n");
  prints.environment = {};
  EXPECT_TRUE(run(prints).success());
  EXPECT_EQ(text_of(out_), "B=2\nA=1 =\nEMPTY=\nB=3\n");
}

TEST_F(ChildProcessTest, HasNothingOnItsStandardInput) {
  EXPECT_TRUE(run(shell("readlink /proc/self/fd/0; cat")).success());
  EXPECT_EQ(text_of(out_), "/dev/null\n");
}

TEST_F(ChildProcessTest, WritesToTheFilesItWasGiven) {
  run(shell("echo one; echo two >&2; echo three"));
  EXPECT_EQ(text_of(out_), "one\nthree\n");
  EXPECT_EQ(text_of(err_), "two\n");
}

TEST_F(ChildProcessTest, MayHaveOneFileForBothStreams) {
  LaunchPlan both = shell("echo one; echo two >&2; echo three");
  both.standard_error = both.standard_output;
  run(both);
  EXPECT_EQ(text_of(out_), "one\ntwo\nthree\n");
}

TEST_F(ChildProcessTest, InheritsOneDescriptorUnderItsNumberAndNoOther) {
  const auto path = [](const OutputFile& file) {
    return "/proc/$$/fd/" + std::to_string(file.descriptor());
  };
  run(shell("echo hello > " + path(inherited_) + "; for file in " + path(out_) + " " + path(err_) +
            " " + path(inherited_) + "; do test -e $file && echo has ${file##*/}; done"));
  EXPECT_EQ(text_of(inherited_), "hello\n");
  EXPECT_EQ(text_of(out_), "has " + std::to_string(inherited_.descriptor()) + "\n");
}

TEST_F(ChildProcessTest, StartsInItsDirectory) {
  LaunchPlan here = plan("/bin/pwd", {"pwd", "-P"});
  here.directory = directory_.path();
  EXPECT_TRUE(run(here).success());
  EXPECT_EQ(text_of(out_), directory_.path() + "\n");
}

// The watching thread has all signals blocked; neither this thread nor the child may.
TEST_F(ChildProcessTest, LeavesSignalsAsTheyWere) {
  ::sigset_t before;
  ::sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  ChildProcess child(shell("grep SigBlk /proc/self/status"));
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  child.wait();
  for (int number = 1; number < NSIG; ++number) {
    EXPECT_EQ(::sigismember(&after, number), ::sigismember(&before, number)) << number;
  }
  EXPECT_EQ(text_of(out_), "SigBlk:\t0000000000000000\n");
}

TEST_F(ChildProcessTest, SaysWhatCouldNotBeStarted) {
  if (!kVforkSharesMemory) GTEST_SKIP() << "the child's error does not reach this process";
  const auto error = [&](const LaunchPlan& plan) {
    return text_of_thrown<std::runtime_error>([&] { ChildProcess{plan}; });
  };
  const std::string missing = error(plan("/no/such/suite", {"suite"}));
  EXPECT_EQ(missing.rfind("cannot start '/no/such/suite': ", 0), 0U) << missing;
  EXPECT_NE(missing.find("No such file or directory"), std::string::npos) << missing;

  directory_.write("no_program", "");
  const std::string refused = error(plan(directory_.path() + "/no_program", {"no_program"}));
  EXPECT_NE(refused.find("Permission denied"), std::string::npos) << refused;

  LaunchPlan nowhere = shell("exit 0");
  nowhere.directory = "/no/such/place";
  const std::string no_directory = error(nowhere);
  EXPECT_EQ(no_directory.rfind("cannot start '/bin/sh'", 0), 0U) << no_directory;
  EXPECT_NE(no_directory.find("No such file or directory"), std::string::npos) << no_directory;

  LaunchPlan mute = shell("exit 0");
  mute.standard_output = -1;
  EXPECT_EQ(error(mute), "cannot start '/bin/sh': dup2 failed: Bad file descriptor");
}

// Runs `action(child)` for a child that waits, in a process whose user may have no further process
// or thread. What it throws is the text in `out`.
template <class Action>
void without_further_processes(const OutputFile& out, Action action) {
  const ::pid_t process = ::fork();
  if (process == 0) {
    try {
      action([] {
        constexpr ::uid_t kNobody = 65534;
        const struct ::rlimit none {};
        if (::setrlimit(RLIMIT_NPROC, &none) != 0) ::_exit(2);
        if (::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(2);  // the limit is not for root
      });
    } catch (const std::runtime_error& error) {
      ::_exit(write_all(out.descriptor(), error.what()) ? 0 : 3);
    }
    ::_exit(4);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(process, &status, 0), process);
  EXPECT_EQ(status, 0);
}

TEST_F(ChildProcessTest, SaysThatThereCanBeNoFurtherProcess) {
  const LaunchPlan to_start = shell("exit 0");
  without_further_processes(inherited_, [&](auto set_limit) {
    set_limit();
    ChildProcess child(to_start);
  });
  EXPECT_EQ(text_of(inherited_),
            "cannot start '/bin/sh': fork failed: Resource temporarily unavailable");
}

TEST_F(ChildProcessTest, SaysThatThereCanBeNoFurtherThreadAndBlocksNoSignal) {
  const LaunchPlan to_start = shell("exit 0");
  without_further_processes(inherited_, [&](auto set_limit) {
    ChildProcess child(to_start);
    set_limit();
    try {
      child.watch([] {});
    } catch (const std::runtime_error&) {
      ::sigset_t blocked;
      ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
      if (::sigismember(&blocked, SIGINT) != 0) ::_exit(5);
      throw;
    }
  });
  EXPECT_EQ(
      text_of(inherited_),
      "cannot start '/bin/sh': cannot start the thread that waits for it: Resource temporarily "
      "unavailable");
}

TEST_F(ChildProcessTest, DoesNotKnowHowAProcessEndedForWhichAnotherHasWaited) {
  ChildProcess child(shell("exit 3"));
  ASSERT_EQ(::waitpid(child.id(), nullptr, 0), child.id());
  EXPECT_FALSE(child.wait().known());
}

TEST_F(ChildProcessTest, ManyMayRunAtOnce) {
  std::atomic<int> calls{0};
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (int i = 0; i < 20; ++i) {
    children.push_back(std::make_unique<ChildProcess>(shell("exit " + std::to_string(i))));
    children.back()->watch([&] { ++calls; });
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(children[static_cast<std::size_t>(i)]->wait().code(), i);
  }
  EXPECT_EQ(calls, 20);
}

}  // namespace
}  // namespace gtest_xdist::internal
