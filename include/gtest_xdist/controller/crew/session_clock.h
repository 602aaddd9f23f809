// Tells the time of a session, which stands still while the session is suspended (Ctrl-Z).
//
// Layer: controller/crew. Suspension sets it. Ask it how long something takes; reports and the log
// of a schedule have the machine's time, as a serial run has.
#ifndef GTEST_XDIST_CONTROLLER_CREW_SESSION_CLOCK_H_
#define GTEST_XDIST_CONTROLLER_CREW_SESSION_CLOCK_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/transport/machine_clock.h"

namespace gtest_xdist::internal {

// A session has one. Workers, which do not know of a suspension, tell times of the machine's clock.
class SessionClock {
 public:
  using Time = MachineClock::time_point;

  Time now() const { return at(MachineClock::now()); }

  // The session's time when the machine's clock said `machine`.
  Time at(MachineClock::time_point machine) const {
    if (begins_.empty()) return machine;
    return machine - std::chrono::nanoseconds(stood_still_in(kEver, clock_nanoseconds(machine)));
  }

  // How much of `span`, a time of the machine's clock that a worker tells, is time of the session.
  std::chrono::nanoseconds counted(const ClockSpan& span) const {
    const std::int64_t duration = std::max<std::int64_t>(span.duration_ns, 0);
    const std::int64_t most = kMost - std::max<std::int64_t>(span.begin_ns, 0);
    const std::int64_t end = span.begin_ns + std::min(duration, most);
    return std::chrono::nanoseconds(duration - stood_still_in(span.begin_ns, end));
  }

  // The session was suspended between two times of the machine's clock.
  void stood_still(MachineClock::time_point begin, MachineClock::time_point end) {
    continued_ = at(begin);
    begins_.push_back(clock_nanoseconds(begin));
    ends_.push_back(clock_nanoseconds(end));
  }

  // The session's time when it last continued; Time::min() if it never stood still.
  Time continued() const { return continued_; }

  // Whether it has stood still since `machine_ns` of the machine's clock.
  bool has_stood_still_since(std::int64_t machine_ns) const {
    return !ends_.empty() && ends_.back() > machine_ns;
  }

 private:
  static constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

  std::int64_t stood_still_in(std::int64_t begin_ns, std::int64_t end_ns) const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < begins_.size(); ++i) {
      const std::int64_t begin = std::max(begin_ns, begins_[i]);
      const std::int64_t end = std::min(end_ns, ends_[i]);
      if (begin < end) sum += end - begin;
    }
    return sum;
  }

  std::vector<std::int64_t> begins_;  // of the suspensions, by the machine's clock
  std::vector<std::int64_t> ends_;
  Time continued_ = Time::min();
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_SESSION_CLOCK_H_
