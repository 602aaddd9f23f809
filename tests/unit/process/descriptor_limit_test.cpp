#include "gtest_xdist/process/descriptor_limit.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/process/files/descriptor.h"

#include "support/children.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

// In a child process, since a hard limit cannot be raised again.
template <class Action>
void with_limit(rlim_t soft, rlim_t hard, Action action) {
  Children children;
  children.start([=] {
    const struct ::rlimit limit { soft, hard };
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    action();
    return !testing::Test::HasFailure();
  });
}

rlim_t soft_limit() {
  struct ::rlimit limit {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

TEST(DescriptorLimit, StaysWhereThereIsRoom) {
  with_limit(200, 400, [] {
    EXPECT_FALSE(make_room_for_workers(64, 0, 2));
    EXPECT_EQ(soft_limit(), 200U);
  });
}

TEST(DescriptorLimit, IsRaisedWhereThereIsNone) {
  with_limit(64, 400, [] {
    const std::optional<rlim_t> before = make_room_for_workers(64, 256, 2);
    EXPECT_EQ(before, rlim_t{64});
    EXPECT_EQ(soft_limit(), 400U);
  });
}

TEST(DescriptorLimit, ReplacementsAreNoMust) {
  with_limit(100, 100, [] { EXPECT_FALSE(make_room_for_workers(10, 1000, 2)); });
}

TEST(DescriptorLimit, SaysHowManyWorkersWouldFit) {
  with_limit(32, 64, [] {
    const std::size_t taken = os::count_open_descriptors().value_or(0) + 16;
    EXPECT_EQ(text_of_thrown<std::runtime_error>([] { make_room_for_workers(500, 0, 2); }),
              "cannot start 500 workers: they need " + std::to_string(taken + 1000) +
                  " open files, but the limit (ulimit -n) is 64; " +
                  std::to_string((64 - taken) / 2) + " of them would fit");
  });
  with_limit(8, 8, [] {
    const std::string text =
        text_of_thrown<std::runtime_error>([] { make_room_for_workers(1, 4, 2); });
    EXPECT_NE(text.find("is 8; 0 of them would fit"), std::string::npos) << text;
  });
}

}  // namespace
}  // namespace gtest_xdist::internal
