// Where a function is, in words that another process of the same program understands.
//
// Layer: process. An address is of no use there: executables and libraries lie where chance puts
// them. Which of them a function is in, and how far from its beginning, is the same.
#ifndef GTEST_XDIST_PROCESS_CODE_PLACE_H_
#define GTEST_XDIST_PROCESS_CODE_PLACE_H_

#include <link.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

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

// Calls `f(info)` for each executable and library of this process until it returns true; false if
// it never does.
template <class F>
bool find_module(F f) {
  const auto call = [](::dl_phdr_info* info, std::size_t, void* data) {
    return (*static_cast<F*>(data))(std::as_const(*info)) ? 1 : 0;
  };
  return ::dl_iterate_phdr(call, &f) != 0;
}

// From the sizes of what is loaded, and from notes, of which one is the build's.
inline std::uint64_t version_of_module(const ::dl_phdr_info& info) {
  std::string text;
  for (unsigned i = 0; i < info.dlpi_phnum; ++i) {
    const auto& header = info.dlpi_phdr[i];
    for (const auto number : {header.p_vaddr, header.p_filesz, header.p_memsz}) {
      text += std::to_string(number) + ' ';
    }
    if (header.p_type != PT_NOTE) continue;
    text.append(reinterpret_cast<const char*>(info.dlpi_addr + header.p_vaddr), header.p_memsz);
  }
  return std::hash<std::string>{}(text);
}

inline bool holds_code(const ::dl_phdr_info& info, std::uint64_t address) {
  for (unsigned i = 0; i < info.dlpi_phnum; ++i) {
    const auto& header = info.dlpi_phdr[i];
    const std::uint64_t begin = info.dlpi_addr + header.p_vaddr;
    const bool is_code = header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0;
    if (is_code && address >= begin && address - begin < header.p_memsz) return true;
  }
  return false;
}

// Throws std::runtime_error if the function is in no module, as one that was made at run time.
inline CodePlace place_of(Code function) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  CodePlace place;
  const bool found = find_module([&](const ::dl_phdr_info& info) {
    if (!holds_code(info, address)) return false;
    place.module = info.dlpi_name;
    place.offset = address - info.dlpi_addr;
    place.version = version_of_module(info);
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
  find_module([&](const ::dl_phdr_info& info) {
    if (place.module != info.dlpi_name) return false;
    const std::uint64_t address = info.dlpi_addr + place.offset;
    is_other_build = version_of_module(info) != place.version || !holds_code(info, address);
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

#endif  // GTEST_XDIST_PROCESS_CODE_PLACE_H_
