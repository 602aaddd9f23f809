// One log for the whole run, in the order of time. Each worker sends its lines to the controller,
// and the controller merges them.
#ifndef MERGE_LOGS_H_
#define MERGE_LOGS_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest_xdist/plugin.h>

struct Line {
  std::int64_t time = 0;  // in ns since the UNIX epoch
  std::string text;
};

template <class Visitor>
void visit_fields(Visitor& visit, Line& line) {
  visit(line.time);
  visit(line.text);
}

class MergeLogs : public gtest_xdist::Plugin {
 public:
  void write(const std::string& text) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    lines_.push_back(
        {std::chrono::nanoseconds(now).count(), "[" + gtest_xdist::worker_id() + "] " + text});
  }

 private:
  using After = gtest_xdist::After;

  After runtest_logreport(const gtest_xdist::TestReport& report) override {
    // The controller gets the report as well, but only the worker writes the line.
    if (!gtest_xdist::is_xdist_controller()) write(report.item.id + " ended");
    return {};
  }

  After testnodedown(gtest_xdist::WorkerController& node,
                     const std::optional<std::string>& error) override {
    if (error) write(node.id + " is lost, and with it its lines: " + *error);
    if (!node.workeroutput) return {};
    const auto lines = node.workeroutput->get<std::vector<Line>>("log");
    lines_.insert(lines_.end(), lines.begin(), lines.end());
    return {};
  }

  // In a worker, it hands over the lines. Elsewhere all lines are there, and it writes the log.
  After sessionfinish(gtest_xdist::Session& session, int) override {
    if (session.config.workeroutput) {
      session.config.workeroutput->set("log", lines_);
      return {};
    }
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const Line& a, const Line& b) { return a.time < b.time; });
    const char* const path = std::getenv("MERGED_LOG");
    std::ofstream file(path == nullptr ? "merged.log" : path);
    for (const Line& line : lines_) file << line.text << '\n';
    if (!file.flush()) session.fail("the log could not be written");
    return {};
  }

  std::vector<Line> lines_;
};

#endif  // MERGE_LOGS_H_
