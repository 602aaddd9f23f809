// The place of a function, in a form that another process of the same program understands.
//
// Layer: process/once. An address would be of no use there, because executables and libraries are
// loaded at random addresses. The module of the function, and its offset there, are the same.
#ifndef GTEST_XDIST_PROCESS_ONCE_CODE_PLACE_H_
#define GTEST_XDIST_PROCESS_ONCE_CODE_PLACE_H_

#include <cstdint>
#include <stdexcept>
#include <string>

#include "gtest_xdist/os/os.h"

namespace gtest_xdist::internal {

// Any function. Cast it back to its own type before a call.
using Code = void (*)();

struct CodePlace {
  std::string module;         // path of a shared library; empty: the executable
  std::uint64_t offset = 0;   // in bytes
  std::uint64_t version = 0;  // differs for another build of the module
};

template <class Visitor>
void visit_fields(Visitor& visit, CodePlace& place) {
  visit(place.module);
  visit(place.offset);
  visit(place.version);
}

// Throws std::runtime_error if the function is in no module: it was made at run time, say.
inline CodePlace code_place_of(Code function) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  CodePlace place;
  const bool found = os::find_module([&](const os::Module& module) {
    if (!module.holds_code(address)) return false;
    place.module = module.path();
    place.offset = address - module.base();
    place.version = module.version();
    return true;
  });
  if (!found) throw std::runtime_error("a function that is in no executable and no library");
  return place;
}

// The function at that place in this process. Throws std::runtime_error if the library is not
// loaded, or if it is another build than the one that code_place_of() has seen.
inline Code code_at(const CodePlace& place) {
  Code function = nullptr;
  bool is_other_build = false;
  os::find_module([&](const os::Module& module) {
    if (place.module != module.path()) return false;
    const std::uint64_t address = module.base() + place.offset;
    is_other_build = module.version() != place.version || !module.holds_code(address);
    if (!is_other_build) function = reinterpret_cast<Code>(address);
    return true;
  });
  if (function != nullptr) return function;
  const std::string name = place.module.empty() ? "the executable" : "'" + place.module + "'";
  throw std::runtime_error("it is in " + name +
                           (is_other_build ? ", which is another build in this process"
                                           : ", which this process has not loaded"));
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_ONCE_CODE_PLACE_H_
