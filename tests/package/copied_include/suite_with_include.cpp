// The suite of a user without CMake: the headers copied by hand, one include in one source file.
#include <gtest_xdist/gtest_xdist.h>

#include "../suite.cpp"
