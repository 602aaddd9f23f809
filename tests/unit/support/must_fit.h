// What the writer of a ring calls when it has to wait, where it never should.
#ifndef SUPPORT_MUST_FIT_H_
#define SUPPORT_MUST_FIT_H_

#include <gtest/gtest.h>

namespace gtest_xdist {

inline void must_fit() { FAIL() << "the ring is full"; }

}  // namespace gtest_xdist

#endif  // SUPPORT_MUST_FIT_H_
