// Makes room for more open files in this process.
//
// Layer: process.
#ifndef GTEST_XDIST_PROCESS_DESCRIPTOR_LIMIT_H_
#define GTEST_XDIST_PROCESS_DESCRIPTOR_LIMIT_H_

#include <sys/resource.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>

#include "gtest_xdist/core/lean/narrow.h"
#include "gtest_xdist/os/os.h"

namespace gtest_xdist::internal {

// Makes room for the descriptors of workers, of which each takes `per_worker` in this process.
// Raises the soft limit of open files to the hard limit if it is too low for `workers` workers and
// `replacements` replacements. The limit is process-wide. Returns the soft limit from before if it
// was raised: give that to programs that this process starts. Throws std::runtime_error if not even
// the workers fit; the text names the limit, the need, and how many workers would fit.
inline std::optional<rlim_t> make_room_for_workers(std::size_t workers, std::size_t replacements,
                                                   std::size_t per_worker) {
  constexpr std::size_t kForOtherThings = 16;  // to start a worker, and for listeners
  struct ::rlimit limit {};
  const std::optional<std::size_t> open = os::count_open_descriptors();
  if (!open || ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  const rlim_t before = limit.rlim_cur;
  const std::size_t taken = *open + kForOtherThings;
  const std::size_t needed = taken + workers * per_worker;
  if (needed + replacements * per_worker > limit.rlim_cur) {
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  }
  if (needed > limit.rlim_cur) {
    const auto there = narrow<std::size_t>(limit.rlim_cur);
    const std::size_t fit = there > taken ? (there - taken) / per_worker : 0;
    throw std::runtime_error("cannot start " + std::to_string(workers) + " workers: they need " +
                             std::to_string(needed) + " open files, but the limit (ulimit -n) is " +
                             std::to_string(there) + "; " + std::to_string(fit) +
                             " of them would fit");
  }
  if (limit.rlim_cur == before) return std::nullopt;
  return before;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_DESCRIPTOR_LIMIT_H_
