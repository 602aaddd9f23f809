# SQLiteC++: nearly every test makes, uses and removes test.db3 in the working directory, so workers need one each.
build_debian_suites(sqlitecpp PROJECT SQLiteCpp TARGETS SQLiteCpp_tests
                    CACHE SQLITECPP_INTERNAL_SQLITE=OFF SQLITECPP_BUILD_TESTS=ON SQLITECPP_RUN_CPPLINT=OFF
                          SQLITECPP_RUN_CPPCHECK=OFF
                    NEEDS libsqlite3-dev OBJECT differential_own_directory)
compare_debian_suite(sqlitecpp SQLiteCpp_tests)
exclude_comparison(sqlitecpp SQLiteCpp_tests.one_directory
                   "workers in one working directory remove each other's test.db3, as would two serial runs at the same \
time: tests of Backup, Database and Statement fail with 'disk I/O error' and the like")
