# gtest_xdist::shim makes a suite parallel without a change to its sources. It is one translation unit,
# compiled once for all binaries of a project, with the project's compiler, flags and GoogleTest. The
# build tree and the installed package both use this file.
#
# gtest_xdist_shim_object   an OBJECT library, compiled if something links the shim. It takes GoogleTest
#                           and flags from the folder that finds the package first, or adds the
#                           library, as they are at that moment. A project can add flags by
#                           target_compile_options(gtest_xdist_shim_object PRIVATE …)
# gtest_xdist::shim         adds the object to each target that links it. (The linker would take nothing
#                           from a static library, because nothing refers to the object.)

# This file is written for these versions; the project may ask for others.
cmake_policy(VERSION 3.20...3.29)

# `source` is the translation unit. With GLOBAL all folders see the target. Otherwise it is visible
# where the package is found, like all imported targets of the package.
function(_gtest_xdist_add_shim source)
  if(NOT TARGET gtest_xdist_shim_object)
    add_library(gtest_xdist_shim_object OBJECT ${source})
    target_link_libraries(gtest_xdist_shim_object PRIVATE gtest_xdist::gtest_xdist)
    set_target_properties(
      gtest_xdist_shim_object
      PROPERTIES EXCLUDE_FROM_ALL ON
                 POSITION_INDEPENDENT_CODE ON # for programs and libraries of all kinds
                 # A project may ask for these in all its targets, but this one cannot have them.
                 UNITY_BUILD OFF
                 DISABLE_PRECOMPILE_HEADERS ON
                 CXX_SCAN_FOR_MODULES OFF
                 AUTOMOC OFF
                 AUTORCC OFF
                 AUTOUIC OFF
                 # The project's checkers have nothing to check here.
                 CXX_CLANG_TIDY ""
                 CXX_CPPCHECK ""
                 CXX_CPPLINT ""
                 CXX_INCLUDE_WHAT_YOU_USE "")
    # The project may switch exceptions off. Debug information takes as long as the rest.
    target_compile_options(gtest_xdist_shim_object PRIVATE -fexceptions -w -g0)
  endif()

  if(NOT TARGET gtest_xdist::shim)
    add_library(gtest_xdist::shim INTERFACE IMPORTED ${ARGN})
    # Not by way of gtest_xdist::gtest_xdist, which asks for C++17: here only the object needs it.
    set_target_properties(
      gtest_xdist::shim
      PROPERTIES
        INTERFACE_SOURCES "$<TARGET_OBJECTS:gtest_xdist_shim_object>"
        INTERFACE_INCLUDE_DIRECTORIES
        "$<TARGET_PROPERTY:gtest_xdist::plugin_api,INTERFACE_INCLUDE_DIRECTORIES>"
        INTERFACE_LINK_LIBRARIES "GTest::gtest;Threads::Threads;$<$<PLATFORM_ID:Linux>:rt>")
  endif()
endfunction()
