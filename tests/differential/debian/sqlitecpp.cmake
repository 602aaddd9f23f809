# SQLiteC++: nearly every test makes, uses and removes test.db3 in the working directory.
build_debian_suites(sqlitecpp PROJECT SQLiteCpp TARGETS SQLiteCpp_tests
                    CACHE SQLITECPP_INTERNAL_SQLITE=OFF SQLITECPP_BUILD_TESTS=ON SQLITECPP_RUN_CPPLINT=OFF
                          SQLITECPP_RUN_CPPCHECK=OFF
                    NEEDS libsqlite3-dev)
compare_debian_suite(sqlitecpp SQLiteCpp_tests)
