#include "gtest_xdist/process/output_batch.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "gtest_xdist/process/output_file.h"

#include "support/redirection.h"
#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

#ifdef GTEST_XDIST_HAS_OUTPUT_BATCH

class OutputBatchTest : public testing::Test {
 protected:
  std::string printed() { return text_of(out_); }
  std::string printed_as_error() { return text_of(err_); }

  ScratchDirectory directory_;
  OutputFile out_ = OutputFile::create(directory_.path());
  OutputFile err_ = OutputFile::create(directory_.path());
};

TEST_F(OutputBatchTest, HoldsBackWhatIsFlushed) {
  const Redirection out(STDOUT_FILENO, out_);
  {
    OutputBatch batch;
    std::printf("one\n");
    std::fflush(stdout);
    std::cout << "two" << std::endl;
    EXPECT_EQ(printed(), "");
    batch.flush();
    EXPECT_EQ(printed(), "one\ntwo\n");
    std::printf("three");
    OutputBatch::flush_current();
    EXPECT_EQ(printed(), "one\ntwo\nthree");
    std::cout << "four";
  }
  EXPECT_EQ(printed(), "one\ntwo\nthreefour");
  std::printf("five");
  std::fflush(stdout);
  EXPECT_EQ(printed(), "one\ntwo\nthreefourfive");
}

TEST_F(OutputBatchTest, KeepsTheOrderOfAllStreamsThatGoToOnePlace) {
  const Redirection out(STDOUT_FILENO, out_);
  const Redirection err(STDERR_FILENO, out_);
  {
    const OutputBatch batch;
    std::printf("1 ");
    std::fflush(stdout);
    std::fprintf(stderr, "2 ");
    std::cout << "3 " << std::flush;
    std::cerr << "4 ";
    std::clog << "5 " << std::flush;
    std::printf("6 ");
    EXPECT_EQ(printed(), "");
  }
  EXPECT_EQ(printed(), "1 2 3 4 5 6 ");
}

TEST_F(OutputBatchTest, LeavesErrorsAloneThatGoElsewhere) {
  const Redirection out(STDOUT_FILENO, out_);
  const Redirection err(STDERR_FILENO, err_);
  const OutputBatch batch;
  std::printf("held back");
  std::fprintf(stderr, "at once ");
  std::cerr << "too";
  EXPECT_EQ(printed_as_error(), "at once too");
  EXPECT_EQ(printed(), "");
}

TEST_F(OutputBatchTest, KeepsTheOrderOfAStreamThatSomebodyHasKept) {
  const Redirection out(STDOUT_FILENO, out_);
  std::FILE* const kept = stdout;
  {
    const OutputBatch batch;
    std::printf("1 ");
    std::fflush(stdout);
    std::fprintf(kept, "2 ");
    std::printf("3 ");
    std::fflush(stdout);
    std::fprintf(kept, "4 ");
  }
  EXPECT_EQ(printed(), "1 2 3 4 ");
}

TEST_F(OutputBatchTest, WhatWasPrintedBeforeComesFirst) {
  const Redirection out(STDOUT_FILENO, out_);
  std::printf("before ");
  {
    const OutputBatch batch;
    EXPECT_EQ(printed(), "before ");
    std::printf("after");
  }
  EXPECT_EQ(printed(), "before after");
}

TEST_F(OutputBatchTest, HoldsBackNoMoreThanSoMuch) {
  const Redirection out(STDOUT_FILENO, out_);
  const std::string line(999, 'x');
  std::size_t most = 0;
  const OutputBatch batch;
  for (std::size_t bytes = 1000; bytes <= 1'000'000; bytes += 1000) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
    most = std::max(most, bytes - out_.size());
  }
  EXPECT_GT(most, 60'000U);
  EXPECT_LT(most, 70'000U);
}

TEST_F(OutputBatchTest, LeavesACapturedStreamAlone) {
  const Redirection out(STDOUT_FILENO, out_);
  std::ostringstream captured;
  std::streambuf* const usual = std::cout.rdbuf(captured.rdbuf());
  {
    const OutputBatch batch;
    std::cout << "captured";
    std::printf("at once");
    std::fflush(stdout);
    EXPECT_EQ(printed(), "at once");
  }
  EXPECT_EQ(std::cout.rdbuf(), captured.rdbuf());
  std::cout.rdbuf(usual);
  EXPECT_EQ(captured.str(), "captured");
}

TEST_F(OutputBatchTest, MayEndWhileOthersPrint) {
  constexpr int kLines = 20'000;
  {
    const Redirection out(STDOUT_FILENO, out_);
    std::thread other([] {
      for (int i = 0; i < kLines; ++i) std::printf("%s", "line\n");
    });
    for (int i = 0; i < 1'000; ++i) const OutputBatch batch;
    other.join();
  }
  std::istringstream lines(printed());
  int count = 0;
  for (std::string line; std::getline(lines, line);) count += line == "line" ? 1 : 0;
  EXPECT_EQ(count, kLines);
}

TEST_F(OutputBatchTest, TakesLinesOfManyThreads) {
  constexpr int kLines = 10'000;
  {
    const Redirection out(STDOUT_FILENO, out_);
    const Redirection err(STDERR_FILENO, out_);
    OutputBatch batch;
    std::thread errors([] {
      for (int i = 0; i < kLines; ++i) std::fprintf(stderr, "%s", "error\n");
    });
    for (int i = 0; i < kLines; ++i) {
      std::printf("%s", "usual\n");
      if (i % 100 == 0) batch.flush();
    }
    errors.join();
  }
  std::istringstream lines(printed());
  int usual = 0;
  int errors = 0;
  for (std::string line; std::getline(lines, line);) {
    usual += line == "usual" ? 1 : 0;
    errors += line == "error" ? 1 : 0;
  }
  EXPECT_EQ(usual, kLines);
  EXPECT_EQ(errors, kLines);
}

#endif

}  // namespace
}  // namespace gtest_xdist::internal
