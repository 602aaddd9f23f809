# gtest_xdist_discover_tests() makes files for ctest, and these call the functions here. CMake includes
# this file too, for the quoting.
cmake_minimum_required(VERSION 3.20...3.29)

# Sets `result` to `text`, quoted so that CMake reads it as one argument. `text` may contain anything.
function(_gtest_xdist_quote result text)
  set(equals "=")
  while(text MATCHES "\\]${equals}(\\]|$)")
    string(APPEND equals "=")
  endwhile()
  set(${result} "[${equals}[${text}]${equals}]" PARENT_SCOPE)
endfunction()

# Likewise for all elements of the list that is called `list`, each with a space before it. One that is
# defined and empty has one element, which is empty.
function(_gtest_xdist_quote_list result list)
  set(text)
  if(DEFINED ${list} AND "${${list}}" STREQUAL "")
    set(text " [[]]")
  endif()
  foreach(element IN LISTS ${list})
    _gtest_xdist_quote(quoted "${element}")
    string(APPEND text " ${quoted}")
  endforeach()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Sets `result` to a name for the file of what is called `text`. Two texts have two names.
function(_gtest_xdist_file_name result text)
  string(REGEX REPLACE "[^A-Za-z0-9_.+-]" "_" name "${text}")
  # A name with an ending must not exceed 255 bytes.
  string(LENGTH "${name}" length)
  if(NOT "${name}" STREQUAL "${text}" OR length GREATER 200)
    string(SHA1 digest "${text}")
    string(SUBSTRING ${digest} 0 8 digest)
    string(SUBSTRING "${name}" 0 200 name)
    string(APPEND name "-${digest}")
  endif()
  set(${result} "${name}" PARENT_SCOPE)
endfunction()

# Adds a test of ctest for each suite of `executable`, or for each test: `per` is SUITE or TEST.
# `tests_file` keeps them. Its first line describes what made it. If something of that has changed, the
# file is made again. `command`, `arguments` and `properties` are quoted. `xml_folder` may be empty.
function(_gtest_xdist_discover target per timeout executable tests_file command arguments properties
         working_directory prefix suffix xml_folder)
  # A file of its own for the report of each test: GoogleTest itself would take one name in two
  # processes that start at the same time.
  set(report_format xml)
  set(report_folder "${xml_folder}")
  if(report_folder STREQUAL "" AND NOT arguments MATCHES "--gtest_output"
     AND "$ENV{GTEST_OUTPUT}" MATCHES "^(xml|json):(.*)/$")
    set(report_format "${CMAKE_MATCH_1}")
    cmake_path(ABSOLUTE_PATH CMAKE_MATCH_2 BASE_DIRECTORY "${working_directory}"
               OUTPUT_VARIABLE report_folder)
    string(MD5 key "$ENV{GTEST_OUTPUT}")
    string(APPEND tests_file ".${key}")
  endif()
  # It is not enough to see whether they are newer: a file can be replaced by an older one.
  set(made_of "#")
  foreach(file IN ITEMS "${executable}" "${CMAKE_CURRENT_LIST_FILE}"
                        "${CMAKE_CURRENT_FUNCTION_LIST_FILE}")
    # Older than CMake 3.23, it knows no microseconds.
    file(TIMESTAMP "${file}" age "%s.%f")
    file(SIZE "${file}" size)
    string(APPEND made_of " ${age}/${size}")
  endforeach()
  set(remembered)
  if(EXISTS "${tests_file}")
    file(STRINGS "${tests_file}" remembered LIMIT_COUNT 1)
  endif()
  if(NOT "${remembered}" STREQUAL "${made_of}")
    # Another ctest may be reading it.
    string(RANDOM LENGTH 8 random)
    set(report "${tests_file}.${random}.xml")
    _gtest_xdist_list_tests(selected "${report}" "")
    set(all "${selected}")
    string(REGEX MATCHALL "\n    <testcase " tests "${selected}")
    list(LENGTH tests number)
    if(NOT selected MATCHES "<testsuites tests=\"${number}\"")
      _gtest_xdist_list_tests(all "${report}" "--gtest_filter=*")
    endif()
    _gtest_xdist_write_tests("${tests_file}.${random}" "${selected}" "${all}")
    file(RENAME "${tests_file}.${random}" "${tests_file}")
  endif()
  include("${tests_file}")
endfunction()

# The file of tests calls this with the key of each name. With two tests of one name, ctest would give
# both the properties of the second.
function(_gtest_xdist_is_new key name)
  get_property(other GLOBAL PROPERTY GTEST_XDIST_ADDED_${key})
  if(NOT "${other}" STREQUAL "")
    message(FATAL_ERROR "gtest_xdist_discover_tests: two tests of ctest have the name '${name}', one of "
                        "${other} and one of ${target}: give one of them a TEST_PREFIX")
  endif()
  set_property(GLOBAL PROPERTY GTEST_XDIST_ADDED_${key} "${target}")
endfunction()

