// Reads the text of a file that GTEST_XDIST_RECORD has written.
//
// Layer: core/schedule (standard library only). Somebody may have cut or changed the file, so the
// parser checks all of it, as if a stranger had written it.
#ifndef GTEST_XDIST_CORE_SCHEDULE_RECORD_PARSER_H_
#define GTEST_XDIST_CORE_SCHEDULE_RECORD_PARSER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/core/schedule/schedule_record.h"
#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/text/text.h"

namespace gtest_xdist::internal {

// Reads the text that format_record() makes.
class RecordParser {
 public:
  // Throws std::invalid_argument, whose text says what is wrong, and where.
  static ScheduleRecord parse(std::string_view text) {
    RecordParser parser(text);
    parser.parse();
    return std::move(parser.record_);
  }

 private:
  explicit RecordParser(std::string_view text) : text_(text) {}

  void parse() {
    next();
    if (line_ != kRecordHeader) {
      throw std::invalid_argument("its first line is not '" + std::string(kRecordHeader) + "'");
    }
    next();
    if (!skip("program ") || rest_.empty() || rest_ != escape(rest_, "")) {
      damaged("the name of a program is missing");
    }
    record_.program = rest_;
    for (next(); line_ != "end"; next()) {
      if (skip("run ")) {
        begin_run();
      } else if (skip("iteration ")) {
        begin_iteration();
      } else if (skip("again gw")) {
        add_again();
      } else if (skip("gw")) {
        add_worker();
      } else {
        damaged("a record has no such line");
      }
    }
    if (record_.runs.empty()) damaged("nothing has run");
    if (!text_.empty()) {
      ++number_;
      damaged("nothing comes after the end");
    }
  }

  // --- lines -------------------------------------------------------------------------------------

  void next() {
    ++number_;
    if (text_.empty() && number_ > 1) {
      throw std::invalid_argument("it is not complete: its last line is not 'end'");
    }
    const std::size_t end = text_.find('\n');
    line_ = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
    rest_ = line_;
  }

  [[noreturn]] void damaged(const std::string& why) const {
    throw std::invalid_argument("line " + std::to_string(number_) + " is wrong: " + why);
  }

  // Takes `words` off the rest of the line, if it begins with them.
  bool skip(std::string_view words) {
    if (rest_.substr(0, words.size()) != words) return false;
    rest_.remove_prefix(words.size());
    return true;
  }
  void expect(std::string_view words) {
    if (!skip(words)) damaged("'" + std::string(words) + "' is missing");
  }

  unsigned take_number(unsigned most) {
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const std::optional<unsigned> number = parse_number(rest_.substr(0, end), most);
    if (!number) damaged("a number up to " + std::to_string(most) + " is missing");
    rest_.remove_prefix(end);
    return *number;
  }

  std::uint64_t take_digest() {
    constexpr std::size_t kDigits = 16;
    const std::string_view digits = rest_.substr(0, kDigits);
    std::uint64_t digest = 0;
    for (const char c : digits) {
      const std::size_t digit = std::string_view("0123456789abcdef").find(c);
      if (digit == std::string_view::npos) break;
      digest = digest * 16 + digit;
    }
    if (format_digest(digest) != digits) damaged("a digest of 16 digits is missing");
    rest_.remove_prefix(kDigits);
    return digest;
  }

  std::vector<TestIndex> take_list() {
    std::vector<TestIndex> tests;
    try {
      tests = parse_index_list(rest_);
    } catch (const std::invalid_argument& error) {
      damaged(error.what());
    }
    for (const TestIndex test : tests) {
      if (test >= run().tests) {
        damaged("there is no test " + std::to_string(test) + " among " +
                std::to_string(run().tests));
      }
    }
    return tests;
  }

  // --- what they say -----------------------------------------------------------------------------

