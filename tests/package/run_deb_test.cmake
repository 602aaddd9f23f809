# The package for Debian: made as whoever distributes it would, then unpacked and used. Run by ctest,
# see CMakeLists.txt for the arguments.
cmake_minimum_required(VERSION 3.20)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

find_program(dpkg_deb dpkg-deb)
if(NOT dpkg_deb)
  message(STATUS "skipped: there is no dpkg-deb")
  return()
endif()

file(REMOVE_RECURSE ${WORK_DIR})
must_succeed(${configure_command} -S ${SOURCE_DIR} -DGTEST_XDIST_BUILD_TESTS=OFF
             -DGTEST_XDIST_BUILD_EXAMPLES=OFF)
must_succeed(${CMAKE_CPACK_COMMAND} --config ${WORK_DIR}/build/CPackConfig.cmake -B ${WORK_DIR})
set(package ${WORK_DIR}/libgtest-xdist-dev_0.2.0_all.deb)
foreach(field "Package: libgtest-xdist-dev" "Version: 0.2.0" "Architecture: all" "Section: libdevel"
        "Depends: libgtest-dev (>= 1.10), libboost-dev (>= 1.74)")
  must_succeed(${dpkg_deb} --info ${package})
  must_say("${field} ")
endforeach()

# All headers, and what else is installed: by path.
must_succeed(${dpkg_deb} --extract ${package} ${WORK_DIR}/root)
file(GLOB_RECURSE paths RELATIVE ${WORK_DIR}/root ${WORK_DIR}/root/*)
file(GLOB_RECURSE expected RELATIVE ${SOURCE_DIR} ${SOURCE_DIR}/include/*)
list(TRANSFORM expected PREPEND usr/)
set(package_dir usr/share/cmake/gtest_xdist)
set(doc_dir usr/share/doc/gtest_xdist)
# The guides, and the examples that they lead to, lie as they do here, so that links hold.
file(GLOB_RECURSE docs RELATIVE ${SOURCE_DIR} ${SOURCE_DIR}/examples/*)
list(FILTER docs EXCLUDE REGEX "CMakeLists.txt$|examples/demo/(capture|made_from.txt)$")
list(TRANSFORM docs PREPEND ${doc_dir}/)
list(
  APPEND expected
  ${docs}
  ${doc_dir}/CHANGELOG.md
  ${doc_dir}/CONTRIBUTING.md
  ${doc_dir}/LICENSE
  ${doc_dir}/README.md
  ${package_dir}/gtest_xdist-config-version.cmake
  ${package_dir}/gtest_xdist-config.cmake
  ${package_dir}/gtest_xdist-dependencies.cmake
  ${package_dir}/gtest_xdist-discover.cmake
  ${package_dir}/gtest_xdist-functions.cmake
  ${package_dir}/gtest_xdist-plugin_api-targets.cmake
  ${package_dir}/gtest_xdist-plugins.cmake
  ${package_dir}/gtest_xdist-run_test.sh
  ${package_dir}/gtest_xdist-shim.cmake
  ${package_dir}/gtest_xdist-targets.cmake
  usr/share/gtest_xdist/gtest_xdist_shim.cpp
  usr/share/pkgconfig/gtest_xdist.pc)
set(missing ${expected})
list(REMOVE_ITEM missing ${paths})
list(REMOVE_ITEM paths ${expected})
if(missing OR paths)
  message(FATAL_ERROR "it lacks '${missing}', and contains '${paths}'")
endif()

# What the package tells pkg-config of its guides.
find_program(pkg_config pkg-config)
if(pkg_config)
  set(ENV{PKG_CONFIG_PATH} ${WORK_DIR}/root/usr/share/pkgconfig)
  must_succeed(${pkg_config} --variable=docdir gtest_xdist)
  string(STRIP "${output}" said)
  cmake_path(NORMAL_PATH said)
  if(NOT said STREQUAL "${WORK_DIR}/root/${doc_dir}")
    message(FATAL_ERROR "the guides are said to be in '${said}'")
  endif()
endif()

file(REMOVE_RECURSE ${WORK_DIR}/build)
must_succeed(${configure_command} -S ${CMAKE_CURRENT_LIST_DIR}/components
             -DCMAKE_PREFIX_PATH=${WORK_DIR}/root/usr "-DARGUMENTS=0.2 REQUIRED")
must_say("-- found: 1")
