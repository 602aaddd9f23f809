#include "gtest_xdist/worker/output_marks.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/output/output_file.h"
#include "gtest_xdist/transport/worker_slot.h"

#include "support/children.h"
#include "support/redirection.h"
#include "support/sanitizers.h"
#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

class OutputMarksTest : public testing::Test {
 protected:
  // Calls `body(marks)` where what is printed goes to the two files.
  template <class Body>
  void with_marks(Body body) {
    const Redirection out(STDOUT_FILENO, out_);
    const Redirection err(STDERR_FILENO, err_);
    OutputMarks marks(slot_);
    body(marks);
  }

  // What the marks have of a test that prints after somebody else has printed `meanwhile`.
  std::string told_with_a_pause(const char* meanwhile) {
    OutputSlice slice;
    with_marks([&](OutputMarks& marks) {
      marks.open();
      marks.pause();
      std::printf("%s", meanwhile);
      marks.reopen();
      std::printf("the test's\n");
      slice = marks.close();
    });
    return text_of(out_, slice.out);
  }

  ScratchDirectory directory_;
  OutputFile out_ = OutputFile::create(directory_.path());
  OutputFile err_ = OutputFile::create(directory_.path());
  WorkerSlot slot_;
};

// All ways of printing, in their order.
void print(const std::string& text) {
  std::printf("%s by printf\n", text.c_str());
  std::fflush(stdout);
  std::cout << text << " by cout\n";
  std::fprintf(stderr, "%s by stderr\n", text.c_str());
}

TEST_F(OutputMarksTest, AreOfWhatWasPrintedInBetween) {
  OutputSlice slice;
  with_marks([&](OutputMarks& marks) {
    print("before");
    marks.open();
    print("inside");
    slice = marks.close();
    print("after");
  });
  EXPECT_EQ(text_of(out_, slice.out), "inside by printf\ninside by cout\n");
  EXPECT_EQ(text_of(err_, slice.err), "inside by stderr\n");
}

