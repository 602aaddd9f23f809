// Includes the functions for the operating system that the code is compiled for.
//
// Layer: os, at the very bottom beside core. Everything above is written for POSIX and these
// functions. To bring gtest-xdist to another system, write such files for it. On other systems
// this header is an error. The headers that a suite includes then leave out everything that would
// only cause more errors.
#ifndef GTEST_XDIST_OS_OS_H_
#define GTEST_XDIST_OS_OS_H_

// __GLIBC__ comes with any header of the C library.
#include <cstdlib>

#if defined(__linux__) && defined(__GLIBC__)
#define GTEST_XDIST_INTERNAL_HAS_OS 1
#include "gtest_xdist/os/linux.h"
#include "gtest_xdist/os/linux_clock.h"
#include "gtest_xdist/os/linux_cpus.h"
#include "gtest_xdist/os/linux_modules.h"
#include "gtest_xdist/os/linux_open_files.h"
#include "gtest_xdist/os/linux_processes.h"
#else
#define GTEST_XDIST_INTERNAL_HAS_OS 0
#error "gtest-xdist needs Linux with glibc; gtest_xdist/plugin.h alone compiles everywhere"
#endif

#endif  // GTEST_XDIST_OS_OS_H_
