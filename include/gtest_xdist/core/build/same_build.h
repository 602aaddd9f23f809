// Keeps a program from linking if its files were compiled in different ways.
//
// Layer: core/build. With _GLIBCXX_DEBUG, for example, containers of the standard library have
// another layout, and ours have another layout in another version. Without this check such files
// would link, and the plugins in them would never be called.
//
// How it works: every file that includes this emits the same inline function. The linker keeps one
// copy, and discards the others with everything in them. The function defines a symbol whose name
// says how the file was compiled, and every file refers to its own symbol. If the files differ,
// some of them refer to a symbol of a discarded copy, and the linker names it in its error. An asm
// statement defines the symbol, because compilers see through an alias. At run time this costs one
// small initialiser for each file.
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

// Says how the file whose copy the linker has kept was compiled. A library that shares the
// program's objects gets the program's answer.
GTEST_XDIST_INTERNAL_SHARED GTEST_XDIST_INTERNAL_ONE_COPY inline const char* build_of_program() {
  __asm__ volatile(".globl " GTEST_XDIST_INTERNAL_BUILD_TEXT
                   "\n.hidden " GTEST_XDIST_INTERNAL_BUILD_TEXT "\n" GTEST_XDIST_INTERNAL_BUILD_TEXT
                   ":");
  return GTEST_XDIST_INTERNAL_BUILD_TEXT;
}

// `build` says how a library was compiled. Ends the process unless the program was compiled in the
// same way: the linker does not compare the two.
inline void check_build_of_library(const char* build) {
  if (std::strcmp(build_of_program(), build) == 0) return;
  std::fprintf(stderr,
               "gtest-xdist: error: a library has %s: compile it like the program, which has %s\n",
               build, build_of_program());
  std::_Exit(2);
}

namespace {

// Each file has one. It is initialised before the file's own objects that are defined further down.
struct SameBuild {
  SameBuild() {
    __asm__ volatile("" : : "r"(&GTEST_XDIST_INTERNAL_BUILD));
    check_build_of_library(GTEST_XDIST_INTERNAL_BUILD_TEXT);
  }
};
// NOLINTNEXTLINE(misc-definitions-in-headers): each file must have its own
[[maybe_unused]] const SameBuild kSameBuild;

}  // namespace

}  // namespace gtest_xdist::internal

#endif  // __ELF__

#endif  // GTEST_XDIST_CORE_BUILD_SAME_BUILD_H_
