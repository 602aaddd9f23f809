// Checks that listeners have heard of every selected test exactly once.
//
// Layer: controller/results. Pure bookkeeping: selected = passed + failed + skipped + not run. It
// hears only what gtest's listeners hear, and knows nothing of the code that hands out and reports
// tests, because it checks that code.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_ROLL_CALL_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_ROLL_CALL_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// How a test ended, as listeners see it.
enum class Verdict : std::uint8_t { passed, failed, skipped, not_run, passed_without_run };

// `ran`: a worker has run the test.
inline Verdict verdict_on(const testing::TestResult& result, bool ran) {
  if (result.Failed()) return Verdict::failed;
  if (!result.Skipped()) return ran ? Verdict::passed : Verdict::passed_without_run;
  return ran ? Verdict::skipped : Verdict::not_run;
}

// Checks one iteration after the other.
class RollCall {
 public:
  using NameOf = FunctionRef<std::string(TestIndex)>;

  // `tests` is the number of registered tests.
  explicit RollCall(std::size_t tests) : answers_(tests) {}

  // Listeners have heard of the end of a test.
  void answer(TestIndex test, Verdict verdict) {
    unsigned& answer = answers_[test];
    if (verdict == Verdict::passed_without_run) answer |= kWithoutRun;
    if ((answer & kTimes) < kTwice) ++answer;
    ++counts_[static_cast<std::size_t>(verdict)];
  }

  // The iteration is over. Listeners must have heard of each test in `selected` once, but of none
  // in `unreported`. Returns an error that names the wrong tests; nothing if all is right. The next
  // iteration begins without answers.
  std::optional<std::string> close(const std::vector<TestIndex>& selected,
                                   const std::vector<TestIndex>& unreported, NameOf name_of) {
    std::vector<unsigned> expected(answers_.size());
    for (const TestIndex test : selected) expected[test] = kOnce;
    for (const TestIndex test : unreported) expected[test] = 0;
    std::optional<std::string> error;
    if (answers_ != expected) error = describe(expected, name_of);
    answers_ = std::vector<unsigned>(answers_.size());
    counts_ = {};
    return error;
  }

 private:
  // An answer has two bits that say how often listeners heard of the test, and a flag.
  static constexpr unsigned kOnce = 1;
  static constexpr unsigned kTwice = 2;  // or more often
  static constexpr unsigned kTimes = 3;  // the two bits
  static constexpr unsigned kWithoutRun = 4;
  static constexpr std::size_t kVerdicts = 5;
  static constexpr std::size_t kNamesShown = 10;

  std::string describe(const std::vector<unsigned>& expected, NameOf name_of) const {
    std::vector<TestIndex> lost;
    std::vector<TestIndex> repeated;
    std::vector<TestIndex> strange;
    std::vector<TestIndex> without_run;
    for (TestIndex test = 0; test < answers_.size(); ++test) {
      const unsigned times = answers_[test] & kTimes;
      if (times < expected[test]) lost.push_back(test);
      if (times > 0 && expected[test] == 0) strange.push_back(test);
      if (times > kOnce && expected[test] > 0) repeated.push_back(test);
      if ((answers_[test] & kWithoutRun) != 0) without_run.push_back(test);
    }
    const auto count = [&](Verdict verdict) {
      return std::to_string(counts_[static_cast<std::size_t>(verdict)]);
    };
    const auto selected = std::count(expected.begin(), expected.end(), kOnce);
    return "the account of the tests is wrong: selected " + std::to_string(selected) + ", passed " +
           count(Verdict::passed) + ", failed " + count(Verdict::failed) + ", skipped " +
           count(Verdict::skipped) + ", not run " + count(Verdict::not_run) +
           list("never reported", lost, name_of) +
           list("reported more than once", repeated, name_of) +
           list("reported, though not selected", strange, name_of) +
           list("passed, though no worker ran it", without_run, name_of);
  }

  static std::string list(const char* what, const std::vector<TestIndex>& tests, NameOf name_of) {
    if (tests.empty()) return {};
    std::string text = std::string("; ") + what + ": ";
    for (std::size_t i = 0; i < std::min(tests.size(), kNamesShown); ++i) {
      if (i > 0) text += ", ";
      text += "'" + name_of(tests[i]) + "'";
    }
    if (tests.size() <= kNamesShown) return text;
    return text + " and " + std::to_string(tests.size() - kNamesShown) + " more";
  }

  std::vector<unsigned> answers_;  // by test
  std::array<std::uint64_t, kVerdicts> counts_{};
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_ROLL_CALL_H_
