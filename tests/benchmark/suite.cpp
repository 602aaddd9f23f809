// The work that the benchmark measures, made by the variable BENCHMARK_WORK:
//
//   empty COUNT              tests that do nothing
//   cpu COUNT MICROSECONDS   tests that use so much time of a processor
//   print COUNT LINES        tests that print so many lines
//   sleep FILE               a test for each line of the file, which says how many microseconds
//
// A hundred tests make a suite. Where BENCHMARK_PEAK names a file, the peak memory of the process
// that the user starts is written there, in KiB. Where BENCHMARK_SHARES names a directory, each
// worker leaves a file of its name there: how many tests it has run, and the longest time in which
// it ran none between two tests of an iteration, in microseconds.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace {

constexpr int kTestsOfSuite = 100;
constexpr long kNanosecondsOfMicrosecond = 1'000;
constexpr long kNanosecondsOfSecond = 1'000'000'000;

using Body = std::function<void()>;

class Work : public testing::Test {
 public:
  explicit Work(Body body) : body_(std::move(body)) {}
  void TestBody() override { body_(); }

 private:
  Body body_;
};

void register_test(int index, const Body& body) {
  const std::string suite = "Work" + std::to_string(index / kTestsOfSuite);
  const std::string name = "Test" + std::to_string(index);
  testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                        [body]() -> Work* { return new Work(body); });
}

long processor_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * kNanosecondsOfSecond + now.tv_nsec;
}

void compute(long microseconds) {
  const long end = processor_nanoseconds() + microseconds * kNanosecondsOfMicrosecond;
  while (processor_nanoseconds() < end) {
  }
}

void print(long lines) {
  for (long line = 0; line < lines; ++line)
    std::printf("line %ld of what this test has to say about its work\n", line);
}

void register_sleeps(const std::string& path) {
  std::ifstream file(path);
  long microseconds = 0;
  for (int index = 0; file >> microseconds; ++index)
    register_test(index, [microseconds] {
      std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    });
}

/// Returns whether `work` could be read.
bool register_work(const std::string& work) {
  std::istringstream words(work);
  std::string kind;
  words >> kind;
  if (kind == "sleep") {
    std::string path;
    if (!(words >> path)) return false;
    register_sleeps(path);
    return true;
  }
  int count = 0;
  if (!(words >> count)) return false;
  long amount = 0;
  if (kind != "empty" && !(words >> amount)) return false;
  Body body;
  if (kind == "empty") body = [] {};
  if (kind == "cpu") body = [amount] { compute(amount); };
  if (kind == "print") body = [amount] { print(amount); };
  if (!body) return false;
  for (int index = 0; index < count; ++index) register_test(index, body);
  return true;
}

// Not getrusage(), whose ru_maxrss survives an exec: it would be at least what the process that
// starts this one uses.
void write_peak_memory(const std::string& path) {
  std::ifstream status("/proc/self/status");
  const std::string field = "VmHWM:";
  for (std::string line; std::getline(status, line);)
    if (line.rfind(field, 0) == 0) std::ofstream(path) << std::stol(line.substr(field.size()));
}

// Counts what this process runs.
class Share : public testing::EmptyTestEventListener {
 public:
  explicit Share(std::string path) : path_(std::move(path)) {}

  void OnTestIterationStart(const testing::UnitTest&, int) override { has_run_ = false; }
  void OnTestStart(const testing::TestInfo&) override {
    if (has_run_) longest_pause_ = std::max(longest_pause_, Clock::now() - end_);
  }
  void OnTestEnd(const testing::TestInfo&) override {
    ++tests_;
    has_run_ = true;
    end_ = Clock::now();
  }
  void OnTestProgramEnd(const testing::UnitTest&) override {
    using std::chrono::microseconds;
    std::ofstream(path_) << tests_ << ' '
                         << std::chrono::duration_cast<microseconds>(longest_pause_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;

  const std::string path_;
  long tests_ = 0;
  bool has_run_ = false;
  Clock::time_point end_;
  Clock::duration longest_pause_{0};
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const char* work = std::getenv("BENCHMARK_WORK");
  if (work == nullptr || !register_work(work)) {
    std::cerr << "BENCHMARK_WORK does not say what to do\n";
    return 2;
  }
  const char* shares = std::getenv("BENCHMARK_SHARES");
  const char* worker = std::getenv("GTEST_XDIST_WORKER");
  if (shares != nullptr && worker != nullptr) {
    testing::UnitTest::GetInstance()->listeners().Append(
        new Share(std::string(shares) + "/" + worker));
  }
  const int status = RUN_ALL_TESTS();
  const char* peak = std::getenv("BENCHMARK_PEAK");
  if (peak != nullptr && worker == nullptr) write_peak_memory(peak);
  return status;
}
