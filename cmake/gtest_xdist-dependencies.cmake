# Finds the libraries that gtest_xdist needs, for the build tree and for the installed package. Puts
# the names of missing libraries into gtest_xdist_missing_dependencies. If the surrounding project has
# made a target already, that target is used.

set(gtest_xdist_missing_dependencies)

find_package(Threads QUIET)

# A project that builds GoogleTest 1.10 itself has targets without a namespace.
foreach(library gtest gtest_main gmock gmock_main)
  if(TARGET ${library} AND NOT TARGET GTest::${library})
    add_library(GTest::${library} ALIAS ${library})
  endif()
endforeach()
if(NOT TARGET GTest::gtest)
  find_package(GTest 1.10 QUIET)
endif()

# FindBoost asks for Boost's own package first and then looks for bare headers, as in a tree that
# was only unpacked. CMake 3.30 would warn about the module unless the policy asks for it.
if(NOT TARGET Boost::headers)
  cmake_policy(PUSH)
  if(POLICY CMP0167)
    cmake_policy(SET CMP0167 OLD)
  endif()
  find_package(Boost 1.74 QUIET)
  cmake_policy(POP)
endif()

if(NOT TARGET Threads::Threads)
  list(APPEND gtest_xdist_missing_dependencies "Threads")
endif()
if(NOT TARGET GTest::gtest)
  list(APPEND gtest_xdist_missing_dependencies "GTest (1.10 or newer)")
endif()
if(NOT TARGET Boost::headers)
  list(APPEND gtest_xdist_missing_dependencies "Boost (1.74 or newer, headers)")
endif()
list(JOIN gtest_xdist_missing_dependencies ", " gtest_xdist_missing_dependencies)
