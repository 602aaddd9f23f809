# GoogleTest's own tests and samples and GoogleMock's tests, from Debian's package googletest.
#
# Many of them fail on purpose, and some are made to be driven by a script; both is fine here, because nothing but
# equality of the serial and the parallel run is asked for.

set(googletest_dir /usr/src/googletest)
if(NOT EXISTS ${googletest_dir}/CMakeLists.txt)
  missing_comparison(googletest build "${googletest_dir} (on Debian and Ubuntu: apt install googletest)")
  return()
endif()

# Several tests use private headers, which fit only the library made of the same sources.
file(STRINGS ${googletest_dir}/CMakeLists.txt googletest_version REGEX "GOOGLETEST_VERSION +[0-9.]+")
string(REGEX MATCH "[0-9][0-9.]*" googletest_version "${googletest_version}")
if(GTest_VERSION AND NOT GTest_VERSION VERSION_EQUAL googletest_version)
  exclude_comparison(googletest all
                     "${googletest_dir} is version ${googletest_version}, the library ${GTest_VERSION}; they use each \
other's private headers")
  return()
endif()

set(gtest_tests ${googletest_dir}/googletest/test)
set(gtest_samples ${googletest_dir}/googletest/samples)
set(gmock_tests ${googletest_dir}/googlemock/test)

# build_suite(<name> <main library> <source>...): the suite is the target differential.<name>, the file <name>.
function(build_suite name main)
  set(target differential.${name})
  add_executable(${target} ${ARGN} $<TARGET_OBJECTS:gtest_xdist_shim_object>)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
  list(GET ARGN 0 source)
  cmake_path(GET source PARENT_PATH folder)
  cmake_path(GET folder PARENT_PATH folder)
  # Both include "test/..." and "src/...", each relative to its own folder; gtest's headers still come from the library.
  target_include_directories(${target} PRIVATE ${folder} ${googletest_dir}/googletest)
  target_link_libraries(${target} PRIVATE gtest_xdist::gtest_xdist GTest::${main})
  # What is compared does not depend on optimisation, and without it the build takes a third of the time.
  target_compile_options(${target} PRIVATE -w -O0 -g0)
  add_dependencies(real-suites-build ${target})
endfunction()

# compare_suite(<name> <main library> <source>... [OPTIONS <option of compare.py>...])
function(compare_suite name main)
  cmake_parse_arguments(PARSE_ARGV 2 suite "" "" "OPTIONS")
  build_suite(${name} ${main} ${suite_UNPARSED_ARGUMENTS})
  add_comparison(googletest ${name} $<TARGET_FILE:differential.${name}> ${suite_OPTIONS})
endfunction()

# compare_again(<variant> <name> <option of compare.py>...): a suite built above, run in another way.
function(compare_again variant name)
  add_comparison(googletest ${name}.${variant} $<TARGET_FILE:differential.${name}> ${ARGN})
endfunction()

# --- samples --------------------------------------------------------------------------------------

foreach(number 1 5)
  compare_suite(sample${number}_unittest gtest_main ${gtest_samples}/sample${number}_unittest.cc
                ${gtest_samples}/sample1.cc)
endforeach()
foreach(number 2 4)
  compare_suite(sample${number}_unittest gtest_main ${gtest_samples}/sample${number}_unittest.cc
                ${gtest_samples}/sample${number}.cc)
endforeach()
foreach(number 3 6 7 8)
  compare_suite(sample${number}_unittest gtest_main ${gtest_samples}/sample${number}_unittest.cc)
endforeach()
foreach(number 9 10)
  compare_suite(sample${number}_unittest gtest ${gtest_samples}/sample${number}_unittest.cc)
endforeach()

# --- GoogleTest's tests ---------------------------------------------------------------------------

