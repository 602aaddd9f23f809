# Suites out of Debian source packages, built by their own build system with its own flags; all that is added is the shim's
# object. A file in debian/ for each package. Off by default, since they need the network and some minutes more.

include(ExternalProject)

set(debian_packages
    benchmark
    fmtlib
    leveldb
    libwebm
    ms-gsl
    msgpack-c
    snappy
    sqlitecpp
    yaml-cpp)
set(costly_debian_packages libvpx rapidjson)

if(GTEST_XDIST_DEBIAN_SUITES)
  add_library(differential_own_directory OBJECT own_directory.cpp)
  target_link_libraries(differential_own_directory PRIVATE gtest_xdist::gtest_xdist)
endif()

# build_debian_source(<package> TARGETS <executable>... STEPS <argument of ExternalProject_Add()>...
#                     [NEEDS <Debian package>...])
#
# STEPS has to leave the executables in the folder suites below <BINARY_DIR>. NEEDS names what must be installed to build
# them.
function(build_debian_source package)
  cmake_parse_arguments(PARSE_ARGV 1 suites "" "" "TARGETS;STEPS;NEEDS")
  foreach(needed dpkg-dev ${suites_NEEDS})
    execute_process(COMMAND dpkg-query --show --showformat \${db:Status-Status} ${needed} RESULT_VARIABLE failed
                    OUTPUT_VARIABLE status ERROR_QUIET)
    if(failed OR NOT status STREQUAL "installed")
      missing_comparison(${package} build "packages to build it (on Debian: apt install dpkg-dev ${suites_NEEDS})")
      return()
    endif()
  endforeach()
  list(TRANSFORM suites_TARGETS PREPEND ${CMAKE_CURRENT_BINARY_DIR}/${package}/suites/)
  ExternalProject_Add(
    differential.${package}
    DOWNLOAD_COMMAND ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/fetch_source.sh ${package} ${CMAKE_CURRENT_BINARY_DIR}/debian
    SOURCE_DIR ${CMAKE_CURRENT_BINARY_DIR}/debian/${package}
    BINARY_DIR ${CMAKE_CURRENT_BINARY_DIR}/${package}
    ${suites_STEPS}
    BUILD_BYPRODUCTS ${suites_TARGETS}
    # Otherwise a changed shim would not be linked again.
    BUILD_ALWAYS TRUE
    INSTALL_COMMAND ""
    DEPENDS gtest_xdist_shim_object differential_own_directory)
  add_dependencies(real-suites-build differential.${package})
endfunction()

# debian_flags(<variable> CFLAGS|CXXFLAGS <option of DEB_BUILD_OPTIONS>...): what dpkg-buildpackage would compile with,
# but for debug information, which takes time.
function(debian_flags variable kind)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env DEB_${kind}_STRIP=-g "DEB_BUILD_OPTIONS=${ARGN}" dpkg-buildflags --get ${kind}
                  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  set(${variable} ${flags} PARENT_SCOPE)
endfunction()

# build_debian_suites(<package> PROJECT <name in its project()> TARGETS <executable>... [CACHE <NAME=value>...]
#                     [NEEDS <Debian package>...] [OBJECT <object library>] [UNOPTIMISED])
#
# As build_debian_source(), with CMake. OBJECT is linked beside the shim. UNOPTIMISED where compiling takes longer than
# the tests.
function(build_debian_suites package)
  cmake_parse_arguments(PARSE_ARGV 1 suites "UNOPTIMISED" "PROJECT;OBJECT" "TARGETS;CACHE;NEEDS")
  list(TRANSFORM suites_CACHE PREPEND -D)
  list(JOIN suites_TARGETS "," targets)
  set(objects $<TARGET_OBJECTS:gtest_xdist_shim_object>)
  if(suites_OBJECT)
    string(APPEND objects ",$<TARGET_OBJECTS:${suites_OBJECT}>")
  endif()
  set(options)
  if(suites_UNOPTIMISED)
    set(options noopt)
  endif()
  debian_flags(c_flags CFLAGS ${options})
  debian_flags(cxx_flags CXXFLAGS ${options})
  build_debian_source(
    ${package}
    TARGETS ${suites_TARGETS}
    NEEDS ${suites_NEEDS}
    STEPS CMAKE_ARGS -DCMAKE_PROJECT_${suites_PROJECT}_INCLUDE=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/add_shim.cmake
                     -DDIFFERENTIAL_OBJECTS=${objects}
                     -DDIFFERENTIAL_TARGETS=${targets}
                     -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
                     -DCMAKE_BUILD_TYPE=None
                     -DCMAKE_C_FLAGS=${c_flags}
                     -DCMAKE_CXX_FLAGS=${cxx_flags}
                     ${suites_CACHE}
          BUILD_COMMAND ${CMAKE_COMMAND} --build <BINARY_DIR> --target ${suites_TARGETS})
endfunction()

# compare_debian_suite(<package> <executable> [<option of compare.py>... [-- <argument of the executable>...]])
function(compare_debian_suite package name)
  # What could not be built is reported as missing, once.
  if(TARGET differential.${package})
    add_comparison(${package} ${name} ${CMAKE_CURRENT_BINARY_DIR}/${package}/suites/${name} ${ARGN})
  endif()
endfunction()

set(wanted ${GTEST_XDIST_DEBIAN_SUITES})
if(wanted STREQUAL "ALL")
  set(wanted ${debian_packages} ${costly_debian_packages})
elseif(wanted STREQUAL "ON")
  set(wanted ${debian_packages})
elseif(wanted STREQUAL "OFF")
  set(wanted)
endif()
foreach(package IN LISTS wanted)
  if(NOT package IN_LIST debian_packages AND NOT package IN_LIST costly_debian_packages)
    list(JOIN debian_packages ", " known)
    list(JOIN costly_debian_packages ", " costly)
    message(FATAL_ERROR "GTEST_XDIST_DEBIAN_SUITES names '${package}': expected OFF, ON, ALL, or some of ${known}, ${costly}")
  endif()
endforeach()
foreach(package IN LISTS debian_packages costly_debian_packages)
  if(package IN_LIST wanted)
    include(debian/${package}.cmake)
  elseif(package IN_LIST debian_packages)
    exclude_comparison(${package} all "turned off; configure with -DGTEST_XDIST_DEBIAN_SUITES=ON")
  else()
    exclude_comparison(${package} all "takes minutes; configure with -DGTEST_XDIST_DEBIAN_SUITES=ALL")
  endif()
endforeach()
