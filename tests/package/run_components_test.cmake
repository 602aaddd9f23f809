# What find_package() says to versions and components, and what it takes to write a plugin. Run by
# ctest, see CMakeLists.txt for the arguments.
cmake_minimum_required(VERSION 3.20)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

file(REMOVE_RECURSE ${WORK_DIR})
install_and_move()
list(APPEND configure_command -DCMAKE_PREFIX_PATH=${WORK_DIR}/moved_here)
set(nothing_else -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON)

# ask(<arguments of find_package>): without REQUIRED, so that CMake goes on and tells what there is.
function(ask arguments)
  must_succeed(${configure_command} -S ${CMAKE_CURRENT_LIST_DIR}/components
               "-DARGUMENTS=${arguments}" ${ARGN})
  set(output "${output}" PARENT_SCOPE)
endfunction()

ask("0.2")
must_say("-- there is gtest_xdist -- there is shim -- there is own_shim -- there is plugin_api -- found: 1")
ask("0.2.0 EXACT COMPONENTS shim")
must_say("-- there is gtest_xdist -- there is shim -- there is own_shim -- there is plugin_api -- found: 1")
foreach(version 0.3 1 0.1)
  ask(${version})
  must_say("gtest_xdist-config.cmake, version: 0.2.0")
  must_say("-- found: 0")
endforeach()
ask("COMPONENTS plugins")
must_say("no component 'plugins': there are gtest_xdist, shim, own_shim and plugin_api")
must_say("-- found: 0")

file(REMOVE_RECURSE ${WORK_DIR}/build)
foreach(arguments "" "COMPONENTS plugin_api shim")
  ask("${arguments}" ${nothing_else})
  must_say("not found: GTest (1.10 or newer), Boost (1.74 or newer, headers)")
  must_say("-- found: 0")
endforeach()
ask("COMPONENTS plugin_api OPTIONAL_COMPONENTS shim" ${nothing_else})
must_say("-- there is plugin_api -- found: 1")

file(REMOVE_RECURSE ${WORK_DIR}/build)
set(WAY plugin_api)
build_cmake_project(${nothing_else})
