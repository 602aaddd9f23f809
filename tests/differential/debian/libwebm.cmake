# libwebm: several binaries with mains of their own, which read the files of a folder that a variable names.
set(suites mkvmuxer_tests mkvparser_tests vp9_header_parser_tests vp9_level_stats_tests webm2pes_tests)
build_debian_suites(libwebm PROJECT LIBWEBM TARGETS ${suites} CACHE ENABLE_TESTS=ON)
foreach(suite IN LISTS suites)
  compare_debian_suite(libwebm ${suite} --env
                       LIBWEBM_TEST_DATA_PATH=${CMAKE_CURRENT_BINARY_DIR}/debian/libwebm/testing/testdata)
endforeach()
