# Toolchain: Debian's cross compiler for 64-bit Windows (g++-mingw-w64-x86-64-posix), and its wine to
# run what that makes.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)

# No libraries of the compiler's to be found at run time.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)

set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# The package wine64 has it outside of PATH.
find_program(GTEST_XDIST_WINE NAMES wine64 wine PATHS /usr/lib/wine)
if(GTEST_XDIST_WINE)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${GTEST_XDIST_WINE})
endif()
