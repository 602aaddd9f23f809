# Google Benchmark: those of its tests that use GoogleTest, with the main() of GoogleMock.
set(suites
    benchmark_gtest
    benchmark_name_gtest
    commandlineflags_gtest
    perf_counters_gtest
    statistics_gtest
    string_util_gtest)
build_debian_suites(benchmark PROJECT benchmark TARGETS ${suites}
                    # The first is what debian/rules sets, for there is no repository to ask.
                    CACHE GIT_VERSION=1.7.1 BUILD_SHARED_LIBS=ON BENCHMARK_USE_BUNDLED_GTEST=OFF
                          BENCHMARK_ENABLE_WERROR=OFF)
foreach(suite IN LISTS suites)
  compare_debian_suite(benchmark ${suite})
endforeach()
exclude_comparison(benchmark time_unit_gtest
                   "two of its three tests look at a default that the others change: TimeUnitIsNotSet fails after \
DefaultIsSet, DefaultIsSet after DefaultAndExplicitUnitIsSet. GTEST_XDIST_INDICES=1:0 and GTEST_XDIST_INDICES=2:1 show it in one process")
exclude_comparison(benchmark benchmark_random_interleaving_gtest
                   "its tests leave flags behind: Match1 fails after either of the others, Match1WithRepetition after \
Match1WithRandomInterleaving. GTEST_XDIST_INDICES=1:0 and GTEST_XDIST_INDICES=2:1 show it in one process")
