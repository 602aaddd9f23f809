# Snappy: prints while it tests, and reads the files of testdata/ in the folder of its sources.
build_debian_suites(snappy PROJECT Snappy TARGETS snappy_unittest
                    CACHE BUILD_SHARED_LIBS=ON SNAPPY_ENABLE_RTTI=ON SNAPPY_BUILD_BENCHMARKS=OFF)
compare_debian_suite(snappy snappy_unittest --cwd ${CMAKE_CURRENT_BINARY_DIR}/debian/snappy)
