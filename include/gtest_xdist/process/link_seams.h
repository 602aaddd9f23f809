// Finds functions of the C library that the program defines itself.
//
// Layer: process. Suites of system code replace such functions to see how their code calls them (a
// link seam). A worker and its controller call them too, and would get what the suite made up.
#ifndef GTEST_XDIST_PROCESS_LINK_SEAMS_H_
#define GTEST_XDIST_PROCESS_LINK_SEAMS_H_

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/os/os.h"

namespace gtest_xdist::internal {

// Where malloc() is defined.
inline const void* allocation() {
  return os::definition({"malloc", reinterpret_cast<const void*>(&::malloc)});
}

// The functions of POSIX that workers and controller stand on, also by way of the standard library.
// Not among them: clocks, because MachineClock does without, and functions that only compute. What
// allocates memory is below.
inline std::vector<os::LibraryFunction> needed_functions() {
#define GTEST_XDIST_NEEDS(name) {#name, reinterpret_cast<const void*>(&::name)}
  std::vector<os::LibraryFunction> functions = {GTEST_XDIST_NEEDS(_Exit),
                                                GTEST_XDIST_NEEDS(_exit),
                                                GTEST_XDIST_NEEDS(access),
                                                GTEST_XDIST_NEEDS(chdir),
                                                GTEST_XDIST_NEEDS(chmod),
                                                GTEST_XDIST_NEEDS(close),
                                                GTEST_XDIST_NEEDS(closedir),
                                                GTEST_XDIST_NEEDS(dup2),
                                                GTEST_XDIST_NEEDS(execve),
                                                GTEST_XDIST_NEEDS(fchmod),
                                                GTEST_XDIST_NEEDS(fcntl),
                                                GTEST_XDIST_NEEDS(fdopendir),
                                                GTEST_XDIST_NEEDS(fflush),
                                                GTEST_XDIST_NEEDS(flock),
                                                GTEST_XDIST_NEEDS(fputs),
                                                GTEST_XDIST_NEEDS(fstat),
                                                GTEST_XDIST_NEEDS(fstatvfs),
                                                GTEST_XDIST_NEEDS(ftruncate),
                                                GTEST_XDIST_NEEDS(fwrite),
                                                GTEST_XDIST_NEEDS(getcwd),
                                                GTEST_XDIST_NEEDS(getenv),
                                                GTEST_XDIST_NEEDS(getpgid),
                                                GTEST_XDIST_NEEDS(getpgrp),
                                                GTEST_XDIST_NEEDS(getpid),
                                                GTEST_XDIST_NEEDS(getppid),
                                                GTEST_XDIST_NEEDS(getrlimit),
                                                GTEST_XDIST_NEEDS(ioctl),
                                                GTEST_XDIST_NEEDS(isatty),
                                                GTEST_XDIST_NEEDS(kill),
                                                GTEST_XDIST_NEEDS(lseek),
                                                GTEST_XDIST_NEEDS(mkdir),
                                                GTEST_XDIST_NEEDS(mkdtemp),
                                                GTEST_XDIST_NEEDS(mmap),
                                                GTEST_XDIST_NEEDS(munmap),
                                                GTEST_XDIST_NEEDS(open),
                                                GTEST_XDIST_NEEDS(openat),
                                                GTEST_XDIST_NEEDS(opendir),
                                                GTEST_XDIST_NEEDS(pipe),
                                                GTEST_XDIST_NEEDS(poll),
                                                GTEST_XDIST_NEEDS(pread),
                                                GTEST_XDIST_NEEDS(pthread_create),
                                                GTEST_XDIST_NEEDS(pthread_join),
                                                GTEST_XDIST_NEEDS(pthread_mutex_lock),
                                                GTEST_XDIST_NEEDS(pthread_mutex_unlock),
                                                GTEST_XDIST_NEEDS(pthread_sigmask),
                                                GTEST_XDIST_NEEDS(raise),
                                                GTEST_XDIST_NEEDS(read),
                                                GTEST_XDIST_NEEDS(readdir),
                                                GTEST_XDIST_NEEDS(readlink),
                                                GTEST_XDIST_NEEDS(rename),
                                                GTEST_XDIST_NEEDS(setenv),
                                                GTEST_XDIST_NEEDS(setpgid),
                                                GTEST_XDIST_NEEDS(setrlimit),
                                                GTEST_XDIST_NEEDS(sigaction),
                                                GTEST_XDIST_NEEDS(sigfillset),
                                                GTEST_XDIST_NEEDS(signal),
                                                GTEST_XDIST_NEEDS(stat),
                                                GTEST_XDIST_NEEDS(sysconf),
                                                GTEST_XDIST_NEEDS(unlink),
                                                GTEST_XDIST_NEEDS(unlinkat),
                                                GTEST_XDIST_NEEDS(unsetenv),
                                                GTEST_XDIST_NEEDS(vfork),
                                                GTEST_XDIST_NEEDS(waitid),
                                                GTEST_XDIST_NEEDS(waitpid),
                                                GTEST_XDIST_NEEDS(write)};
  // Programs bring allocators that work. What has no malloc() is none.
  if (os::is_in_c_library(allocation())) {
    functions.insert(functions.end(), {GTEST_XDIST_NEEDS(calloc), GTEST_XDIST_NEEDS(realloc)});
  }
#undef GTEST_XDIST_NEEDS
  functions.insert(functions.end(), os::calls(), os::calls() + os::kCallCount);
  return functions;
}

// Whether the module is a library that replaces malloc(), too: an allocator, which starts threads
// as they are to be started, and only wants to hear of them.
inline bool is_allocator(const os::Module& module) {
  const bool is_library = *module.path() != '\0';
  return is_library && module.holds_code(allocation());
}

// The names of the needed functions that the program or a library of it replaces. Call this before
// main. It calls none of them.
inline std::vector<std::string> find_link_seams() {
  std::vector<std::string> names;
  if (!os::knows_definitions()) return names;
  for (const os::LibraryFunction& function : needed_functions()) {
    if (os::is_in_c_library(function.address)) continue;
    const void* const definition = os::definition(function);
    const bool is_usual =
        os::is_in_c_library(definition) || os::find_module([&](const os::Module& module) {
          return module.holds_code(definition) &&
                 (os::is_preloaded(module) || is_allocator(module));
        });
    if (!is_usual) names.emplace_back(function.name);
  }
  return names;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_LINK_SEAMS_H_
