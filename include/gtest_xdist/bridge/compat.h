// What differs between GoogleTest 1.10 and today's, and its flags.
//
// Layer: bridge. gtest has no version macro, so everything here asks for the feature itself.
#ifndef GTEST_XDIST_BRIDGE_COMPAT_H_
#define GTEST_XDIST_BRIDGE_COMPAT_H_

#include <cstdint>

#include <gtest/gtest.h>

// Flags that some versions lack. A qualified name is looked up in the namespaces that `testing`
// nominates only if `testing` itself does not have it: so a real flag is preferred, and where there
// is none these stand in, with the value that means "not in force".
namespace gtest_xdist::internal::missing_flags {
inline bool GTEST_FLAG(fail_fast) = false;                            // before 1.11
inline bool GTEST_FLAG(recreate_environments_when_repeating) = true;  // before 1.12
inline std::int32_t GTEST_FLAG(total_shards) = -1;                    // before 1.18
inline std::int32_t GTEST_FLAG(shard_index) = -1;                     // before 1.18
}  // namespace gtest_xdist::internal::missing_flags

namespace testing {
using namespace ::gtest_xdist::internal::missing_flags;  // NOLINT: the point of this file

// Defined from 1.18 on, but in no header: where it is not defined its address is null.
extern bool GTEST_FLAG(fail_if_no_test_selected) __attribute__((weak));
}  // namespace testing

namespace gtest_xdist::internal {

// Sets --gtest_fail_if_no_test_selected, where there is such a flag, and returns what it was.
inline bool exchange_fail_if_no_test_selected(bool value) {
  bool* const flag = &testing::GTEST_FLAG(fail_if_no_test_selected);
  if (flag == nullptr) return false;
  const bool before = *flag;
  *flag = value;
  return before;
}

// Whether --gtest_total_shards and --gtest_shard_index are flags of gtest, and decide.
inline bool has_shard_flags() {
  const void* const missing = &missing_flags::GTEST_FLAG(total_shards);
  return &testing::GTEST_FLAG(total_shards) != missing;
}

}  // namespace gtest_xdist::internal

#if defined(GTEST_FLAG_GET)
#define GTEST_XDIST_FLAG_GET(name) GTEST_FLAG_GET(name)
#define GTEST_XDIST_FLAG_SET(name, value) GTEST_FLAG_SET(name, value)
#else  // before 1.12
#define GTEST_XDIST_FLAG_GET(name) ::testing::GTEST_FLAG(name)
#define GTEST_XDIST_FLAG_SET(name, value) (void)(::testing::GTEST_FLAG(name) = (value))
#endif

#endif  // GTEST_XDIST_BRIDGE_COMPAT_H_
