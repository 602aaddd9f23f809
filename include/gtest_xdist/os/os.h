// What the operating system alone can tell or do.
//
// Layer: os, at the very bottom beside core. It picks the file of the system that this is compiled
// for; everything above is written for POSIX and these files. To bring gtest-xdist to another
// system is to write one more of them.
//
// Elsewhere this is an error, and the headers that a suite includes leave out what would only
// repeat it.
#ifndef GTEST_XDIST_OS_OS_H_
#define GTEST_XDIST_OS_OS_H_

// __GLIBC__ comes with any header of the C library.
#include <cstdlib>

#if defined(__linux__) && defined(__GLIBC__)
#define GTEST_XDIST_INTERNAL_HAS_OS 1
#include "gtest_xdist/os/linux.h"
#else
#define GTEST_XDIST_INTERNAL_HAS_OS 0
#error "gtest-xdist needs Linux with glibc; gtest_xdist/plugin.h alone compiles everywhere"
#endif

#endif  // GTEST_XDIST_OS_OS_H_