foreach(name
        googletest-death-test-test
        googletest-message-test
        googletest-options-test
        googletest-port-test
        googletest-printers-test
        googletest-setuptestsuite-test_
        googletest-test-part-test
        gtest_help_test_
        gtest_main_unittest
        gtest_pred_impl_unittest
        gtest_skip_test
        gtest_sole_header_test
        gtest_testbridge_test_
        gtest_unittest
        gtest_xml_outfile1_test_
        gtest_xml_outfile2_test_)
  compare_suite(${name} gtest_main ${gtest_tests}/${name}.cc)
endforeach()

foreach(name
        googletest-break-on-failure-unittest_
        googletest-color-test_
        googletest-env-var-test_
        googletest-failfast-unittest_
        googletest-filter-unittest_
        googletest-global-environment-unittest_
        googletest-list-tests-unittest_
        googletest-output-test_
        googletest-param-test-invalid-name1-test_
        googletest-param-test-invalid-name2-test_
        googletest-shuffle-test_
        googletest-throw-on-failure-test_
        googletest-uninitialized-test_
        gtest_list_output_unittest_
        gtest_no_test_unittest
        gtest_premature_exit_test
        gtest_skip_in_environment_setup_test
        gtest_test_macro_stack_footprint_test
        gtest_throw_on_failure_ex_test
        gtest_xml_output_unittest_)
  compare_suite(${name} gtest ${gtest_tests}/${name}.cc)
endforeach()

compare_suite(googletest-catch-exceptions-test_ gtest_main ${gtest_tests}/googletest-catch-exceptions-test_.cc)
compare_suite(googletest-filepath-test gtest_main ${gtest_tests}/googletest-filepath-test.cc
              OPTIONS --filter=-DirectoryCreationTest.CreateDirectoriesFail)
# No test is called MultipleTestGenerationTest, but whether the filter matches that name decides whether the Environment of
# TestGenerationTest counts.
set(param_test_filter
    -ParameterizedDeathTest.*
    */ParameterizedDerivedTest.*
    */SeparateInstanceTest.*
    */TestGenerationTest.*
    */MultipleTestGenerationTest.*)
list(JOIN param_test_filter ":" param_test_filter)
compare_suite(googletest-param-test-test gtest ${gtest_tests}/googletest-param-test-test.cc
              ${gtest_tests}/googletest-param-test2-test.cc OPTIONS --filter=${param_test_filter})
compare_suite(gtest-typed-test_test gtest_main ${gtest_tests}/gtest-typed-test_test.cc
              ${gtest_tests}/gtest-typed-test2_test.cc)
compare_suite(gtest_prod_test gtest_main ${gtest_tests}/gtest_prod_test.cc ${gtest_tests}/production.cc)
foreach(catch 0 1)
  compare_suite(gtest-death-test_ex_catch${catch}_test gtest ${gtest_tests}/googletest-death-test_ex_test.cc)
  target_compile_definitions(differential.gtest-death-test_ex_catch${catch}_test
                             PRIVATE GTEST_ENABLE_CATCH_EXCEPTIONS_=${catch})
endforeach()

set(racing_test "StressTest\\.CanUseScopedTraceAndAssertionsInManyThreads")
set(racing_threads "fifty threads add failures and properties to one test, in an order that no two runs share")
set(torn_lines "([\\[\\] :#]|INFO|/\\S*gtest_stress_test\\.cc|Thread|\\d|running\\.\\.\\.)*")
compare_suite(
  gtest_stress_test gtest ${gtest_tests}/gtest_stress_test.cc
  OPTIONS --ignore-line "${racing_test} failures?\\[\\d+\\] (message|text|failure):.*" --because "${racing_threads}"
          --ignore-line "${racing_test} (properties\\[0\\] property\\[\\d+\\] .*|shared_key=.*)"
          --because "${racing_threads}"
          --ignore-line "${torn_lines}" --because "the threads tear each other's log lines")