# Sets `result` to the executable's list of its tests. The executable writes it to `file`, as XML: there,
# output of main cannot look like a test, and a name may contain anything. `more` is an argument after
# the user's, or empty.
function(_gtest_xdist_list_tests result file more)
  # Not those that this one call of ctest is to select.
  set(selecting GTEST_FILTER TESTBRIDGE_TEST_ONLY GTEST_TOTAL_SHARDS GTEST_SHARD_INDEX
                GTEST_XDIST_WORKERS GTEST_XDIST_INDICES GTEST_XDIST_REPLAY)
  foreach(variable IN LISTS selecting)
    if(DEFINED ENV{${variable}})
      set(users_${variable} "$ENV{${variable}}")
      unset(ENV{${variable}})
    endif()
  endforeach()
  cmake_language(
    EVAL
    CODE
    "execute_process(
      COMMAND ${command} ${arguments} ${more} --gtest_list_tests \"--gtest_output=xml:\${file}\"
      WORKING_DIRECTORY \"\${working_directory}\" TIMEOUT \${timeout}
      OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE status)")
  foreach(variable IN LISTS selecting)
    if(DEFINED users_${variable})
      set(ENV{${variable}} "${users_${variable}}")
    endif()
  endforeach()
  set(listing)
  if(EXISTS "${file}")
    file(READ "${file}" listing)
    file(REMOVE "${file}")
  endif()
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "gtest_xdist_discover_tests: cannot list the tests of ${target}: '"
                        "${executable} --gtest_list_tests' ended with ${status}:\n"
                        "${output}${errors}")
  endif()
  if(NOT listing MATCHES "</testsuites>")
    message(FATAL_ERROR "gtest_xdist_discover_tests: cannot list the tests of ${target}: '"
                        "${executable} --gtest_list_tests --gtest_output=xml:${file}' "
                        "has not written the list:\n${output}${errors}")
  endif()
  set(${result} "${listing}" PARENT_SCOPE)
endfunction()

# Makes the text in `variable` a list of its lines. Characters with a meaning in lists are replaced.
macro(_gtest_xdist_split variable)
  string(ASCII 1 2 3 4 specials)
  string(SUBSTRING "${specials}" 0 1 semicolon)
  string(SUBSTRING "${specials}" 1 1 open)
  string(SUBSTRING "${specials}" 2 1 close)
  string(SUBSTRING "${specials}" 3 1 backslash)
  string(REPLACE "\\" "${backslash}" ${variable} "${${variable}}")
  string(REPLACE ";" "${semicolon}" ${variable} "${${variable}}")
  string(REPLACE "[" "${open}" ${variable} "${${variable}}")
  string(REPLACE "]" "${close}" ${variable} "${${variable}}")
  string(REPLACE "\n" ";" ${variable} "${${variable}}")
endmacro()

# Writes to `file` the commands that make the tests of the list `selected`, of `all` that there are.
function(_gtest_xdist_write_tests file selected all)
  set(is_part FALSE)
  if(NOT "${selected}" STREQUAL "${all}")
    set(is_part TRUE)
    _gtest_xdist_split(selected)
    foreach(line IN LISTS selected)
      _gtest_xdist_read_line()
      if(has_test)
        set(is_selected_${key} TRUE)
      endif()
    endforeach()
  endif()

  file(WRITE "${file}" "${made_of}\n")
  set(script)
  _gtest_xdist_split(all)
  foreach(line IN LISTS all)
    _gtest_xdist_read_line()
    if(has_test)
      _gtest_xdist_pattern(pattern id)
      if(is_part AND NOT DEFINED is_selected_${key})
        string(APPEND left_out ":${pattern}")
        continue()
      endif()
      _gtest_xdist_attribute(type type_param)
      set(pretty_suite "${suite}")
      if(NOT "${type}" STREQUAL "")
        string(REGEX REPLACE "/[^/]*$" "" pretty_suite "${suite}")
        set(type "<${type}>")
      endif()
      if(per STREQUAL "TEST")
        set(pretty_test "${test}")
        if(line MATCHES " value_param=\"")
          _gtest_xdist_attribute(value value_param)
          string(REGEX REPLACE "/[^/]*$" "/" pretty_test "${test}")
          string(APPEND pretty_test "${value}")
        endif()
        set(filter "${pattern}")
        set(name "${pretty_suite}.${pretty_test}${type}")
        _gtest_xdist_add()
      else()
        string(APPEND patterns ":${pattern}")
        _gtest_xdist_is_disabled(disabled "${id}")
        if(NOT disabled)
          set(suite_runs TRUE)
        endif()
      endif()
    elseif(line MATCHES "^  <testsuite ")
      set(suite_runs FALSE)
      set(patterns)
      set(left_out)
    elseif(line MATCHES "^  </testsuite>" AND patterns)
      set(id "${suite}")
      _gtest_xdist_pattern(filter id)
      string(REGEX REPLACE "^:" "-" left_out "${left_out}")
      string(APPEND filter ".*${left_out}")
      # An argument must not become too long.
      string(LENGTH "${filter}" length)
      string(LENGTH "${patterns}" other_length)
      if(left_out AND other_length LESS length)
        string(SUBSTRING "${patterns}" 1 -1 filter)
      endif()
      set(name "${pretty_suite}${type}")
      _gtest_xdist_add()
    endif()
  endforeach()
  file(APPEND "${file}" "${script}")
