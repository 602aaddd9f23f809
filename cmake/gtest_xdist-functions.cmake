# gtest_xdist_add_test() and gtest_xdist_discover_tests() make tests of ctest out of suites.
# A project has these functions as soon as it has found the package or added the source folder.
# examples/ctest.md shows their use.

# This file is written for these versions; the project may ask for others.
cmake_policy(VERSION 3.20...3.29)

include(${CMAKE_CURRENT_LIST_DIR}/gtest_xdist-plugins.cmake)

# gtest_xdist_add_test(
#   NAME <name> TARGET <target>
#   [WORKERS auto|<n>] [DIST <mode>] [TIMEOUT <seconds>]
#   [ARGS <argument>...] [LABELS <label>...]
#   [WORKING_DIRECTORY <folder>] [XML_OUTPUT_DIR <folder>])
#
# Makes one test of ctest, which runs the whole executable <target> on workers. A name with spaces
# needs a project that asks for CMake 3.19 or newer.
#
# WORKERS is the number of workers, and the test's PROCESSORS. The default is auto: the number of CPUs
# of this machine, and at run time the number that the process may use. A test never has more workers
# than ctest's -j, or the variable CTEST_PARALLEL_LEVEL, says.
# DIST is GTEST_XDIST_DIST. TIMEOUT is GTEST_XDIST_TIMEOUT, the limit of each single test of GoogleTest.
# The test's property TIMEOUT is ctest's own limit, which kills the whole run. For an argument that is
# not given, the variable of the environment counts. The test's property ENVIRONMENT can set others.
# The XML report is <XML_OUTPUT_DIR>/<name>.xml; the default is the build folder.
# If the run fails, ctest's output names the failed tests, and CDash gets the names and the report.
function(gtest_xdist_add_test)
  cmake_parse_arguments(
    PARSE_ARGV 0 arg "" "NAME;TARGET;WORKERS;DIST;TIMEOUT;WORKING_DIRECTORY;XML_OUTPUT_DIR"
    "ARGS;LABELS")
  _gtest_xdist_check_arguments("NAME;TARGET" "${arg_UNPARSED_ARGUMENTS}"
                               "${arg_KEYWORDS_MISSING_VALUES}" "${arg_TARGET}" "${arg_NAME}")

  if(NOT DEFINED arg_WORKERS)
    set(arg_WORKERS auto)
  endif()
  set(processors "${arg_WORKERS}")
  if(arg_WORKERS STREQUAL "auto")
    _gtest_xdist_count_cpus(processors)
  elseif(NOT arg_WORKERS MATCHES "^[1-9][0-9]?[0-9]?[0-9]?$" OR arg_WORKERS GREATER 1024)
    _gtest_xdist_reject(WORKERS "${arg_WORKERS}" "auto, or a number from 1 to 1024")
  endif()
  set(settings GTEST_XDIST_WORKERS=${arg_WORKERS})
  if(DEFINED arg_DIST)
    set(modes load worksteal loadscope loadfile loadgroup each no)
    if(NOT arg_DIST IN_LIST modes)
      list(JOIN modes ", " modes)
      _gtest_xdist_reject(DIST "${arg_DIST}" "one of ${modes}")
    endif()
    list(APPEND settings GTEST_XDIST_DIST=${arg_DIST})
    if(arg_DIST STREQUAL "no")
      set(processors 1)
    endif()
  endif()
  if(DEFINED arg_TIMEOUT)
    if(NOT arg_TIMEOUT MATCHES "^[0-9]+(\\.[0-9][0-9]?[0-9]?)?$" OR arg_TIMEOUT GREATER 1000000)
      _gtest_xdist_reject(TIMEOUT "${arg_TIMEOUT}"
                          "seconds for each test, such as 90 or 1.5, or 0 for no limit")
    endif()
    list(APPEND settings GTEST_XDIST_TIMEOUT=${arg_TIMEOUT})
  endif()
  if(arg_ARGS MATCHES "--gtest_output")
    message(FATAL_ERROR "gtest_xdist_add_test: ARGS must not contain --gtest_output: "
                        "XML_OUTPUT_DIR is the report's folder")
  endif()

  if(NOT DEFINED arg_XML_OUTPUT_DIR)
    set(arg_XML_OUTPUT_DIR .)
  endif()
  cmake_path(ABSOLUTE_PATH arg_XML_OUTPUT_DIR BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} NORMALIZE)
  include(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/gtest_xdist-discover.cmake)
  _gtest_xdist_file_name(file_name "${arg_NAME}")
  cmake_path(APPEND arg_XML_OUTPUT_DIR "${file_name}.xml" OUTPUT_VARIABLE report)
  string(SHA1 key "${report}")
  get_property(other GLOBAL PROPERTY GTEST_XDIST_WRITES_${key})
  if(other)
    _gtest_xdist_reject(XML_OUTPUT_DIR "${arg_XML_OUTPUT_DIR}"
                        "another folder, because ${other} writes ${file_name}.xml there")
  endif()
  set_property(GLOBAL PROPERTY GTEST_XDIST_WRITES_${key}
                               "'${arg_NAME}' of ${CMAKE_CURRENT_SOURCE_DIR}")

  _gtest_xdist_launcher(launcher ${arg_TARGET})
  # Quoted, because a list would lose empty arguments.
  _gtest_xdist_quote_list(before launcher)
  _gtest_xdist_quote_list(behind arg_ARGS)
  cmake_language(
    EVAL
    CODE
    "add_test(
      NAME \"\${arg_NAME}\"
      COMMAND /bin/sh \${CMAKE_CURRENT_FUNCTION_LIST_DIR}/gtest_xdist-run_test.sh \"\${report}\"
              \${processors} \${settings} -- ${before} \$<TARGET_FILE:${arg_TARGET}> ${behind}
              \"--gtest_output=xml:\${report}\"
      WORKING_DIRECTORY \"\${arg_WORKING_DIRECTORY}\")")
  set_tests_properties("${arg_NAME}" PROPERTIES PROCESSORS ${processors} LABELS "${arg_LABELS}"
                                                ATTACHED_FILES_ON_FAIL "${report}")
