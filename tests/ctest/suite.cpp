// What ctest is to run: names of all kinds, tests that fail when they are told to, and a record of
// each process in the file RECORD, in the order in which things happen in all of them.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace {

void record(const std::string& line) {
  const char* path = std::getenv("RECORD");
  if (path == nullptr) return;
  const int file = ::open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
  const std::string text = line + "\n";
  if (::write(file, text.data(), text.size()) < 0) std::abort();
  ::close(file);
}

bool is_told_to(const std::string& what) {
  const char* told = std::getenv("SUITE");
  return told != nullptr && told == what;
}

// How another program of GoogleTest, which a test runs, may end.
const char* const kSkipped =
    "[  SKIPPED ] Plain.Fails (0 ms)\n[  PASSED  ] 0 tests.\n[  SKIPPED ] 1 test, listed below:\n"
    "[  SKIPPED ] Plain.Fails\n";

// A worker, or a process that has none.
class Living : public testing::Environment {
 public:
  void SetUp() override {
    const char* workers = std::getenv("GTEST_XDIST_WORKER_COUNT");
    record(std::string("begins ") + (workers != nullptr ? workers : "alone"));
    if (is_told_to("fail outside")) FAIL() << "outside";
  }
  void TearDown() override { record("ends"); }
};

TEST(Plain, Passes) {}
TEST(Plain, Fails) {
  if (is_told_to("fail")) std::cout << kSkipped << std::flush;
  EXPECT_FALSE(is_told_to("fail"))
      << "    <testcase name=\"Not\" classname=\"This\">\n      <failure ";
}
TEST(Plain, Crashes) {
  if (is_told_to("crash")) std::abort();
}
TEST(Plain, PrintsMuch) {
  if (!is_told_to("fail")) return;
  for (int i = 0; i < 20000; ++i) std::cout << "a line that nobody wants to read\n";
}
TEST(Plain, Waits) {
  while (is_told_to("hang")) ::pause();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
}
TEST(Plain, Skips) { GTEST_SKIP(); }
TEST(Plain, DISABLED_FailsToo) { FAIL(); }
TEST(DISABLED_Whole, Fails) { FAIL(); }
TEST(AllDisabled, DISABLED_Fails) { FAIL(); }

class Valued : public testing::TestWithParam<std::string> {};
TEST_P(Valued, Works) { EXPECT_FALSE(is_told_to("fail")); }
INSTANTIATE_TEST_SUITE_P(Odd, Valued,
                         testing::Values("", "two words", "a;b", "a\\;b\\", "[", "]==]", "${HOME}",
                                         "$<1:x>", "\"#\n'", "last", "last"));

class DISABLED_Valued : public testing::TestWithParam<int> {};
TEST_P(DISABLED_Valued, Fails) { FAIL(); }
INSTANTIATE_TEST_SUITE_P(Odd, DISABLED_Valued, testing::Values(1));

template <class T>
class Typed : public testing::Test {};
using Types = testing::Types<int, char[4], std::map<int, long>, int>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, Works) {}
TYPED_TEST(Typed, DISABLED_Fails) { FAIL(); }

struct Names {
  template <class T>
  static std::string GetName(int index) {
    return "std::type-" + std::to_string(index);
  }
};
template <class T>
class Named : public testing::Test {};
TYPED_TEST_SUITE(Named, Types, Names);
TYPED_TEST(Named, Works) {}

struct SpacedNames {
  template <class T>
  static std::string GetName(int index) {
    static const char* const kNames[] = {"unsigned int", "std::pair<int, int>", "a*", "abc"};
    return kNames[index];
  }
};
template <class T>
class Spaced : public testing::Test {};
using SpacedTypes = testing::Types<unsigned, std::pair<int, int>, char*, short>;
TYPED_TEST_SUITE(Spaced, SpacedTypes, SpacedNames);
TYPED_TEST(Spaced, Works) {}

class Numbered : public testing::TestWithParam<int> {};
TEST_P(Numbered, Works) { EXPECT_FALSE(is_told_to("fail")); }
INSTANTIATE_TEST_SUITE_P(Many, Numbered, testing::Range(0, 30));

}  // namespace

int main(int count, char** words) {
  std::string start = "starts";
  for (int i = 1; i < count; ++i) start += std::string(" ") + words[i];
  if (std::getenv("GTEST_XDIST_WORKER") == nullptr) record(start);
  std::printf("This.line\nis from main.\n  and so is this\nA.suite.\n  A.test\nand this ");
  if (is_told_to("list nothing")) --count;  // the last is --gtest_output
  testing::InitGoogleTest(&count, words);
  testing::AddGlobalTestEnvironment(new Living);
  if (is_told_to("end")) return 4;
  const int status = RUN_ALL_TESTS();
  if (is_told_to("abort at the end")) std::abort();
  if (is_told_to("find a leak")) {
    std::cout << "LeakSanitizer: detected memory leaks\n";
    return 23;
  }
  return is_told_to("exit") ? 3 : status;
}
