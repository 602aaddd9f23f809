// A program whose files were compiled in different ways does not link.
//
// Layer: core/build. Containers of the standard library have another layout with _GLIBCXX_DEBUG,
// say, and ours have another one in another version. Such files used to link, and the plugins in
// them were never called.
//
// How it works: every file that includes this emits the same inline function, of which the linker
// keeps one copy and discards the others with all that is in them. The function contains a symbol
// that is named after the way the file was compiled, and every file refers to its own. If the files
// differ, some of them refer to a symbol that went with a discarded copy, and the linker names it.
// It is defined in an asm statement because compilers see through an alias. This costs no
// instruction at run time but those of one small initialiser for each file.
#ifndef GTEST_XDIST_CORE_BUILD_SAME_BUILD_H_
#define GTEST_XDIST_CORE_BUILD_SAME_BUILD_H_

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/version.h"

#if defined(_LIBCPP_VERSION)
#define GTEST_XDIST_INTERNAL_MODE with_libcxx
#elif defined(_GLIBCXX_DEBUG)
#define GTEST_XDIST_INTERNAL_MODE with_GLIBCXX_DEBUG
#elif defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI == 0
#define GTEST_XDIST_INTERNAL_MODE with_the_old_GLIBCXX_ABI
#else
#define GTEST_XDIST_INTERNAL_MODE without_GLIBCXX_DEBUG
#endif

#define GTEST_XDIST_INTERNAL_JOINED_BUILD(major, minor, patch, mode) \
  gtest_xdist_##major##_##minor##_##patch##_##mode##_unlike_another_file
#define GTEST_XDIST_INTERNAL_NAMED_BUILD(major, minor, patch, mode) \
  GTEST_XDIST_INTERNAL_JOINED_BUILD(major, minor, patch, mode)
// The symbol, and its name as a text.
#define GTEST_XDIST_INTERNAL_BUILD                                                       \
  GTEST_XDIST_INTERNAL_NAMED_BUILD(GTEST_XDIST_VERSION_MAJOR, GTEST_XDIST_VERSION_MINOR, \
                                   GTEST_XDIST_VERSION_PATCH, GTEST_XDIST_INTERNAL_MODE)
#define GTEST_XDIST_INTERNAL_QUOTED(text) #text
#define GTEST_XDIST_INTERNAL_TEXT(macro) GTEST_XDIST_INTERNAL_QUOTED(macro)
#define GTEST_XDIST_INTERNAL_BUILD_TEXT GTEST_XDIST_INTERNAL_TEXT(GTEST_XDIST_INTERNAL_BUILD)

// One copy of the function in each object file: a second one would define the symbol again.
#ifdef __clang__
#define GTEST_XDIST_INTERNAL_ONE_COPY __attribute__((used, noinline, noduplicate))
#else
#define GTEST_XDIST_INTERNAL_ONE_COPY __attribute__((used, noinline, noclone))
#endif

#ifdef __ELF__

extern "C" __attribute__((visibility("hidden"))) const char GTEST_XDIST_INTERNAL_BUILD;

namespace gtest_xdist::internal {

// How the file was compiled whose copy the linker has kept. A library that shares the program's
// objects gets the program's answer.
GTEST_XDIST_INTERNAL_SHARED GTEST_XDIST_INTERNAL_ONE_COPY inline const char* build_of_program() {
  __asm__ volatile(".globl " GTEST_XDIST_INTERNAL_BUILD_TEXT
                   "\n.hidden " GTEST_XDIST_INTERNAL_BUILD_TEXT "\n" GTEST_XDIST_INTERNAL_BUILD_TEXT
                   ":");
  return GTEST_XDIST_INTERNAL_BUILD_TEXT;
}

// Ends the process unless the program was compiled as `build` says, in which a library was: the
// linker does not compare these.
inline void check_build_of_library(const char* build) {
  if (std::strcmp(build_of_program(), build) == 0) return;
  std::fprintf(stderr,
               "gtest-xdist: error: a library has %s: compile it like the program, which has %s\n",
               build, build_of_program());
  std::_Exit(2);
}

namespace {

// In each file, before its own objects that are defined further down.
struct SameBuild {
  SameBuild() {
    __asm__ volatile("" : : "r"(&GTEST_XDIST_INTERNAL_BUILD));
    check_build_of_library(GTEST_XDIST_INTERNAL_BUILD_TEXT);
  }
};
// NOLINTNEXTLINE(misc-definitions-in-headers): each file has its own, and is to
[[maybe_unused]] const SameBuild kSameBuild;

}  // namespace

}  // namespace gtest_xdist::internal

#endif  // __ELF__

#endif  // GTEST_XDIST_CORE_BUILD_SAME_BUILD_H_