# The same binaries under gtest's own flags.
compare_again(repeat googletest-output-test_ -- --gtest_repeat=2)
compare_again(disabled googletest-output-test_ -- --gtest_also_run_disabled_tests)
compare_again(plain googletest-output-test_ -- internal_skip_environment_and_ad_hoc_tests)
compare_again(brief googletest-failfast-unittest_ -- --gtest_brief=1)
compare_again(pattern googletest-filter-unittest_ --filter "*One:*Two:SeqP*-BazTest.*")
compare_again(nothing googletest-filter-unittest_ --filter "No.Such*")
compare_again(shard googletest-filter-unittest_ --env GTEST_TOTAL_SHARDS=3 --env GTEST_SHARD_INDEX=1)
compare_again(list googletest-list-tests-unittest_ -- --gtest_list_tests)
compare_again(help gtest_help_test_ -- --help)
compare_again(seed googletest-shuffle-test_ -- --gtest_shuffle --gtest_random_seed=7)
compare_again(bridge gtest_testbridge_test_ --env TESTBRIDGE_TEST_ONLY=*.TestThatSucceeds)
compare_again(own_report gtest_xml_output_unittest_ -- --shut_down_xml)
compare_again(file gtest_premature_exit_test --env
              TEST_PREMATURE_EXIT_FILE=${CMAKE_CURRENT_BINARY_DIR}/premature-exit-file)
foreach(flag brief fail_fast filter output repeat)
  compare_again(${flag} googletest-env-var-test_ -- ${flag})
endforeach()

# --- GoogleMock's tests ---------------------------------------------------------------------------

foreach(name
        gmock-cardinalities_test
        gmock-internal-utils_test
        gmock-nice-strict_test
        gmock-port_test
        gmock-pp-string_test
        gmock-pp_test
        gmock_ex_test
        gmock_test)
  compare_suite(${name} gmock_main ${gmock_tests}/${name}.cc)
endforeach()
foreach(name
        gmock-function-mocker_test
        gmock-matchers-arithmetic_test
        gmock-matchers-comparisons_test
        gmock-matchers-containers_test
        gmock-matchers-misc_test
        gmock-more-actions_test)
  if(GTEST_XDIST_DEBIAN_SUITES MATCHES "^(ON|ALL)$")
    compare_suite(${name} gmock_main ${gmock_tests}/${name}.cc)
  else()
    exclude_comparison(googletest ${name} "takes long to compile; configure with -DGTEST_XDIST_DEBIAN_SUITES=ON")
  endif()
endforeach()
compare_suite(gmock_link_test gmock_main ${gmock_tests}/gmock_link_test.cc ${gmock_tests}/gmock_link2_test.cc)
compare_suite(gmock-actions_test gmock_main ${gmock_tests}/gmock-actions_test.cc
              OPTIONS --filter=-DefaultValueTest.GetWorksForMoveOnlyIfSet)
set(sets_verbose FunctionCallMessageTest.UninterestingCallOnNaggyMockGeneratesFyiWithStackTraceWhenVerboseInfo)
compare_suite(gmock-spec-builders_test gmock ${gmock_tests}/gmock-spec-builders_test.cc
              OPTIONS --filter=-${sets_verbose})

set(racing_mocks "which thread's call comes first, and so what a failed expectation has seen by then, differs between runs")
# \x5b is an opening bracket, which CMake would take for the beginning of a list.
compare_suite(
  gmock_stress_test gmock ${gmock_tests}/gmock_stress_test.cc
  OPTIONS --ignore-line "(?!\\x5b|StressTest|.*=).*" --because "its threads print at the same time, into each other's lines"
          --ignore-line ".*Actual: (never called|called (once|twice|\\d+ times)) - .*" --because "${racing_mocks}"
          --ignore-line "StressTest\\.CanUseGMockWithThreads failures?\\[\\d+\\] (message|text|failure):.*"
          --because "${racing_mocks}")

