// The schedule of this process's runs of all tests, in the forms in which the user asks for it.
//
// Layer: controller.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_SCHEDULE_H_
#define GTEST_XDIST_CONTROLLER_SESSION_SCHEDULE_H_

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/schedule_log.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/core/schedule.h"
#include "gtest_xdist/core/slowest.h"

namespace gtest_xdist::internal {

// Lives as long as the process.
class SessionSchedule {
 public:
  // `options` must outlive this.
  explicit SessionSchedule(const Options& options) : options_(options) {}

  // What is to be told of a RUN_ALL_TESTS that begins now, the one with this number from 0; null if
  // nobody wants to know. Valid until the next call.
  ScheduleLog* begin_run(std::shared_ptr<const Catalog> catalog, unsigned number,
                         unsigned workers) {
    if (!options_.durations) return nullptr;
    run_ = {};
    run_.number = number + 1;
    log_.emplace(run_, std::move(catalog), workers, options_, zero_);
    return &*log_;
  }

  // To be called when gtest has printed its summary of the iteration with this number, from 0.
  void iteration_ends(int iteration) {
    if (!log_) return;
    const std::string text =
        format_slowest(run_, static_cast<unsigned>(iteration) + 1, *options_.durations);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    log_->forget_spans();
  }

 private:
  const Options& options_;
  const std::chrono::steady_clock::time_point zero_ = std::chrono::steady_clock::now();
  ScheduleRun run_;
  std::optional<ScheduleLog> log_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_SCHEDULE_H_
