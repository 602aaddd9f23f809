// A worker's report of a test, a suite or an environment: plain values, no gtest types.
//
// Layer: core/tests (standard library only). A report is an ordered list of output and assertion
// results, so that the controller can print them in the order in which they happened.
#ifndef GTEST_XDIST_CORE_TESTS_REPORT_H_
#define GTEST_XDIST_CORE_TESTS_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gtest_xdist {

// The kinds of testing::TestPartResult, as an enum of our own, so that core does not need gtest.
enum class PartType : std::uint8_t { success, nonfatal_failure, fatal_failure, skip };

inline bool is_valid(PartType type) { return type <= PartType::skip; }

// This line stands between a message and its stack trace, if gtest can make one.
inline constexpr std::string_view kStackTrace = "\nStack trace:\n";

// One assertion's result. `file` is empty and `line` is -1 where gtest has none.
struct Part {
  PartType type = PartType::success;
  std::string file;
  std::int32_t line = -1;
  std::string message;

  bool failed() const {
    return type == PartType::nonfatal_failure || type == PartType::fatal_failure;
  }
  bool operator==(const Part& other) const {
    return type == other.type && file == other.file && line == other.line &&
           message == other.message;
  }

  // Whether this part and `other` are equal but for the stack trace. A stack trace has addresses in
  // it, which can differ between processes.
  bool tells_the_same_as(const Part& other) const {
    return type == other.type && file == other.file && line == other.line &&
           summary() == other.summary();
  }

 private:
  std::string_view summary() const {
    return std::string_view(message).substr(0, message.find(kStackTrace));
  }
};

template <class Visitor>
void visit_fields(Visitor& visit, Part& part) {
  visit(part.type);
  visit(part.file);
  visit(part.line);
  visit(part.message);
}

// testing::TestProperty.
struct Property {
  std::string key;
  std::string value;
};

template <class Visitor>
void visit_fields(Visitor& visit, Property& property) {
  visit(property.key);
  visit(property.value);
}

// A stretch [begin, end) of one output file of one worker, in bytes.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  bool empty() const { return begin == end; }
};

template <class Visitor>
void visit_fields(Visitor& visit, ByteRange& range) {
  visit(range.begin);
  visit(range.end);
}

// The output of one stretch of time, by stream. If a worker has one file for both streams, only
// `out` is used.
struct OutputSlice {
  ByteRange out;
  ByteRange err;

  bool empty() const { return out.empty() && err.empty(); }
};

template <class Visitor>
void visit_fields(Visitor& visit, OutputSlice& slice) {
  visit(slice.out);
  visit(slice.err);
}

// The property of a test that did not pass on its first attempt (GTEST_XDIST_RETRIES). Its value is
// Report::flaky.
inline constexpr const char* kFlakyProperty = "flaky";

// A step of a report: output, then possibly an assertion's result.
struct Step {
  int worker = -1;  // number of the worker; `output` refers to its files
  OutputSlice output;
  bool has_part = false;
  Part part;
  std::string text{};     // the controller itself prints this at that point
  bool is_aside = false;  // reported in any case, but not a part of the result
};

// The report of a test, or of a set-up or tear-down.
struct Report {
  int worker = -1;  // number of the worker that sent it, or the first of several; -1 if none did
  std::vector<Step> steps;
  std::uint64_t dropped_parts = 0;  // how many of the first parts were reported, then taken back
  std::vector<Property> properties;
  std::string flaky;            // "passed on attempt 2 of 3"; empty unless an attempt before failed
  std::int64_t start_ms = 0;    // since the UNIX epoch
  std::int64_t elapsed_ms = 0;  // as gtest measures it

  void add_output(int from_worker, const OutputSlice& output) {
    if (!output.empty()) steps.push_back({from_worker, output, false, {}, {}, false});
  }
  void add_part(int from_worker, const OutputSlice& output, Part part) {
    steps.push_back({from_worker, output, true, std::move(part), {}, false});
  }

  bool failed() const {
    return has([](const Part& part) { return part.failed(); });
  }
  bool skipped() const {
    return !failed() && has([](const Part& part) { return part.type == PartType::skip; });
  }
  // Whether gtest on a worker has skipped the test without starting it. gtest does that when a
  // set-up has failed.
  bool was_passed_over() const { return worker >= 0 && start_ms == 0 && skipped(); }

 private:
  template <class Is>
  bool has(Is is) const {
    std::uint64_t parts = 0;
    for (const Step& step : steps) {
      if (step.has_part && parts++ >= dropped_parts && is(step.part)) return true;
    }
    return false;
  }
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_CORE_TESTS_REPORT_H_
