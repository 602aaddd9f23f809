# What the tests of packages do, step by step. WAY, WORK_DIR and so on are as CMakeLists.txt gives them.

# Runs a command, and ends the test with the whole output when it fails; else sets `output` to that.
function(must_succeed)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit status ${status}: ${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# Ends the test unless `output` contains the text.
function(must_say text)
  string(REGEX REPLACE "[ \n]+" " " words "${output}")
  string(FIND "${words}" "${text}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "it does not say '${text}':\n${output}")
  endif()
endfunction()

# Compiles a file, by way of whatever the whole build compiles by; a cache finds nothing in a command
# that also links.
separate_arguments(flags UNIX_COMMAND "${CXX_FLAGS}")
set(compile_command $ENV{CMAKE_CXX_COMPILER_LAUNCHER} ${CXX} -std=c++17 ${flags} -c)

# The variables of whoever runs ctest must not reach a suite.
set(clean_environment ${CMAKE_COMMAND} -E env --unset=GTEST_XDIST_WORKERS
                      --unset=GTEST_XDIST_WORKER --unset=EXPECT_A_WORKER)

set(configure_command
    ${CMAKE_COMMAND} -B ${WORK_DIR}/build -G ${GENERATOR} -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}
    -DCMAKE_CXX_COMPILER=${CXX} "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}" -Werror=dev)

function(build_cmake_project)
  must_succeed(${configure_command} -S ${CMAKE_CURRENT_LIST_DIR}/${WAY} ${ARGN})
  must_succeed(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
endfunction()

# Installs to ${WORK_DIR}/moved_here: a package that remembers where it was made is not relocatable.
function(install_and_move)
  must_succeed(${CMAKE_COMMAND} --install ${BINARY_DIR} --prefix ${WORK_DIR}/made_here)
  file(RENAME ${WORK_DIR}/made_here ${WORK_DIR}/moved_here)
  file(GLOB_RECURSE package_files ${WORK_DIR}/moved_here/*.cmake ${WORK_DIR}/moved_here/*.pc)
  foreach(package_file IN LISTS package_files)
    file(READ ${package_file} text)
    foreach(place ${SOURCE_DIR} ${WORK_DIR}/made_here)
      string(FIND "${text}" "${place}" position)
      if(NOT position EQUAL -1)
        message(FATAL_ERROR "${package_file} names ${place}")
      endif()
    endforeach()
  endforeach()
endfunction()
