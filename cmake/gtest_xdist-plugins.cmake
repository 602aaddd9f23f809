# gtest_xdist_link_plugins() links plugins out of libraries. gtest_xdist-functions.cmake includes this,
# and has the functions that it calls.
cmake_policy(VERSION 3.20...3.29)

# gtest_xdist_link_plugins(TARGET <target> LIBRARIES <library>...)
#
# Links the libraries into the executable <target>, whole. A plugin, a group or a lock registers itself
# before main, and nothing refers to it. So the linker would leave it out of a static library. With
# --as-needed, the default on some systems, it would leave out a shared library. Each <library> is a
# target: STATIC, SHARED or OBJECT.
function(gtest_xdist_link_plugins)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET" "LIBRARIES")
  _gtest_xdist_check_arguments("TARGET;LIBRARIES" "${arg_UNPARSED_ARGUMENTS}"
                               "${arg_KEYWORDS_MISSING_VALUES}" "${arg_TARGET}" "${arg_LIBRARIES}")
  foreach(library IN LISTS arg_LIBRARIES)
    set(type "no target")
    if(TARGET "${library}")
      get_target_property(type "${library}" TYPE)
    endif()
    if(type STREQUAL "STATIC_LIBRARY")
      set(whole "-Wl,--push-state,--whole-archive,$<TARGET_FILE:${library}>,--pop-state")
    elseif(type STREQUAL "SHARED_LIBRARY")
      set(whole "-Wl,--push-state,--no-as-needed,$<TARGET_FILE:${library}>,--pop-state")
    elseif(type STREQUAL "OBJECT_LIBRARY")
      set(whole)
    else()
      _gtest_xdist_reject(LIBRARIES "${library}"
                          "static, shared or object libraries of this project, and this is ${type}")
    endif()
    # A library that is linked whole twice would be in the program twice.
    get_target_property(linked ${arg_TARGET} LINK_LIBRARIES)
    if(whole AND "${whole}" IN_LIST linked)
      continue()
    endif()
    # By property, because the two forms of target_link_libraries() must not be mixed. The library
    # itself brings what it needs, and is built first.
    set_property(TARGET ${arg_TARGET} APPEND PROPERTY LINK_LIBRARIES ${whole} ${library})
  endforeach()
endfunction()
