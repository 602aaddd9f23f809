# Builds the project in own_shim and runs its suites serially and with two workers. Run by ctest, see
# CMakeLists.txt for the arguments.
cmake_minimum_required(VERSION 3.20)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

file(REMOVE_RECURSE ${WORK_DIR})
set(WAY own_shim)
build_cmake_project(-DGTEST_XDIST_SOURCE_DIR=${SOURCE_DIR})
foreach(suite suite plain_suite)
  must_succeed(${clean_environment} ${WORK_DIR}/build/${suite})
  must_succeed(${clean_environment} GTEST_XDIST_WORKERS=2 EXPECT_A_WORKER=1 ${WORK_DIR}/build/${suite})
endforeach()
