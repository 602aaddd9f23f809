// Tells the time of a session, which stands still while the session is suspended (Ctrl-Z).
//
// Layer: controller/crew. Suspension sets it. Ask it how long something takes; reports and the log
// of a schedule have the machine's time, as a serial run has.
#ifndef GTEST_XDIST_CONTROLLER_CREW_SESSION_CLOCK_H_
#define GTEST_XDIST_CONTROLLER_CREW_SESSION_CLOCK_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// A session has one. Workers, which do not know of a suspension, tell times of the machine's clock.
class SessionClock {
 public:
  using MachineClock = std::chrono::steady_clock;
  using Time = MachineClock::time_point;

  Time now() const { return at(MachineClock::now()); }

  // The session's time when the machine's clock said `machine`.
  Time at(MachineClock::time_point machine) const {
    if (stops_.empty()) return machine;
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
    stops_.push_back({clock_nanoseconds(begin), clock_nanoseconds(end) - clock_nanoseconds(begin)});
  }

  // The session's time when it last continued; Time::min() if it never stood still.
  Time continued() const { return continued_; }

  // Whether it has stood still since `machine_ns` of the machine's clock.
  bool has_stood_still_since(std::int64_t machine_ns) const {
    return !stops_.empty() && end_of(stops_.back()) > machine_ns;
  }

 private:
  static constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

  static std::int64_t end_of(const ClockSpan& stop) { return stop.begin_ns + stop.duration_ns; }

  std::int64_t stood_still_in(std::int64_t begin_ns, std::int64_t end_ns) const {
    std::int64_t sum = 0;
    for (const ClockSpan& stop : stops_) {
      const std::int64_t begin = std::max(begin_ns, stop.begin_ns);
      const std::int64_t end = std::min(end_ns, end_of(stop));
      if (begin < end) sum += end - begin;
    }
    return sum;
  }

  std::vector<ClockSpan> stops_;  // by the machine's clock
  Time continued_ = Time::min();
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_SESSION_CLOCK_H_
