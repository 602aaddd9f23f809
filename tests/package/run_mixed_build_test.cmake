# Files of a program that are compiled in another way than the shim do not link, and the linker says
# why. Run by ctest, see CMakeLists.txt for the arguments.
cmake_minimum_required(VERSION 3.20)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
file(STRINGS ${SOURCE_DIR}/include/gtest_xdist/version.h version REGEX "^#define GTEST_XDIST_VERSION_")
string(REGEX MATCHALL "[0-9]+" version "${version}")
list(JOIN version _ version)

# The same headers, of another version.
file(READ ${SOURCE_DIR}/include/gtest_xdist/version.h text)
string(REGEX REPLACE "(VERSION_PATCH) [0-9]+" "\\1 4711" text "${text}")
file(WRITE ${WORK_DIR}/other/gtest_xdist/version.h "${text}")
string(REGEX REPLACE "[0-9]+$" 4711 other_version "${version}")

set(plugin "#include <gtest_xdist/plugin.h>\nclass P : public gtest_xdist::Plugin {};\nGTEST_XDIST_PLUGIN(P)\n")
set(lock "#include <gtest_xdist/core/locks.h>\nGTEST_XDIST_LOCK(\"l\", \"A.*\")\n")
set(group "#include <gtest_xdist/core/groups.h>\nGTEST_XDIST_GROUP(\"g\", \"A.*\")\n")
set(once "#include <gtest_xdist/once.h>\nint f() { return gtest_xdist::once(\"v\", [] { return 1; }); }\n")

must_succeed(${compile_command} ${CMAKE_CURRENT_LIST_DIR}/suite.cpp -o ${WORK_DIR}/suite.o)

# compile_file(<source> <object> <option>...)
function(compile_file source object)
  file(WRITE ${WORK_DIR}/${object}.cpp "${${source}}")
  must_succeed(${compile_command} ${ARGN} -I ${SOURCE_DIR}/include ${WORK_DIR}/${object}.cpp
               -o ${WORK_DIR}/${object}.o)
endfunction()

# link_files(<object>...): sets `status` and `output`.
function(link_files)
  list(TRANSFORM ARGN PREPEND ${WORK_DIR}/)
  execute_process(
    COMMAND ${CXX} ${flags} ${WORK_DIR}/suite.o ${ARGN} -o ${WORK_DIR}/suite -Wl,--gc-sections -lgtest_main
            -lgtest -pthread
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(status ${status} PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(must_not_link symbol)
  link_files(${ARGN})
  if(status EQUAL 0)
    message(FATAL_ERROR "it links: ${ARGN}")
  endif()
  must_say("undefined reference to `${symbol}'")
endfunction()

file(CREATE_LINK ${SHIM_OBJECT} ${WORK_DIR}/shim.o SYMBOLIC)
foreach(source plugin lock group once)
  compile_file(${source} ${source})
  compile_file(${source} ${source}_debug -D_GLIBCXX_DEBUG)
  compile_file(${source} ${source}_other -I ${WORK_DIR}/other)
  foreach(others shim.o "")
    link_files(${source}.o ${others})
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "${source} and the shim are compiled alike and do not link:\n${output}")
    endif()
  endforeach()
  # In either order: the linker names the file that comes last.
  set(end unlike_another_file)
  must_not_link(gtest_xdist_${version}_with_GLIBCXX_DEBUG_${end} shim.o ${source}_debug.o)
  must_not_link(gtest_xdist_${version}_without_GLIBCXX_DEBUG_${end} ${source}_debug.o shim.o)
  must_not_link(gtest_xdist_${other_version}_without_GLIBCXX_DEBUG_${end} shim.o ${source}_other.o)
  # And without the shim.
  must_not_link(gtest_xdist_${version}_with_GLIBCXX_DEBUG_${end} ${source}.o ${source}_debug.o)
endforeach()

# The linker does not compare a library with the program: the library does, when it is loaded.
compile_file(plugin library -D_GLIBCXX_DEBUG -fPIC)
must_succeed(${CXX} ${flags} -shared ${WORK_DIR}/library.o -o ${WORK_DIR}/libplugin.so)
must_succeed(${CXX} ${flags} ${WORK_DIR}/suite.o ${WORK_DIR}/shim.o -o ${WORK_DIR}/suite -lgtest_main -lgtest
             -pthread -rdynamic -Wl,--no-as-needed ${WORK_DIR}/libplugin.so)
execute_process(COMMAND ${clean_environment} ${WORK_DIR}/suite RESULT_VARIABLE status
                OUTPUT_VARIABLE output ERROR_VARIABLE output)
must_say("gtest-xdist: error: a library has gtest_xdist_${version}_with_GLIBCXX_DEBUG_${end}")
if(NOT status EQUAL 2)
  message(FATAL_ERROR "exit status ${status}, not 2:\n${output}")
endif()
