# {fmt}: one main() for all binaries, which build their own GoogleTest and replace system calls; a file of a fixed name in
# the working directory, so workers need one each. The others of its tests take a compiler long.
set(suites
    args-test
    assert-test
    core-test
    gtest-extra-test
    os-test
    ostream-test
    posix-mock-test)
build_debian_suites(fmtlib PROJECT FMT TARGETS ${suites} OBJECT differential_own_directory
                    CACHE FMT_DOC=OFF BUILD_SHARED_LIBS=ON CMAKE_POSITION_INDEPENDENT_CODE=ON NEEDS googletest
                    UNOPTIMISED)
foreach(suite IN LISTS suites)
  set(options)
  if(suite STREQUAL "os-test")
    set(options --filter=-file_test.read_error:file_test.write_error)
  endif()
  compare_debian_suite(fmtlib ${suite} ${options})
endforeach()
exclude_comparison(fmtlib os-test.read_error
                   "file_test.read_error and file_test.write_error open a file that tests of ostream_test leave behind, and \
fail unless one has run before. GTEST_XDIST_INDICES=33 and GTEST_XDIST_INDICES=35 show it in one process")
exclude_comparison(fmtlib os-test.one_directory
                   "workers in one working directory write to each other's test-file, as would two serial runs at the same \
time: tests of file_test and ostream_test find there what they have not written")
