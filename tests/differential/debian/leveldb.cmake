# LevelDB: its tests write to fixed names below TEST_TMPDIR, so they collide unless each worker has a directory of its own.
set(suites
    cache_test
    coding_test
    corruption_test
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
build_debian_suites(leveldb PROJECT leveldb TARGETS ${suites} db_test CACHE LEVELDB_BUILD_BENCHMARKS=OFF
                    NEEDS libbenchmark-dev)
foreach(suite IN LISTS suites)
  compare_debian_suite(leveldb ${suite})
endforeach()
compare_debian_suite(
  leveldb db_test --filter=-DBTest.MultiThreaded:DBTest.HiddenValuesAreRemoved
  --ignore-line "after \\d+: \\d+ files" --because "a compaction in the background may be over or not"
  # main() runs a benchmark before the tests, whose results differ each time.
  --env BENCHMARK_FILTER=none
  --timeout 100)
exclude_comparison(leveldb db_test.MultiThreaded
                   "DBTest.MultiThreaded takes 40 seconds by itself, the other 56 tests together 14")
exclude_comparison(leveldb db_test.HiddenValuesAreRemoved
                   "DBTest.HiddenValuesAreRemoved fails in one of a few serial runs, because it looks before a compaction in \
the background is over")