set(counted_leaks "the leaked mock objects are counted and printed at exit, behind an empty line, by each process for itself")
compare_suite(
  gmock_output_test_ gmock ${gmock_tests}/gmock_output_test_.cc
  OPTIONS --ignore-line ".*ERROR: (this mock object .*should be deleted but never is|\\d+ leaked mock object).*|"
          --because "${counted_leaks}"
          --ignore-line ".*pre-requisite #[01]" --because "gmock lists prerequisites in the order of their addresses")

# --- what cannot be compared, and why -------------------------------------------------------------

set(own_variables "is checked by main() through variables of its own process, which tests in workers cannot reach")
exclude_comparison(googletest googletest-listener-test
                   "the order of all events, with SetUp and test body between them, ${own_variables}")
exclude_comparison(googletest gtest_assert_by_exception_test "that the second test has run ${own_variables}")
exclude_comparison(googletest gtest_environment_test "that set-up, test and tear-down have run ${own_variables}")
exclude_comparison(googletest gtest_repeat_test "how often each test and each environment has run ${own_variables}")
exclude_comparison(googletest gtest-unittest-api_test
                   "its Environment::TearDown counts all tests of the program as successful, but each worker tears down \
an environment of its own and has run only some")
exclude_comparison(googletest gmock_leak_test_
                   "its tests call exit(0): that ends a serial run in the first test, but a parallel one goes on with a \
new worker")
exclude_comparison(googletest googletest-failfast-unittest_.fail_fast
                   "with --gtest_fail_fast, which tests have started by the first failure depends on the other workers")
exclude_comparison(googletest googletest-break-on-failure-unittest_.break
                   "with --gtest_break_on_failure a serial run dies, but a parallel one reports the death of a worker")
exclude_comparison(googletest googletest-catch-exceptions-test_.uncaught
                   "with --gtest_catch_exceptions=0 a serial run dies, but a parallel one reports the death of a worker")
exclude_comparison(googletest googletest-filepath-test.CreateDirectoriesFail
                   "suite DirectoryCreationTest depends on the order of its tests: CreateDirectoriesFail crashes unless an \
earlier test of the suite has left its folder behind")
exclude_comparison(googletest googletest-param-test-test.ParameterizedDeathTest
                   "passes only before any test with an int as its parameter has run in the process, for gtest leaves the \
parameter set; serially, death tests come first")
exclude_comparison(googletest googletest-param-test-test.ParameterizedDerivedTest
                   "the suite depends on the order of its tests: each checks that the preceding one has run")
exclude_comparison(googletest googletest-param-test-test.SeparateInstanceTest
                   "its TearDownTestSuite checks that at least two tests of the suite have run in the process")
exclude_comparison(googletest googletest-param-test-test.TestGenerationTest
                   "TearDownTestSuite and an Environment::TearDown check that all tests of the suite have run in the process")
exclude_comparison(googletest gmock-actions_test.GetWorksForMoveOnlyIfSet
                   "fails after tests that leave a default value for unique_ptr<int> behind; serially, they come later. \
GTEST_XDIST_INDICES=0-23:25-120:24 shows it in one process")
exclude_comparison(googletest gmock-spec-builders_test.VerboseInfo
                   "all that is printed after ${sets_verbose} depends on it, because it leaves --gmock_verbose=info behind")
set(other_library "needs a library that Debian does not have")
exclude_comparison(googletest gtest_no_rtti_unittest "the sources of gtest_unittest without RTTI; ${other_library}")
exclude_comparison(googletest googletest-catch-exceptions-no-ex-test_
                   "the sources of googletest-catch-exceptions-test_ without exceptions; ${other_library}")
exclude_comparison(googletest gmock-more-actions_no_exception_test
                   "the sources of gmock-more-actions_test without exceptions; ${other_library}")
exclude_comparison(googletest gmock_no_rtti_test "the sources of gmock-spec-builders_test without RTTI; ${other_library}")
exclude_comparison(googletest gtest_all_test "includes the sources of other tests, which are compared one by one")
exclude_comparison(googletest gmock_all_test "includes the sources of other tests, which are compared one by one")
