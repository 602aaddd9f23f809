// The executable and the libraries that it has loaded, and which of them defines a function.
//
// Layer: os, included by os.h on Linux.
#ifndef GTEST_XDIST_OS_LINUX_MODULES_H_
#define GTEST_XDIST_OS_LINUX_MODULES_H_

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace gtest_xdist::internal::os {

// The executable or a library. Valid while find_module() calls the function with it.
class Module {
 public:
  explicit Module(const ::dl_phdr_info& info) : info_(info) {}

  // The path of a library; empty for the executable.
  const char* path() const { return info_.dlpi_name; }

  // The last part of its path.
  std::string_view name() const {
    const std::string_view all = path();
    return all.substr(all.rfind('/') + 1);  // npos + 1 is 0
  }

  // The addresses in its file are relative to this address of the process.
  std::uint64_t base() const { return info_.dlpi_addr; }

  bool holds_code(const void* address) const {
    return holds_code(reinterpret_cast<std::uintptr_t>(address));
  }
  bool holds_code(std::uint64_t address) const {
    for (unsigned i = 0; i < info_.dlpi_phnum; ++i) {
      const auto& header = info_.dlpi_phdr[i];
      const std::uint64_t begin = info_.dlpi_addr + header.p_vaddr;
      const bool is_code = header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0;
      if (is_code && address >= begin && address - begin < header.p_memsz) return true;
    }
    return false;
  }

  // Differs for another build. It is a hash of the sizes of what is loaded, and of the notes. One
  // note identifies the build.
  std::uint64_t version() const {
    std::string text;
    for (unsigned i = 0; i < info_.dlpi_phnum; ++i) {
      const auto& header = info_.dlpi_phdr[i];
      for (const auto number : {header.p_vaddr, header.p_filesz, header.p_memsz}) {
        text += std::to_string(number) + ' ';
      }
      if (header.p_type != PT_NOTE) continue;
      text.append(reinterpret_cast<const char*>(info_.dlpi_addr + header.p_vaddr), header.p_memsz);
    }
    return std::hash<std::string>{}(text);
  }

 private:
  const ::dl_phdr_info& info_;
};

// Calls `f(const Module&)` for each module until it returns true; false if it never does.
template <class F>
bool find_module(F f) {
  const auto call = [](::dl_phdr_info* info, std::size_t, void* data) {
    return (*static_cast<F*>(data))(Module(*info)) ? 1 : 0;
  };
  return ::dl_iterate_phdr(call, &f) != 0;
}

inline bool is_c_library(const Module& module) {
  const std::string_view name = module.name();
  for (const std::string_view known : {"libc.so", "libc-", "libpthread", "ld-"}) {
    if (name.substr(0, known.size()) == known) return true;
  }
  return false;
}

// Whether the user or the machine has put the library before all others, for each program that is
// started: such a library does what the function does, and something else beside it.
inline bool is_preloaded(const Module& module) {
  if (module.name().empty()) return false;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    if (variable.substr(0, 11) != "LD_PRELOAD=") continue;
    if (variable.find(module.name(), 11) != std::string_view::npos) return true;
  }
  char machine[4096] = "";  // more is not read
  // open() and read() may be the program's.
  const long file = ::syscall(SYS_openat, AT_FDCWD, "/etc/ld.so.preload", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ::syscall(SYS_read, file, machine, sizeof machine - 1);
  ::syscall(SYS_close, file);
  return std::strstr(machine, module.name().data()) != nullptr;
}

// A function of the C library, as a call of it here is linked.
struct LibraryFunction {
  const char* name;
  const void* address;  // in an executable with a fixed place: of a jump to it
};

// Whether one can say which module defines a function: it was linked dynamically with a C library
// that has dlsym(), and no sanitizer replaces functions.
inline bool knows_definitions() {
#if defined(__GLIBC_PREREQ) && __GLIBC_PREREQ(2, 34)
  for (const char* const function :
       {"__asan_init", "__tsan_init", "__msan_init", "__hwasan_init"}) {
    if (::dlsym(RTLD_DEFAULT, function) != nullptr) return false;
  }
  return find_module(is_c_library);
#else
  return false;
#endif
}

// The address of the function that is called.
inline const void* definition(const LibraryFunction& function) {
#if defined(__GLIBC_PREREQ) && __GLIBC_PREREQ(2, 34)
  ::Dl_info info{};
  void* symbol = nullptr;
  const bool is_known = ::dladdr1(function.address, &info, &symbol, RTLD_DL_SYMENT) != 0;
  const bool is_jump =
      is_known && symbol != nullptr && static_cast<const ElfW(Sym)*>(symbol)->st_shndx == SHN_UNDEF;
  if (is_jump) return ::dlsym(RTLD_NEXT, function.name);
#endif
  return function.address;
}

// Whether the function at this address is the C library's.
inline bool is_in_c_library(const void* address) {
  return find_module(
      [&](const Module& module) { return is_c_library(module) && module.holds_code(address); });
}

}  // namespace gtest_xdist::internal::os

#endif  // GTEST_XDIST_OS_LINUX_MODULES_H_
