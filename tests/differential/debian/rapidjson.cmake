# RapidJSON: own main(), typed tests, files that are looked for in several places below the working directory.
build_debian_suites(rapidjson PROJECT RapidJSON TARGETS unittest
                    CACHE RAPIDJSON_BUILD_DOC=OFF RAPIDJSON_BUILD_EXAMPLES=OFF NEEDS googletest)
compare_debian_suite(rapidjson unittest --cwd ${CMAKE_CURRENT_BINARY_DIR}/debian/rapidjson/bin)