endfunction()

# Reads `line`: sets `suite` where one begins; or, if it has a test, `has_test`, `test`, `id`, which is
# Suite.Test, and a `key` for that.
macro(_gtest_xdist_read_line)
  set(has_test FALSE)
  if(line MATCHES "^    <testcase ")
    set(has_test TRUE)
    _gtest_xdist_attribute(test name)
    set(id "${suite}.${test}")
    string(MD5 key "${id}")
  elseif(line MATCHES "^  <testsuite ")
    _gtest_xdist_attribute(suite name)
  endif()
endmacro()

# Sets `result` to the value of the attribute of `line`, or to nothing if it has none. As in the list
# that is printed, a value is cut where it becomes long, and is one line.
macro(_gtest_xdist_attribute result attribute)
  set(${result})
  if(line MATCHES " ${attribute}=\"([^\"]*)\"")
    string(REPLACE "${semicolon}" ";" ${result} "${CMAKE_MATCH_1}")
    string(REPLACE "${open}" "[" ${result} "${${result}}")
    string(REPLACE "${close}" "]" ${result} "${${result}}")
    string(REPLACE "${backslash}" "\\" ${result} "${${result}}")
    if("${${result}}" MATCHES "&")
      string(REPLACE "&lt;" "<" ${result} "${${result}}")
      string(REPLACE "&gt;" ">" ${result} "${${result}}")
      string(REPLACE "&quot;" "\"" ${result} "${${result}}")
      string(REPLACE "&apos;" "'" ${result} "${${result}}")
      string(REPLACE "&#x09;" "\t" ${result} "${${result}}")
      string(REPLACE "&#x0A;" "\\n" ${result} "${${result}}")
      string(REPLACE "&#x0D;" "\\r" ${result} "${${result}}")
      string(REPLACE "&amp;" "&" ${result} "${${result}}")
    endif()
    if(NOT "${attribute}" STREQUAL "name")
      string(LENGTH "${${result}}" length)
      if(length GREATER 250)
        string(SUBSTRING "${${result}}" 0 250 ${result})
        string(APPEND ${result} "...")
      endif()
    endif()
  endif()
endmacro()

# Sets `result` to the pattern that stands for what is in `variable`, where these may be, in a filter.
macro(_gtest_xdist_pattern result variable)
  string(REGEX REPLACE "[*:-]" "?" ${result} "${${variable}}")
endmacro()

# Sets `result` to whether the test `id`, Suite.Test, is disabled, as GoogleTest has it.
function(_gtest_xdist_is_disabled result id)
  string(REGEX MATCH "(^|[./])DISABLED_" is_disabled "${id}")
  set(${result} "${is_disabled}" PARENT_SCOPE)
endfunction()

# Sets `result` to the quoted expression that matches what a process ends with that has run the test
# `id` and skipped it. Other programs that it started may have printed the like before.
function(_gtest_xdist_quote_skip_expression result id)
  string(REGEX REPLACE "[^A-Za-z0-9_/]" "." id "${id}")
  # There may be colours.
  set(c "[^ \n]*")
  set(skipped "${c}\\[  SKIPPED \\] ${c}")
  _gtest_xdist_quote(
    quoted
    "\\[  PASSED  \\] ${c}0 tests\\.\n${skipped}1 test(\\.|, listed below:\n${skipped}${id})\n$")
  set(${result} "${quoted}" PARENT_SCOPE)
endfunction()

# Adds to `script` the test of ctest `name`, which runs `filter`. `id` is the suite, or Suite.Test.
macro(_gtest_xdist_add)
  # Two values, or two types, may look alike.
  string(MD5 key "${name}")
  if(DEFINED has_name_${key})
    set(name "${id}")
  endif()
  set(has_name_${key} TRUE)
  string(REGEX REPLACE "(^|\\.)DISABLED_" "\\1" name "${name}")
  set(name "${prefix}${name}${suffix}")
  set(output)
  if(report_folder)
    _gtest_xdist_file_name(report "${name}")
    _gtest_xdist_quote(output "--gtest_output=${report_format}:${report_folder}/${report}.${report_format}")
  endif()
  string(MD5 key "${name}")
  _gtest_xdist_quote(name "${name}")
  _gtest_xdist_quote(filter "--gtest_filter=${filter}")
  string(APPEND script "_gtest_xdist_is_new(${key} ${name})\n")
  string(APPEND script "add_test(${name} ${command}${arguments} ${filter} ${output}")
  set(more)
  if(per STREQUAL "TEST")
    string(APPEND script " --gtest_also_run_disabled_tests")
    _gtest_xdist_quote_skip_expression(skip "${id}")
    set(more " SKIP_REGULAR_EXPRESSION ${skip}")
    _gtest_xdist_is_disabled(disabled "${id}")
    if(disabled)
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
