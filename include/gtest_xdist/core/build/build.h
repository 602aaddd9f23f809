// Checks the compiler, and defines one macro for objects that all parts of a program share.
//
// Layer: core/build; the lowest of all. The preprocessor only.
#ifndef GTEST_XDIST_CORE_BUILD_BUILD_H_
#define GTEST_XDIST_CORE_BUILD_BUILD_H_

#if !defined(__cpp_exceptions)
#error \
    "gtest-xdist needs exceptions: drop -fno-exceptions for this file, or include nothing of \
gtest-xdist in it and link gtest_xdist::shim"
#endif
#if __cplusplus < 201703L
#error "gtest-xdist needs C++17: -std=c++17"
#endif

// Stands before a function or variable that exists once in a process, even if a program and its
// libraries include it and are compiled with -fvisibility=hidden.
#define GTEST_XDIST_INTERNAL_SHARED __attribute__((visibility("default")))

#endif  // GTEST_XDIST_CORE_BUILD_BUILD_H_
