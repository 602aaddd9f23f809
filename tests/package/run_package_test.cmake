# Builds a suite without CMake, the way its user would, then runs it without variables and with two
# workers. Run by ctest, see CMakeLists.txt for the arguments.
cmake_minimum_required(VERSION 3.20)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
set(suite ${WORK_DIR}/build/suite)

if(WAY STREQUAL "copied_include")
  file(COPY ${SOURCE_DIR}/include DESTINATION ${WORK_DIR})
  file(MAKE_DIRECTORY ${WORK_DIR}/build)
  must_succeed(${compile_command} -I ${WORK_DIR}/include
               ${CMAKE_CURRENT_LIST_DIR}/copied_include/suite_with_include.cpp -o ${suite}.o)
  must_succeed(${CXX} ${flags} ${suite}.o -o ${suite} -lgtest_main -lgtest -pthread)

elseif(WAY STREQUAL "pkg_config")
  find_program(pkg_config pkg-config)
  if(NOT pkg_config)
    message(STATUS "skipped: there is no pkg-config")
    return()
  endif()
  install_and_move()
  file(MAKE_DIRECTORY ${WORK_DIR}/build)
  set(ENV{PKG_CONFIG_PATH} ${WORK_DIR}/moved_here/share/pkgconfig)
  must_succeed(${pkg_config} --cflags --libs gtest_xdist)
  separate_arguments(words UNIX_COMMAND "${CXX_FLAGS} ${output}")
  must_succeed(${pkg_config} --variable=shim gtest_xdist)
  string(STRIP "${output}" shim)
  cmake_path(NORMAL_PATH shim)
  if(NOT shim STREQUAL "${WORK_DIR}/moved_here/share/gtest_xdist/gtest_xdist_shim.cpp" OR NOT EXISTS ${shim})
    message(FATAL_ERROR "the shim is said to be '${shim}'")
  endif()
  # The header that needs least, and the object that has been made of the shim elsewhere.
  must_succeed(
    ${CXX} -std=c++17 ${CMAKE_CURRENT_LIST_DIR}/suite.cpp
    ${CMAKE_CURRENT_LIST_DIR}/plugin_api/plugin.cpp ${SHIM_OBJECT} -o ${suite} ${words}
    -lgtest_main -lgtest)

else()
  message(FATAL_ERROR "no such way: '${WAY}'")
endif()

must_succeed(${clean_environment} ${suite})
must_succeed(${clean_environment} GTEST_XDIST_WORKERS=2 EXPECT_A_WORKER=1 ${suite})
