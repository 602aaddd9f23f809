// Where a function is, in words that another process of the same program understands.
//
// Layer: process/once. An address is of no use there: executables and libraries lie where chance
// puts them. Which of them a function is in, and how far from its beginning, is the same.
#ifndef GTEST_XDIST_PROCESS_ONCE_CODE_PLACE_H_
#define GTEST_XDIST_PROCESS_ONCE_CODE_PLACE_H_

#include <cstdint>
#include <stdexcept>
#include <string>

#include "gtest_xdist/os/os.h"

namespace gtest_xdist::internal {

// Any function, until it is cast back to what it is.
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

// Throws std::runtime_error if the function is in no module, as one that was made at run time.
inline CodePlace place_of(Code function) {
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

// The function that is there in this process. Throws std::runtime_error if there is none: the
// library is not loaded, or it is not the one that place_of() has seen.
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