  void begin_run() {
    constexpr unsigned kMostRuns = 1'000'000;
    RecordedRun run;
    run.number = take_number(kMostRuns);
    expect(": ");
    run.tests = take_number(kMaxIndexListLength);
    expect(" tests, digest ");
    run.digest = take_digest();
    expect(", ");
    run.workers = take_number(kMaxWorkers);
    expect(" workers");
    run.on_every_worker = skip(kEveryWorker);
    expect_end();
    if (run.workers == 0) damaged("there was no worker");
    for (const RecordedRun& other : record_.runs) {
      if (other.number >= run.number) damaged("runs are not in their order");
    }
    record_.runs.push_back(std::move(run));
    next();
    expect("selected ");
    is_selected_.assign(this->run().tests, false);
    if (rest_ == "none") return;
    this->run().selected = take_list();
    for (const TestIndex test : this->run().selected) {
      if (is_selected_[test]) damaged(describe(test) + " is selected twice");
      is_selected_[test] = true;
    }
  }

  void begin_iteration() {
    if (record_.runs.empty()) damaged("it belongs to no run");
    const std::size_t number = take_number(kMostIterations);
    expect_end();
    if (number != run().iterations.size() + 1) damaged("iterations are not in their order");
    run().iterations.emplace_back();
    ran_.clear();
  }

  void add_worker() {
    if (record_.runs.empty() || run().iterations.empty()) damaged("it belongs to no iteration");
    RecordedWorker worker;
    worker.number = take_number(kMostNumber);
    worker.slot = worker.number;
    if (skip(" for gw")) worker.slot = take_number(kMostNumber);
    if (worker.slot >= run().workers) {
      damaged("there was no worker gw" + std::to_string(worker.slot) + " at the start");
    }
    expect(": ");
    worker.tests = take_list();
    RecordedIteration& iteration = run().iterations.back();
    if (!iteration.empty() && iteration.back().number >= worker.number) {
      damaged("workers are not in their order");
    }
    for (const TestIndex test : worker.tests) {
      if (!is_selected_[test]) damaged(describe(test) + " is not selected");
    }
    iteration.push_back(std::move(worker));
    if (!next_is("again ")) account_for(iteration.back());
  }

  void add_again() {
    const unsigned number = take_number(kMostNumber);
    expect(": ");
    if (record_.runs.empty() || run().iterations.empty() || run().iterations.back().empty() ||
        run().iterations.back().back().number != number) {
      damaged("it does not follow the line of its worker");
    }
    RecordedWorker& worker = run().iterations.back().back();
    if (!worker.again.empty()) damaged("it is there twice");
    worker.again = take_list();
    account_for(worker);
  }

  // Checks that each test has one first run; if every worker runs every test, one in each slot.
  void account_for(const RecordedWorker& worker) {
    std::vector<TestIndex> first;
    try {
      first = first_runs(worker);
    } catch (const std::invalid_argument& error) {
      damaged(error.what());
    }
    for (const TestIndex test : first) {
      const unsigned share = run().on_every_worker ? worker.slot : 0;
      if (!ran_.insert({test, share}).second) damaged(describe(test) + " is there twice");
    }
  }

  bool next_is(std::string_view words) const { return text_.substr(0, words.size()) == words; }

  void expect_end() const {
    if (!rest_.empty()) damaged("'" + shown(rest_) + "' does not belong there");
  }

  static std::string describe(TestIndex test) { return "test " + std::to_string(test); }

  RecordedRun& run() { return record_.runs.back(); }

  static constexpr unsigned kMostIterations = 1'000'000'000;
  static constexpr unsigned kMostNumber = 1'000'000'000;

  std::string_view text_;  // not read yet
  std::string_view line_;
  std::string_view rest_;  // of the line, not read yet
  std::size_t number_ = 0;
  ScheduleRecord record_;
  std::vector<bool> is_selected_;                 // in this run
  std::set<std::pair<TestIndex, unsigned>> ran_;  // in this iteration, by slot
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SCHEDULE_RECORD_PARSER_H_