// A test may have all descriptors open that it may have.
TEST_F(OutputMarksTest, NeedNoDescriptorOfTheirOwn) {
  if (!kRunsWithoutDescriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  with_marks([&](OutputMarks&) {
    struct ::rlimit limit {};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const struct ::rlimit before = limit;
    limit.rlim_cur = STDERR_FILENO + 1;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    OutputMarks marks(slot_);
    marks.open();
    print("inside");
    const OutputSlice slice = marks.close();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(text_of(out_, slice.out), "inside by printf\ninside by cout\n");
    EXPECT_EQ(text_of(err_, slice.err), "inside by stderr\n");
  });
}

// What a test closes is its own business.
TEST_F(OutputMarksTest, TellWhatIsLostOnAFullDisk) {
  const auto error_after = [this](const char* path) {
    Children children;
    children.start([&] {
      const Descriptor file(path == nullptr ? -1 : ::open(path, O_WRONLY | O_CLOEXEC));
      OutputMarks marks(slot_);
      if (path == nullptr) {
        ::close(STDOUT_FILENO);
      } else {
        ::dup2(file.number(), STDOUT_FILENO);
      }
      std::printf("much");
      marks.open();
      ::_exit(slot_.output_error.load());
      return false;
    });
    return WEXITSTATUS(children.wait_for_first());
  };
  EXPECT_EQ(error_after("/dev/full"), ENOSPC);
  EXPECT_EQ(error_after("/dev/null"), 0);
  EXPECT_EQ(error_after(nullptr), 0);
}

TEST_F(OutputMarksTest, TellWhenSomebodyEmptiesTheFile) {
  with_marks([&](OutputMarks& marks) {
    marks.open();
    print("before");
    marks.close();
    EXPECT_EQ(slot_.output_emptied.load(), 0U);
    const Descriptor anew(::open("/dev/stdout", O_WRONLY | O_TRUNC | O_CLOEXEC));
    marks.open();
    EXPECT_EQ(slot_.output_emptied.load(), 1U);
  });
}

TEST_F(OutputMarksTest, OfOneFileAreOfItsOrder) {
  OutputSlice slice;
  {
    const Redirection out(STDOUT_FILENO, out_);
    const Redirection err(STDERR_FILENO, out_);
    OutputMarks marks(slot_);
    print("before");
    marks.open();
    std::fprintf(stderr, "first\n");
    std::printf("second\n");
    slice = marks.close();
  }
  EXPECT_EQ(text_of(out_, slice.out), "first\nsecond\n");
  EXPECT_TRUE(slice.err.empty());
}

TEST_F(OutputMarksTest, OfNoRegionAreNone) {
  OutputSlice slices[3];
  bool open[3];
  with_marks([&](OutputMarks& marks) {
    print("text");
    open[0] = marks.is_open();
    slices[0] = marks.close();
    marks.open();
    open[1] = marks.is_open();
    slices[1] = marks.close();
    print("text");
    open[2] = marks.is_open();
    slices[2] = marks.close();
  });
  for (const OutputSlice& slice : slices) EXPECT_TRUE(slice.empty());
  EXPECT_FALSE(open[0]);
  EXPECT_TRUE(open[1]);
  EXPECT_FALSE(open[2]);
}

// What a dead worker's controller looks for: what has not been reported yet.
TEST_F(OutputMarksTest, SayInTheSlotWhereTheRegionBeganOrTheLastOneEnded) {
  std::uint64_t begin[2][2];
  const auto note = [&](std::size_t i) {
    begin[i][0] = slot_.out_begin.load();
    begin[i][1] = slot_.err_begin.load();
  };
  with_marks([&](OutputMarks& marks) {
    std::printf("12345");
    std::fprintf(stderr, "123");
    marks.open();
    note(0);
    std::printf("6789");
    marks.close();
    note(1);
  });
  EXPECT_EQ(begin[0][0], 5U);
  EXPECT_EQ(begin[0][1], 3U);
  EXPECT_EQ(begin[1][0], 9U);
  EXPECT_EQ(begin[1][1], 3U);
}

// So that a controller can tell how much one test has printed while it runs.
TEST_F(OutputMarksTest, SayInTheSlotWhereAllThatTheTestPrintsBegins) {
  std::uint64_t begin[4];
  const auto note = [&](std::size_t i) { begin[i] = slot_.out_region.load(); };
  with_marks([&](OutputMarks& marks) {
    std::printf("12345");
    std::fprintf(stderr, "123");
    marks.open();
    std::printf("6789");
    note(0);
    marks.pause();
    note(1);
    marks.reopen();
    std::printf("0");
    note(2);
    marks.close();
    note(3);
  });
  EXPECT_EQ(begin[0], 5U);
  EXPECT_EQ(begin[1], 5U);
  EXPECT_EQ(begin[2], 5U);
  EXPECT_EQ(begin[3], 10U);
  EXPECT_EQ(slot_.err_region.load(), 3U);
}

// Some programs close all descriptors that they did not open themselves.
TEST_F(OutputMarksTest, SurviveTheLossOfTheirDescriptors) {
  OutputSlice slice;
  with_marks([&](OutputMarks& marks) {
    std::printf("before\n");
    marks.open();
    std::printf("inside\n");
    for (int descriptor = 500; descriptor < 510; ++descriptor) ::close(descriptor);
    std::printf("still inside\n");
    slice = marks.close();
  });
  EXPECT_EQ(text_of(out_, slice.out), "inside\nstill inside\n");
}

TEST_F(OutputMarksTest, DoNotCareWhatATestDoesToItsStreams) {
  OutputSlice slice;
  with_marks([&](OutputMarks& marks) {
    marks.open();
    std::printf("seen");
    std::fflush(stdout);
    {
      const OutputFile other = OutputFile::create(directory_.path());
      const Redirection elsewhere(STDOUT_FILENO, other);
      std::printf("not seen");
    }
    slice = marks.close();
  });
  EXPECT_EQ(text_of(out_, slice.out), "seen");
}

TEST_F(OutputMarksTest, TakeBackWhatMainHasRedirected) {
  OutputSlice slice;
  OutputFile other = OutputFile::create(directory_.path());
  with_marks([&](OutputMarks& marks) {
    const Redirection elsewhere(STDOUT_FILENO, other);
    const Redirection likewise(STDERR_FILENO, other);
    print("elsewhere");
    std::cout.flush();
    std::printf("not flushed");
    marks.take_streams_back();
    marks.open();
    print("inside");
    slice = marks.close();
  });
  EXPECT_EQ(text_of(out_, slice.out), "inside by printf\ninside by cout\n");
  EXPECT_EQ(text_of(err_, slice.err), "inside by stderr\n");
  EXPECT_EQ(text_of(other).find("inside"), std::string::npos);
  EXPECT_EQ(text_of(other).find("not flushed"), std::string::npos);
}

// How many threads this process has.
std::ptrdiff_t thread_count() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

TEST_F(OutputMarksTest, LeaveOutWhatListenersPrintedMeanwhile) {
  if (thread_count() > 1) GTEST_SKIP() << "a sanitizer has a thread of its own";
  const std::string told = told_with_a_pause("a listener's\n");
  EXPECT_EQ(told, "the test's\n");
}

TEST_F(OutputMarksTest, KeepWhatOtherThreadsMayHavePrintedMeanwhile) {
  std::atomic<bool> over{false};
  std::thread other([&] {
    while (!over) std::this_thread::yield();
  });
  const std::string told = told_with_a_pause("the other thread's\n");
  over = true;
  other.join();
  EXPECT_EQ(told, "the other thread's\nthe test's\n");
}

}  // namespace
}  // namespace gtest_xdist::internal
