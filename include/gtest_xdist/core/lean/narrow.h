// A cast between two integer types that are one type on some systems.
//
// Layer: core/lean. There, -Wuseless-cast warns of a plain cast, and elsewhere -Wconversion of its
// absence.
#ifndef GTEST_XDIST_CORE_LEAN_NARROW_H_
#define GTEST_XDIST_CORE_LEAN_NARROW_H_

namespace gtest_xdist::internal {

// The value must be one of `To`.
template <class To, class From>
constexpr To narrow(From value) {
  return static_cast<To>(value);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_LEAN_NARROW_H_
