# gtest_xdist::shim, which makes a suite parallel without a change to its sources: one translation
# unit, compiled once for all binaries of a project, with the project's compiler, flags and
# GoogleTest. For the build tree and the installed package alike.
#
# gtest_xdist_shim_object   an OBJECT library, compiled if something links the shim. Its GoogleTest and
#                           its flags are those of the folder that finds the package first, or adds the
#                           library, as they are then; a project adds to them by
#                           target_compile_options(gtest_xdist_shim_object PRIVATE …)
# gtest_xdist::shim         brings its object into whatever links it. (Of a static library the linker
#                           would take nothing, because nothing refers to it.)

# As this file is written, whatever the project asks for.
cmake_policy(VERSION 3.20...3.29)

# `source` is the translation unit. With GLOBAL the target is seen in all folders, otherwise where
# the package is found, as all that the package imports.
function(_gtest_xdist_add_shim source)
  if(NOT TARGET gtest_xdist_shim_object)
    add_library(gtest_xdist_shim_object OBJECT ${source})
    target_link_libraries(gtest_xdist_shim_object PRIVATE gtest_xdist::gtest_xdist)
    set_target_properties(
      gtest_xdist_shim_object
      PROPERTIES EXCLUDE_FROM_ALL ON
                 POSITION_INDEPENDENT_CODE ON # for programs and libraries of all kinds
                 # What a project asks for in all of its targets, and what this one cannot do.
                 UNITY_BUILD OFF
                 DISABLE_PRECOMPILE_HEADERS ON
                 CXX_SCAN_FOR_MODULES OFF
                 AUTOMOC OFF
                 AUTORCC OFF
                 AUTOUIC OFF
                 # Nor is it the project's to be checked.
                 CXX_CLANG_TIDY ""
                 CXX_CPPCHECK ""
                 CXX_CPPLINT ""
                 CXX_INCLUDE_WHAT_YOU_USE "")
    # The project may have no exceptions. Debug information of it all takes as long as the rest.
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
