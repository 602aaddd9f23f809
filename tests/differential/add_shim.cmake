# Included by a foreign project right after its project(): links the object files DIFFERENTIAL_OBJECTS into the executables
# DIFFERENTIAL_TARGETS (both separated by commas), once they are all defined, and gathers those in the folder suites.

function(add_shim)
  string(REPLACE "," ";" targets "${DIFFERENTIAL_TARGETS}")
  string(REPLACE "," ";" objects "${DIFFERENTIAL_OBJECTS}")
  foreach(target IN LISTS targets)
    target_sources(${target} PRIVATE ${objects})
    # By property, because the two forms of target_link_libraries() must not be mixed. Before glibc 2.34 shm_open() is in
    # librt.
    set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES rt)
    set_property(TARGET ${target} PROPERTY RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/suites)
  endforeach()
endfunction()

cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL add_shim)
