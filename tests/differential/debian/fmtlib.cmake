# {fmt}: binaries with one main() for all, which build their own GoogleTest and replace system calls. The others of its
# tests take a compiler long.
set(suites
    args-test
    assert-test
    core-test
    gtest-extra-test
    os-test
    ostream-test
    posix-mock-test
    printf-test
    scan-test
    std-test)
build_debian_suites(fmtlib PROJECT FMT TARGETS ${suites} CACHE FMT_DOC=OFF BUILD_SHARED_LIBS=ON
                    CMAKE_POSITION_INDEPENDENT_CODE=ON)
foreach(suite IN LISTS suites)
  compare_debian_suite(fmtlib ${suite})
endforeach()
