// The header for authors of plugins. It includes no Boost, no operating system, no GoogleTest.
//
//     #include <gtest_xdist/plugin.h>
//
//     class SlowTests : public gtest_xdist::Plugin {
//       gtest_xdist::After runtest_logreport(const gtest_xdist::TestReport& report) override {
//         if (report.duration > 1) slow_.push_back(report.item.id);
//         return {};
//       }
//       gtest_xdist::After terminal_summary(gtest_xdist::TerminalReporter& reporter) override {
//         for (const std::string& id : slow_) reporter.write_line("slow: " + id);
//         return {};
//       }
//       std::vector<std::string> slow_;
//     };
//     GTEST_XDIST_PLUGIN(SlowTests)
//
// The plugin does the same in a serial run and with workers. The binary must include gtest_xdist.h
// in one of its files, or link gtest_xdist::shim: without it nothing calls a hook.
//
// See also:
//   hooks/plugin.h          all hooks
//   hooks/session.h         their arguments
//   core/value_map.h        values that travel between processes
//   scheduler/scheduler.h   your own way to hand out tests
//   core/groups.h           tests that belong together
//   core/locks.h            tests that exclude each other
//   core/identity.h         which process this is
#ifndef GTEST_XDIST_PLUGIN_H_
#define GTEST_XDIST_PLUGIN_H_

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "gtest_xdist/core/groups.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/locks.h"
#include "gtest_xdist/core/text/text.h"
#include "gtest_xdist/core/value_map.h"
#include "gtest_xdist/hooks/hook_call.h"
#include "gtest_xdist/hooks/plugin.h"
#include "gtest_xdist/hooks/plugin_manager.h"

// Registers a plugin before main, under the name of its class. Use it at namespace scope, in a
// source file; a semicolon after it is optional. The class must have a default constructor. If the
// constructor throws, or the name is taken, the process ends with exit status 2.
#define GTEST_XDIST_PLUGIN(Class) GTEST_XDIST_INTERNAL_PLUGIN(Class, __COUNTER__)

#define GTEST_XDIST_INTERNAL_PLUGIN(Class, number) \
  GTEST_XDIST_INTERNAL_NUMBERED_PLUGIN(Class, number)

#define GTEST_XDIST_INTERNAL_NUMBERED_PLUGIN(Class, number)        \
  [[maybe_unused]] static const bool gtest_xdist_plugin_##number = \
      ::gtest_xdist::internal::register_before_main<Class>(#Class);

namespace gtest_xdist::internal {

template <class Class>
bool register_before_main(const std::string& name) {
  try {
    return plugins().register_plugin(std::make_shared<Class>(), name);
  } catch (...) {
    std::fprintf(stderr, "gtest-xdist: error: GTEST_XDIST_PLUGIN(%s): %s\n", name.c_str(),
                 describe_current_exception().c_str());
    std::_Exit(2);
  }
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PLUGIN_H_
