# Builds the small project in the folder ${WAY} the way its user would, then runs its suite without
# variables and with two workers. Run by ctest, see CMakeLists.txt for the arguments.
cmake_minimum_required(VERSION 3.20)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
set(suite ${WORK_DIR}/build/suite)

if(WAY STREQUAL "add_subdirectory")
  build_cmake_project(-DGTEST_XDIST_SOURCE_DIR=${SOURCE_DIR})

elseif(WAY STREQUAL "fetch_content")
  build_cmake_project(-DGTEST_XDIST_SOURCE_DIR=${SOURCE_DIR} -DSHIM_OBJECT=${SHIM_OBJECT})

elseif(WAY STREQUAL "find_package")
  install_and_move()
  build_cmake_project(-DCMAKE_PREFIX_PATH=${WORK_DIR}/moved_here)

elseif(WAY STREQUAL "copied_include")
  file(COPY ${SOURCE_DIR}/include DESTINATION ${WORK_DIR})
  file(MAKE_DIRECTORY ${WORK_DIR}/build)
  separate_arguments(flags UNIX_COMMAND "${CXX_FLAGS}")
  must_succeed(
    ${CXX} -std=c++17 ${flags} -I ${WORK_DIR}/include
    ${CMAKE_CURRENT_LIST_DIR}/copied_include/suite_with_include.cpp -o ${suite} -lgtest_main -lgtest -pthread)

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

# The variables of whoever runs ctest must not reach the suite.
set(clean_environment ${CMAKE_COMMAND} -E env --unset=GTEST_XDIST_WORKERS
                      --unset=GTEST_XDIST_WORKER --unset=EXPECT_A_WORKER)
must_succeed(${clean_environment} ${suite})
must_succeed(${clean_environment} GTEST_XDIST_WORKERS=2 EXPECT_A_WORKER=1 ${suite})
if(EXISTS ${WORK_DIR}/build/CTestTestfile.cmake)
  must_succeed(${clean_environment} EXPECT_A_WORKER=1 ${CMAKE_CTEST_COMMAND} --no-tests=error
               --output-on-failure --test-dir ${WORK_DIR}/build)
endif()
