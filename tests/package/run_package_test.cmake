# Builds the small project in the folder ${WAY} the way its user would, then runs its suite without
# variables and with two workers. Run by ctest, see CMakeLists.txt for the arguments.
cmake_minimum_required(VERSION 3.20)

# Runs a command, and ends the test with the whole output when it fails.
function(must_succeed)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit status ${status}: ${command}\n${output}")
  endif()
endfunction()

function(build_cmake_project)
  must_succeed(
    ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/${WAY} -B ${WORK_DIR}/build -G ${GENERATOR}
    -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM} -DCMAKE_CXX_COMPILER=${CXX}
    -DCMAKE_CXX_FLAGS=${CXX_FLAGS} -Werror=dev ${ARGN})
  must_succeed(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
set(suite ${WORK_DIR}/build/suite)

if(WAY STREQUAL "add_subdirectory")
  build_cmake_project(-DGTEST_XDIST_SOURCE_DIR=${SOURCE_DIR})

elseif(WAY STREQUAL "find_package")
  # Moved after the installation: a package that remembers where it was made is not relocatable.
  must_succeed(${CMAKE_COMMAND} --install ${BINARY_DIR} --prefix ${WORK_DIR}/made_here)
  file(RENAME ${WORK_DIR}/made_here ${WORK_DIR}/moved_here)
  file(GLOB_RECURSE package_files ${WORK_DIR}/moved_here/*.cmake)
  foreach(package_file IN LISTS package_files)
    file(READ ${package_file} text)
    foreach(place ${SOURCE_DIR} ${WORK_DIR}/made_here)
      string(FIND "${text}" "${place}" position)
      if(NOT position EQUAL -1)
        message(FATAL_ERROR "${package_file} names ${place}")
      endif()
    endforeach()
  endforeach()
  build_cmake_project(-DCMAKE_PREFIX_PATH=${WORK_DIR}/moved_here)

elseif(WAY STREQUAL "copied_include")
  file(COPY ${SOURCE_DIR}/include DESTINATION ${WORK_DIR})
  file(MAKE_DIRECTORY ${WORK_DIR}/build)
  separate_arguments(flags UNIX_COMMAND "${CXX_FLAGS}")
  must_succeed(
    ${CXX} -std=c++17 ${flags} -I ${WORK_DIR}/include
    ${CMAKE_CURRENT_LIST_DIR}/copied_include/suite_with_include.cpp -o ${suite} -lgtest_main -lgtest -pthread)

else()
  message(FATAL_ERROR "no such way: '${WAY}'")
endif()

# The variables of whoever runs ctest must not reach the suite.
set(clean_environment ${CMAKE_COMMAND} -E env --unset=GTEST_XDIST_WORKERS
                      --unset=GTEST_XDIST_WORKER --unset=EXPECT_A_WORKER)
must_succeed(${clean_environment} ${suite})
must_succeed(${clean_environment} GTEST_XDIST_WORKERS=2 EXPECT_A_WORKER=1 ${suite})
