// Runs the tests of its parts, and of the library that LOADS names.
#include <dlfcn.h>

#include <cstdio>
#include <string>

#include "support.h"

int main(int argc, char** argv) {
  const std::string library = support::variable("LOADS");
  if (!library.empty() && ::dlopen(library.c_str(), RTLD_NOW) == nullptr) {
    std::fprintf(stderr, "%s\n", ::dlerror());
    return 3;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
