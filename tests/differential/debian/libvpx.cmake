# libvpx: more than a thousand parameterised tests, built by configure and make with the older GoogleTest that it brings
# along, so the shim is compiled against that one. Without VP9, which takes a multiple of the time. The package has no test
# vectors, so the tests that read them fail, in both kinds of run.
set(libvpx ${CMAKE_CURRENT_BINARY_DIR}/debian/libvpx)
cmake_host_system_information(RESULT jobs QUERY NUMBER_OF_LOGICAL_CORES)
build_debian_source(
  libvpx
  TARGETS test_libvpx
  NEEDS yasm
  STEPS CONFIGURE_COMMAND ${libvpx}/configure --target=x86_64-linux-gcc --enable-pic --enable-unit-tests --disable-vp9
                          --disable-examples --disable-tools --disable-docs --size-limit=16384x16384
        BUILD_COMMAND ${CMAKE_CXX_COMPILER} -std=c++17 -I${PROJECT_SOURCE_DIR}/include
                      -isystem ${libvpx}/third_party/googletest/src/include
                      -c ${PROJECT_SOURCE_DIR}/cmake/gtest_xdist_shim.cpp -o shim.o
        # make knows nothing of the shim. Without a position of its own, the program has the same addresses in each run:
        # they are in the parameters' texts.
        COMMAND ${CMAKE_COMMAND} -E rm -f test_libvpx
        COMMAND make --jobs=${jobs} "extralibs=-no-pie ${CMAKE_CURRENT_BINARY_DIR}/libvpx/shim.o" test_libvpx
        COMMAND ${CMAKE_COMMAND} -E make_directory suites
        COMMAND ${CMAKE_COMMAND} -E copy test_libvpx suites)
compare_debian_suite(libvpx test_libvpx --workers 2 --filter=-*Large*)
exclude_comparison(libvpx test_libvpx.Large "its authors call them large, and let them be left out by their name")
