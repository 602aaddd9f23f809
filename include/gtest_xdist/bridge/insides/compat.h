// Hides the differences between versions of gtest from 1.10 on, and between its kinds of flags.
//
// Layer: bridge/insides. gtest has no version macro, so this file asks for each feature itself.
#ifndef GTEST_XDIST_BRIDGE_INSIDES_COMPAT_H_
#define GTEST_XDIST_BRIDGE_INSIDES_COMPAT_H_

#include <cstdint>

#include <gtest/gtest.h>

#if defined(GTEST_FLAG_GET) && defined(GTEST_HAS_ABSL) && GTEST_HAS_ABSL

// In gtest on Abseil, from 1.12 on, flags are Abseil's. The flags below exist from 1.18 on. If one
// is not defined its address is null.
extern ::absl::Flag<std::int32_t> GTEST_FLAG(total_shards) __attribute__((weak));
extern ::absl::Flag<std::int32_t> GTEST_FLAG(shard_index) __attribute__((weak));
extern ::absl::Flag<bool> GTEST_FLAG(fail_if_no_test_selected) __attribute__((weak));

namespace gtest_xdist::internal {

template <class T>
T flag_value(const ::absl::Flag<T>* flag) {
  return flag == nullptr ? T() : ::absl::GetFlag(*flag);
}

template <class T, class Value>
void set_flag(::absl::Flag<T>* flag, const Value& value) {
  if (flag != nullptr) ::absl::SetFlag(flag, T(value));
}

// Whether --gtest_total_shards and --gtest_shard_index are flags of gtest, and decide.
inline bool has_shard_flags() { return &::GTEST_FLAG(total_shards) != nullptr; }

}  // namespace gtest_xdist::internal

#define GTEST_XDIST_FLAG(name) ::GTEST_FLAG(name)

#else

// Stand-ins for flags that some versions lack, with the value that means "not in force". A
// qualified name is looked up in the namespaces that `testing` nominates only if `testing` itself
// does not have it. So a real flag is preferred.
namespace gtest_xdist::internal::missing_flags {
inline bool GTEST_FLAG(fail_fast) = false;                            // before 1.11
inline bool GTEST_FLAG(recreate_environments_when_repeating) = true;  // before 1.12
inline std::int32_t GTEST_FLAG(total_shards) = -1;                    // before 1.18
inline std::int32_t GTEST_FLAG(shard_index) = -1;                     // before 1.18
}  // namespace gtest_xdist::internal::missing_flags

namespace testing {
using namespace ::gtest_xdist::internal::missing_flags;  // NOLINT: the point of this file

// Defined from 1.18 on, but in no header. If it is not defined its address is null.
extern bool GTEST_FLAG(fail_if_no_test_selected) __attribute__((weak));
}  // namespace testing

namespace gtest_xdist::internal {

template <class T>
T flag_value(const T* flag) {
  return flag == nullptr ? T() : *flag;
}

template <class T, class Value>
void set_flag(T* flag, const Value& value) {
  if (flag != nullptr) *flag = value;
}

// Whether --gtest_total_shards and --gtest_shard_index are flags of gtest, and decide.
inline bool has_shard_flags() {
  const void* const missing = &missing_flags::GTEST_FLAG(total_shards);
  return &testing::GTEST_FLAG(total_shards) != missing;
}

}  // namespace gtest_xdist::internal

#define GTEST_XDIST_FLAG(name) ::testing::GTEST_FLAG(name)

#endif

// A flag that this gtest lacks can be read and set. Its first value means "not in force", and gtest
// sees nothing of it.
#define GTEST_XDIST_FLAG_GET(name) ::gtest_xdist::internal::flag_value(&GTEST_XDIST_FLAG(name))
#define GTEST_XDIST_FLAG_SET(name, value) \
  ::gtest_xdist::internal::set_flag(&GTEST_XDIST_FLAG(name), value)

namespace gtest_xdist::internal {

// Sets --gtest_fail_if_no_test_selected and returns what it was.
inline bool exchange_fail_if_no_test_selected(bool value) {
  const bool before = GTEST_XDIST_FLAG_GET(fail_if_no_test_selected);
  GTEST_XDIST_FLAG_SET(fail_if_no_test_selected, value);
  return before;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_INSIDES_COMPAT_H_
