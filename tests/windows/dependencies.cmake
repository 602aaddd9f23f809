# Included by the project before it looks for what it stands on, of which Debian has nothing for
# Windows: GoogleTest is built from its sources.
set(BUILD_GMOCK OFF)
set(INSTALL_GTEST OFF)
add_subdirectory(/usr/src/googletest ${CMAKE_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)

# Nothing that compiles for Windows needs it.
add_library(Boost::headers INTERFACE IMPORTED)
