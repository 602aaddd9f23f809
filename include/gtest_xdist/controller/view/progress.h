// Shows on a terminal how far a run is, while the controller waits.
//
// Layer: controller/view. Decides when the status line is drawn, and when it makes way for other
// output. Does not know its text: status_line.h makes it.
#ifndef GTEST_XDIST_CONTROLLER_VIEW_PROGRESS_H_
#define GTEST_XDIST_CONTROLLER_VIEW_PROGRESS_H_

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/results/run_tally.h"
#include "gtest_xdist/controller/view/status_line.h"
#include "gtest_xdist/controller/view/worker_activity.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/process/terminal.h"

namespace gtest_xdist::internal {

// Whether standard output should show a status line.
inline bool shows_progress(const Options& options) {
  switch (options.progress) {
    case ProgressMode::never:
      return false;
    case ProgressMode::always:
      return true;
    case ProgressMode::automatic:
      break;
  }
  return options.verbosity >= 0 && is_capable_terminal(STDOUT_FILENO);
}

// Whether our lines on standard output are coloured. --gtest_color decides, else NO_COLOR, else the
// terminal.
inline bool is_coloured_output() {
  const std::string flag = GTEST_XDIST_FLAG_GET(color);
  if (flag != "auto") return flag == "yes" || flag == "true" || flag == "t" || flag == "1";
  const char* const no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && is_capable_terminal(STDOUT_FILENO);
}

// A session has one. There must not be two at a time.
class Progress {
 public:
  using Time = SessionClock::Time;

  // Unless `is_enabled`, this does nothing.
  Progress(bool is_enabled, const Catalog& catalog, const WorkerNodes& nodes,
           const SessionClock& clock)
      : catalog_(catalog), nodes_(nodes), clock_(clock) {
    if (!is_enabled) return;
    line_.emplace(STDOUT_FILENO);
    is_coloured_ = is_coloured_output();
    next_ = clock_.now() + kFirst;
    shown_line_ = &*line_;
    status_line_hider() = [] { shown_line_->hide(); };
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (line_) status_line_hider() = nullptr;
  }

  // Call this before the controller waits. Draws the line if it is due. Returns when to call it
  // again at the latest.
  Time on_wait(Time now, const RunTally& tally) {
    if (!line_) return Time::max();
    Time due = next_;
    if (line_->is_shown()) due = drawn_ + (tally.done == drawn_done_ ? kTick : kNews);
    if (now < due) return due;
    if (!is_in_foreground(STDOUT_FILENO)) {
      line_->hide();
      return next_ = now + kTick;
    }
    draw(now, tally);
    return now + kTick;
  }

 private:
  // A run that is shorter than this shows no line.
  static constexpr std::chrono::milliseconds kFirst{200};
  // The time between two drawings (one takes some ten microseconds): if the line has made way; if
  // more runs are done; and otherwise.
  static constexpr std::chrono::milliseconds kRest{20};
  static constexpr std::chrono::milliseconds kNews{100};
  static constexpr std::chrono::milliseconds kTick{1000};

  void draw(Time now, const RunTally& tally) {
    RunStatus status;
    status.tally = tally;
    status.elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - tally.begin);
    for (const auto& node : nodes_) {
      if (std::optional<Activity> activity = activity_of(*node, catalog_, clock_, now)) {
        status.running.push_back(std::move(*activity));
      }
    }
    std::fflush(stdout);
    line_->show(format_status_line(status, terminal_width(STDOUT_FILENO), is_coloured_));
    drawn_ = now;
    drawn_done_ = tally.done;
    next_ = now + kRest;
  }

  const Catalog& catalog_;
  const WorkerNodes& nodes_;
  const SessionClock& clock_;
  std::optional<MomentaryLine> line_;
  bool is_coloured_ = false;
  Time drawn_;
  Time next_;                   // when to draw a line that is not shown
  std::size_t drawn_done_ = 0;  // RunTally::done in the line

  inline static MomentaryLine* shown_line_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_VIEW_PROGRESS_H_
