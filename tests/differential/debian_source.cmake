# Suites out of Debian source packages, built by their own build system with its own flags; all that is added is the shim's
# object. Off by default, since it needs the network and a minute more.

if(NOT GTEST_XDIST_DEBIAN_SUITES)
  exclude_comparison(leveldb "turned off; configure with -DGTEST_XDIST_DEBIAN_SUITES=ON")
  return()
endif()

include(ExternalProject)

# build_debian_suites(<package> PROJECT <name in its project()> TARGETS <executable>... [CACHE <NAME=value>...])
#
# Leaves the executables in ${CMAKE_CURRENT_BINARY_DIR}/<package>.
function(build_debian_suites package)
  cmake_parse_arguments(PARSE_ARGV 1 suites "" "PROJECT" "TARGETS;CACHE")
  set(build_dir ${CMAKE_CURRENT_BINARY_DIR}/${package})
  list(TRANSFORM suites_TARGETS PREPEND ${build_dir}/ OUTPUT_VARIABLE executables)
  list(TRANSFORM suites_CACHE PREPEND -D)
  list(JOIN suites_TARGETS "," names)
  # What dpkg-buildpackage would compile with.
  execute_process(COMMAND dpkg-buildflags --get CXXFLAGS COMMAND_ERROR_IS_FATAL ANY OUTPUT_VARIABLE flags
                  OUTPUT_STRIP_TRAILING_WHITESPACE WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  ExternalProject_Add(
    differential.${package}
    DOWNLOAD_COMMAND ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/fetch_source.sh ${package} ${CMAKE_CURRENT_BINARY_DIR}/debian
    SOURCE_DIR ${CMAKE_CURRENT_BINARY_DIR}/debian/${package}
    BINARY_DIR ${build_dir}
    CMAKE_ARGS -DCMAKE_PROJECT_${suites_PROJECT}_INCLUDE=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/add_shim.cmake
               -DDIFFERENTIAL_SHIM=$<TARGET_OBJECTS:differential_shim>
               -DDIFFERENTIAL_TARGETS=${names}
               -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
               -DCMAKE_BUILD_TYPE=None
               -DCMAKE_CXX_FLAGS=${flags}
               ${suites_CACHE}
    BUILD_COMMAND ${CMAKE_COMMAND} --build <BINARY_DIR> --target ${suites_TARGETS}
    BUILD_BYPRODUCTS ${executables}
    # Otherwise a changed shim would not be linked again.
    BUILD_ALWAYS TRUE
    INSTALL_COMMAND ""
    DEPENDS differential_shim)
  add_dependencies(real-suites differential.${package})
endfunction()

find_program(DPKG_BUILDFLAGS dpkg-buildflags)
find_path(BENCHMARK_INCLUDE_DIR benchmark/benchmark.h)
if(NOT DPKG_BUILDFLAGS OR NOT BENCHMARK_INCLUDE_DIR)
  missing_comparison(leveldb "a package to build it (on Debian and Ubuntu: apt install dpkg-dev libbenchmark-dev)")
  return()
endif()

# LevelDB: its tests write to fixed names below TEST_TMPDIR, so they collide unless each worker has a directory of its own.
set(leveldb_suites
    cache_test
    coding_test
    corruption_test
    db_test
    env_posix_test
    env_test
    fault_injection_test
    log_test
    memenv_test
    recovery_test
    skiplist_test
    table_test
    version_set_test
    write_batch_test)
build_debian_suites(leveldb PROJECT leveldb TARGETS ${leveldb_suites} CACHE LEVELDB_BUILD_BENCHMARKS=OFF)
foreach(name IN LISTS leveldb_suites)
  set(options)
  if(name STREQUAL "db_test")
    set(options
        --filter=-DBTest.MultiThreaded:DBTest.HiddenValuesAreRemoved
        --ignore-line "after \\d+: \\d+ files" --because "a compaction in the background may be over or not"
        # main() runs a benchmark before the tests, whose results differ each time.
        --env BENCHMARK_FILTER=none
        --timeout 100)
  endif()
  add_comparison(leveldb.${name} ${CMAKE_CURRENT_BINARY_DIR}/leveldb/${name} ${options})
endforeach()
exclude_comparison(leveldb.db_test.MultiThreaded
                   "DBTest.MultiThreaded takes 40 seconds by itself, the other 56 tests together 14")
exclude_comparison(leveldb.db_test.HiddenValuesAreRemoved
                   "DBTest.HiddenValuesAreRemoved fails in one of a few serial runs, because it looks before a compaction in the background is over")