endfunction()

# gtest_xdist_discover_tests(
#   TARGET <target>
#   [PER SUITE|TEST]
#   [TEST_PREFIX <text>] [TEST_SUFFIX <text>]
#   [ARGS <argument>...] [LABELS <label>...] [PROPERTIES <name> <value>...]
#   [WORKING_DIRECTORY <folder>] [XML_OUTPUT_DIR <folder>] [DISCOVERY_TIMEOUT <seconds>])
#
# Makes a test of ctest for each suite (or each test) of the executable <target>. Each is one process
# without workers: ctest runs them side by side.
#
# When ctest runs, it asks the executable for its tests, but only if the executable or these scripts
# have changed since the last time. It waits for DISCOVERY_TIMEOUT, by default 60 seconds. Names are
# those of gtest_discover_tests(); for a suite, without the name of the test. Values and types replace
# their numbers. If two names would be equal, the second keeps its numbers. A disabled test is disabled
# in ctest too. A suite is disabled if all of its tests are.
#
# XML_OUTPUT_DIR is the folder for reports: each test writes <name>.xml there. Without it, a variable
# GTEST_OUTPUT of ctest's environment that names a folder, such as xml:reports/, does the same.
# PROPERTIES are pairs of a name and a value. In the place of a name, LABELS and WORKING_DIRECTORY are
# names of properties, and any other keyword ends the pairs. LABELS and ENVIRONMENT add to the others.
# If the target has the properties TEST_LAUNCHER and CROSSCOMPILING_EMULATOR, they run it.
function(gtest_xdist_discover_tests)
  # Otherwise each would start workers if ctest itself runs with the variable.
  set(environment GTEST_XDIST_WORKERS=no)
  _gtest_xdist_take_properties()
  cmake_parse_arguments(
    PARSE_ARGV 0 arg ""
    "TARGET;PER;TEST_PREFIX;TEST_SUFFIX;WORKING_DIRECTORY;XML_OUTPUT_DIR;DISCOVERY_TIMEOUT"
    "ARGS;LABELS")
  _gtest_xdist_check_arguments("TARGET" "${arg_UNPARSED_ARGUMENTS}"
                               "${arg_KEYWORDS_MISSING_VALUES}" "${arg_TARGET}")
  if(NOT DEFINED arg_PER)
    set(arg_PER SUITE)
  elseif(NOT arg_PER MATCHES "^(SUITE|TEST)$")
    _gtest_xdist_reject(PER "${arg_PER}" "SUITE or TEST")
  endif()
  if(NOT DEFINED arg_DISCOVERY_TIMEOUT)
    set(arg_DISCOVERY_TIMEOUT 60)
  elseif(NOT arg_DISCOVERY_TIMEOUT MATCHES "^[0-9]*[1-9][0-9]*$")
    _gtest_xdist_reject(DISCOVERY_TIMEOUT "${arg_DISCOVERY_TIMEOUT}"
                        "seconds for the list of all tests, such as 60")
  endif()
  if(NOT DEFINED arg_WORKING_DIRECTORY)
    set(arg_WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  endif()
  if(DEFINED arg_XML_OUTPUT_DIR)
    if(arg_ARGS MATCHES "--gtest_output")
      message(FATAL_ERROR "gtest_xdist_discover_tests: ARGS must not contain --gtest_output: "
                          "XML_OUTPUT_DIR is the reports' folder")
    endif()
    cmake_path(ABSOLUTE_PATH arg_XML_OUTPUT_DIR BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} NORMALIZE)
  endif()

  # Text for the files that ctest reads: a list would lose its semicolons on the way.
  _gtest_xdist_launcher(launcher ${arg_TARGET})
  _gtest_xdist_quote_list(command launcher)
  _gtest_xdist_quote(executable "$<TARGET_FILE:${arg_TARGET}>")
  string(APPEND command " ${executable}")
  _gtest_xdist_quote_list(arguments arg_ARGS)
  _gtest_xdist_quote(working_directory "${arg_WORKING_DIRECTORY}")
  list(APPEND arg_LABELS ${labels})
  _gtest_xdist_quote(labels "${arg_LABELS}")
  _gtest_xdist_quote(environment "${environment}")
  set(properties " WORKING_DIRECTORY ${working_directory} LABELS ${labels}")
  string(APPEND properties " ENVIRONMENT ${environment}${users_properties}")

  get_property(number GLOBAL PROPERTY GTEST_XDIST_DISCOVERIES_OF_${arg_TARGET})
  if(NOT number)
    set(number 0)
  endif()
  math(EXPR number "${number} + 1")
  set_property(GLOBAL PROPERTY GTEST_XDIST_DISCOVERIES_OF_${arg_TARGET} ${number})
  set(base "${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}-${number}")

  get_property(is_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  set(config)
  if(is_multi_config)
    set(config "-$<CONFIG>")
  endif()
  _gtest_xdist_quote(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/gtest_xdist-discover.cmake")
  # No list: to that, brackets mean something.
  set(texts)
  foreach(text IN ITEMS "${base}_tests${config}.cmake" "${command}" "${arguments}" "${properties}"
                        "${arg_WORKING_DIRECTORY}" "${arg_TEST_PREFIX}" "${arg_TEST_SUFFIX}"
                        "${arg_XML_OUTPUT_DIR}")
    _gtest_xdist_quote(quoted "${text}")
    string(APPEND texts "\n  ${quoted}")
  endforeach()
  file(
    GENERATE
    OUTPUT "${base}_discover${config}.cmake"
    CONTENT "if(EXISTS ${executable})
  include(${script})
  _gtest_xdist_discover(${arg_TARGET} ${arg_PER} ${arg_DISCOVERY_TIMEOUT} ${executable}${texts})
else()
  add_test(${arg_TARGET}_NOT_BUILT ${arg_TARGET}_NOT_BUILT)
endif()
")
  if(is_multi_config)
    file(WRITE "${base}_discover.cmake"
         "if(EXISTS \"${base}_discover-\${CTEST_CONFIGURATION_TYPE}.cmake\")
  include(\"${base}_discover-\${CTEST_CONFIGURATION_TYPE}.cmake\")
else()
  add_test(${arg_TARGET}_NOT_BUILT ${arg_TARGET}_NOT_BUILT)
endif()
")
  endif()
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${base}_discover.cmake")
endfunction()

# Takes the properties out of the arguments of the function that calls this: adds to the lists
# `environment` and `labels`, and sets `users_properties` to the rest, quoted.
macro(_gtest_xdist_take_properties)
  include(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/gtest_xdist-discover.cmake)
  set(keywords TARGET PER TEST_PREFIX TEST_SUFFIX XML_OUTPUT_DIR DISCOVERY_TIMEOUT ARGS PROPERTIES)
  set(labels)
  set(users_properties)
  set(takes FALSE)
  set(property)
  set(left 0)
  set(i 0)
  while(i LESS ARGC)
    set(word "${ARGV${i}}")
    math(EXPR i "${i} + 1")
    if("${property}" STREQUAL "" AND "${word}" IN_LIST keywords)
      set(takes FALSE)
      if("${word}" STREQUAL "PROPERTIES")
        set(takes TRUE)
        continue()
      endif()
    endif()
    if(NOT takes)
      set(ARGV${left} "${word}")
      math(EXPR left "${left} + 1")
    elseif("${property}" STREQUAL "")
      set(property "${word}")
    else()
      if(property STREQUAL "ENVIRONMENT")
        list(APPEND environment ${word})
      elseif(property STREQUAL "LABELS")
        list(APPEND labels ${word})
      else()
        _gtest_xdist_quote(word "${word}")
        string(APPEND users_properties " ${property} ${word}")
      endif()
      set(property)
    endif()
  endwhile()
  if(NOT "${property}" STREQUAL "")
    _gtest_xdist_reject(PROPERTIES "${property}" "a value after each name")
  endif()
  # cmake_parse_arguments() sees the remaining arguments.
  set(ARGC ${left})
endmacro()

# Sets `result` to the command that runs the executable `target`, as CMake's own add_test() has it:
# that of TEST_LAUNCHER, of CMake 3.29 or newer, and then the emulator. Unset if there is none.
function(_gtest_xdist_launcher result target)
  set(launcher)
  foreach(property IN ITEMS TEST_LAUNCHER CROSSCOMPILING_EMULATOR)
    get_target_property(command ${target} ${property})
    if(command)
      list(APPEND launcher ${command})
    endif()
  endforeach()
  if(launcher)
    set(${result} "${launcher}" PARENT_SCOPE)
  else()
    unset(${result} PARENT_SCOPE)
  endif()
endfunction()

# How many CPUs a process may use here, by affinity and CPU quota.
function(_gtest_xdist_count_cpus result)
  execute_process(COMMAND nproc OUTPUT_VARIABLE cpus OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT cpus MATCHES "^[1-9][0-9]*$")
    cmake_host_system_information(RESULT cpus QUERY NUMBER_OF_LOGICAL_CORES)
  endif()
  set(quota)
  if(EXISTS /sys/fs/cgroup/cpu.max)
    file(STRINGS /sys/fs/cgroup/cpu.max quota)
  endif()
  if(quota MATCHES "^([0-9]+) ([1-9][0-9]*)$")
    math(EXPR quota "(${CMAKE_MATCH_1} + ${CMAKE_MATCH_2} - 1) / ${CMAKE_MATCH_2}")
    if(quota GREATER 0 AND quota LESS cpus)
      set(cpus ${quota})
    endif()
  endif()
  # No run has more workers.
  if(cpus GREATER 1024)
    set(cpus 1024)
  endif()
  set(${result} ${cpus} PARENT_SCOPE)
endfunction()

# The functions above call the rest. Its messages begin with the name of the calling function.
macro(_gtest_xdist_reject keyword value expected)
  message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}: ${keyword} '${value}' is not valid: "
                      "expected ${expected}")
endmacro()

# `needed` are the keywords that must be there; the values of TARGET and then NAME follow.
macro(_gtest_xdist_check_arguments needed unknown without_value target)
  if(NOT "${unknown}" STREQUAL "")
    message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}: unknown argument: ${unknown}")
  endif()
  if(NOT "${without_value}" STREQUAL "")
    message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}: no value for: ${without_value}")
  endif()
  foreach(keyword ${needed})
    if("${arg_${keyword}}" STREQUAL "")
      message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}: ${keyword} is missing")
    endif()
  endforeach()
  if(NOT TARGET "${target}")
    _gtest_xdist_reject(TARGET "${target}" "the name of an executable of this project")
  endif()
  get_target_property(type "${target}" TYPE)
  if(NOT type STREQUAL "EXECUTABLE")
    _gtest_xdist_reject(TARGET "${target}" "an executable, and this is one of type ${type}")
  endif()
endmacro()
