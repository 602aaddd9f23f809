// The translation unit that the target gtest_xdist::shim adds to a test binary: the include alone
// installs the shim.
#include <gtest_xdist/gtest_xdist.h>
