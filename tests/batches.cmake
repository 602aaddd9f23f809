# Compiles unit tests several files at once, since most of the time that one takes goes into headers
# that its neighbours include too. CMake's own unity builds name the files by absolute paths, so that a
# compiler cache would find nothing of them again from another folder.

set(unit_tests_dir ${CMAKE_CURRENT_LIST_DIR}/unit)

# batch_unit_tests(<out> <name> <file>...): sets <out> to what is to be compiled for these files of
# tests/unit, which must be an include directory of the target: generated files that include up to
# eight each, and those that do not get on with others.
function(batch_unit_tests out name)
  # Tests of schedulers include little, and each calls its own scheduler's workers `Crew`. That of
  # interleavings compiles the deque's header a second time, for atomics of its own.
  set(alone "^scheduler/|^transport/work_deque_interleavings_test.cpp$")
  set(batched ${ARGN})
  list(FILTER batched EXCLUDE REGEX ${alone})
  set(sources ${ARGN})
  list(FILTER sources INCLUDE REGEX ${alone})
  list(TRANSFORM sources PREPEND ${unit_tests_dir}/)

  set(number 0)
  while(batched)
    list(SUBLIST batched 0 8 batch)
    list(REMOVE_ITEM batched ${batch})
    list(TRANSFORM batch REPLACE "(.+)" "#include \"\\1\"\n")
    string(JOIN "" text ${batch})
    set(file ${CMAKE_CURRENT_BINARY_DIR}/batches/${name}_${number}.cpp)
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)
    list(APPEND sources ${file})
    math(EXPR number "${number} + 1")
  endwhile()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()
