# What the files that gtest_xdist_discover_tests() makes for ctest call. CMake includes it too, for
# the quoting.
cmake_minimum_required(VERSION 3.20...3.29)

# Sets `result` to what CMake reads as the one argument `text`, whatever that contains.
function(_gtest_xdist_quote result text)
  set(equals "=")
  while(text MATCHES "\\]${equals}(\\]|$)")
    string(APPEND equals "=")
  endwhile()
  set(${result} "[${equals}[${text}]${equals}]" PARENT_SCOPE)
endfunction()

# Likewise for all elements of the list that is called `list`, each with a space before it.
function(_gtest_xdist_quote_list result list)
  set(text)
  foreach(element IN LISTS ${list})
    _gtest_xdist_quote(quoted "${element}")
    string(APPEND text " ${quoted}")
  endforeach()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Adds a test of ctest for each suite of `executable`, or each test, as `per` is SUITE or TEST. They
# are remembered in `tests_file`, which is made anew if it is older than the executable, or than the
# file that calls this. `command`, `arguments` and `properties` are quoted.
function(_gtest_xdist_discover target per timeout executable tests_file command arguments properties
         working_directory prefix suffix)
  # As IS_NEWER_THAN has it, a file is newer than one that is not there, or of the same age.
  if("${executable}" IS_NEWER_THAN "${tests_file}"
     OR "${CMAKE_CURRENT_LIST_FILE}" IS_NEWER_THAN "${tests_file}")
    _gtest_xdist_list_tests(output)
    # Another ctest may be reading it.
    string(RANDOM LENGTH 8 random)
    _gtest_xdist_write_tests("${tests_file}.${random}" "${output}")
    file(RENAME "${tests_file}.${random}" "${tests_file}")
  endif()
  include("${tests_file}")
endfunction()

# Sets `result` to what the executable prints when it is asked for its tests.
macro(_gtest_xdist_list_tests result)
  cmake_language(
    EVAL
    CODE
    "execute_process(
      COMMAND ${command} ${arguments} --gtest_list_tests
      WORKING_DIRECTORY \"\${working_directory}\" TIMEOUT \${timeout}
      OUTPUT_VARIABLE ${result} ERROR_VARIABLE errors RESULT_VARIABLE status)")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "gtest_xdist_discover_tests: cannot list the tests of ${target}: '"
                        "${executable} --gtest_list_tests' ended with ${status}:\n"
                        "${${result}}${errors}")
  endif()
endmacro()

# Writes to `file` the commands that make the tests that are listed in `output`.
function(_gtest_xdist_write_tests file output)
  # What would mean something in a list of lines.
  string(ASCII 1 2 3 4 specials)
  string(SUBSTRING "${specials}" 0 1 semicolon)
  string(SUBSTRING "${specials}" 1 1 open)
  string(SUBSTRING "${specials}" 2 1 close)
  string(SUBSTRING "${specials}" 3 1 backslash)
  string(REPLACE "\\" "${backslash}" output "${output}")
  string(REPLACE ";" "${semicolon}" output "${output}")
  string(REPLACE "[" "${open}" output "${output}")
  string(REPLACE "]" "${close}" output "${output}")
  string(REPLACE "\n" ";" output "${output}")

  file(WRITE "${file}" "")
  set(script)
  set(suite)
  # An empty line is behind the last suite.
  foreach(line IN LISTS output ITEMS "")
    string(REPLACE "${semicolon}" ";" line "${line}")
    string(REPLACE "${open}" "[" line "${line}")
    string(REPLACE "${close}" "]" line "${line}")
    string(REPLACE "${backslash}" "\\" line "${line}")
    if(line MATCHES "^  ([^ ]+)(  # GetParam\\(\\) = (.*))?$" AND NOT suite STREQUAL "")
      set(test "${CMAKE_MATCH_1}")
      set(value "${CMAKE_MATCH_3}")
      if(per STREQUAL "TEST")
        set(pretty_test "${test}")
        if(CMAKE_MATCH_2)
          string(REGEX REPLACE "/[^/]*$" "/" pretty_test "${test}")
          string(APPEND pretty_test "${value}")
        endif()
        set(id "${suite}.${test}")
        set(name "${pretty_suite}.${pretty_test}${type}")
        _gtest_xdist_add()
      elseif(NOT "${suite}.${test}" MATCHES "(^|\\.)DISABLED_")
        set(suite_runs TRUE)
      endif()
      set(suite_has_tests TRUE)
    elseif(NOT line MATCHES "^  ")
      if(per STREQUAL "SUITE" AND suite_has_tests)
        set(id "${suite}.*")
        set(name "${pretty_suite}${type}")
        _gtest_xdist_add()
      endif()
      set(suite_has_tests FALSE)
      set(suite_runs FALSE)
      set(suite)
      # Other lines are what main prints.
      if(line MATCHES "^([^ ]+)\\.(  # TypeParam = (.*))?$")
        set(suite "${CMAKE_MATCH_1}")
        set(pretty_suite "${suite}")
        set(type)
        if(CMAKE_MATCH_2)
          set(type "<${CMAKE_MATCH_3}>")
          string(REGEX REPLACE "/[^/]*$" "" pretty_suite "${suite}")
        endif()
      endif()
    endif()
  endforeach()
  file(APPEND "${file}" "${script}")
endfunction()

# Adds to `script` the test of ctest `name`, which runs what `id` says: Suite.Test or Suite.*.
macro(_gtest_xdist_add)
  # Two values, or two types, may look alike.
  string(MD5 key "${name}")
  if(DEFINED has_name_${key})
    string(REGEX REPLACE "\\.\\*$" "" name "${id}")
  endif()
  set(has_name_${key} TRUE)
  string(REGEX REPLACE "(^|\\.)DISABLED_" "\\1" name "${name}")
  _gtest_xdist_quote(name "${prefix}${name}${suffix}")
  # These have a meaning in a filter.
  string(REGEX REPLACE "[:-]" "?" filter "${id}")
  _gtest_xdist_quote(filter "--gtest_filter=${filter}")
  string(APPEND script "add_test(${name} ${command}${arguments} ${filter}")
  set(more)
  if(per STREQUAL "TEST")
    string(APPEND script " --gtest_also_run_disabled_tests")
    set(more " SKIP_REGULAR_EXPRESSION [=[\\[  SKIPPED \\]]=]")
    if(id MATCHES "(^|\\.)DISABLED_")
      string(APPEND more " DISABLED TRUE")
    endif()
  elseif(NOT suite_runs)
    set(more " DISABLED TRUE")
  endif()
  string(APPEND script ")\nset_tests_properties(${name} PROPERTIES${more}${properties})\n")
  # It is copied whenever something is appended.
  string(LENGTH "${script}" length)
  if(length GREATER 20000)
    file(APPEND "${file}" "${script}")
    set(script)
  endif()
endmacro()
