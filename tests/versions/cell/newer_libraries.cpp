// What libraries out of newer Debian releases ask of newer C and C++ libraries than there may be
// here. Weak: where the real functions exist, they are used.
#include <cstdlib>
#include <exception>

#define STAND_IN extern "C" __attribute__((weak))

// From glibc 2.38 on strtol() and its like are called so, and read binary numbers as well.
STAND_IN long __isoc23_strtol(const char* text, char** end, int base) {
  return std::strtol(text, end, base);
}
STAND_IN unsigned long __isoc23_strtoul(const char* text, char** end, int base) {
  return std::strtoul(text, end, base);
}
STAND_IN long long __isoc23_strtoll(const char* text, char** end, int base) {
  return std::strtoll(text, end, base);
}
STAND_IN unsigned long long __isoc23_strtoull(const char* text, char** end, int base) {
  return std::strtoull(text, end, base);
}

// From GCC 13 on an exception that leaves a noexcept function ends here.
STAND_IN void __cxa_call_terminate(void*) { std::terminate(); }
