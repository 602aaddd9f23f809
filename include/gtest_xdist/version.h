// The version of gtest-xdist, for the preprocessor. This header costs nothing to include.
//
// The version stands only here: CMakeLists.txt reads this file.
#ifndef GTEST_XDIST_VERSION_H_
#define GTEST_XDIST_VERSION_H_

#define GTEST_XDIST_VERSION_MAJOR 0
#define GTEST_XDIST_VERSION_MINOR 2
#define GTEST_XDIST_VERSION_PATCH 0

#endif  // GTEST_XDIST_VERSION_H_
