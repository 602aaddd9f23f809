// Deciding, before main, what this process is.
//
// Layer: shim.
#ifndef GTEST_XDIST_SHIM_INSTALL_H_
#define GTEST_XDIST_SHIM_INSTALL_H_

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/core/handshake.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/process/self.h"
#include "gtest_xdist/shim/controller_role.h"
#include "gtest_xdist/shim/fatal.h"
#include "gtest_xdist/shim/index_list_role.h"
#include "gtest_xdist/shim/worker_role.h"

namespace gtest_xdist::internal {

// Whether gtest will list the tests and run none: then it does so itself, as ever.
inline bool asks_for_list(const std::vector<std::string>& arguments,
                          const Environment& environment) {
  const auto is_true = [](std::string_view value) {
    return value.empty() || (value[0] != '0' && value[0] != 'f' && value[0] != 'F');
  };
  constexpr std::string_view kFlag = "gtest_list_tests";
  for (std::string_view argument : arguments) {
    while (!argument.empty() && argument.front() == '-') argument.remove_prefix(1);
    if (argument.substr(0, kFlag.size()) != kFlag) continue;
    argument.remove_prefix(kFlag.size());
    if (argument.empty() || (argument.front() == '=' && is_true(argument.substr(1)))) return true;
  }
  for (const auto& [name, value] : environment) {
    if (name == "GTEST_LIST_TESTS" && value != "0") return true;
  }
  return false;
}

// The worker's variable is removed at once, so that nothing this process starts takes itself for a
// worker. The roles live as long as the process and are never destroyed: gtest's listeners, and
// tests in static destructors, may outlive any order of destruction.
inline bool install() {
  if (const char* value = std::getenv(kPrivateVariable)) {
    const std::string text = value;
    ::unsetenv(kPrivateVariable);
    const std::optional<Handshake> handshake = Handshake::parse(text);
    try {
      if (!handshake) throw std::runtime_error("it is not what a controller writes");
      new WorkerRole(*handshake);
    } catch (const std::runtime_error& error) {
      fatal(std::string(kPrivateVariable) + "='" + text +
            "' is for the library's own use and not to be set: " + error.what() +
            "; the variables are: " + join(user_variables()));
    }
    return true;
  }
  try {
    Environment environment = current_environment();
    Options options = parse_options(environment);
    const bool is_asked = options.indices || options.workers.kind != WorkerCount::Kind::none;
    if (!is_asked || asks_for_list(Self::capture().arguments, environment)) return true;
    if (options.indices) {
      new IndexListRole(*std::move(options.indices));
    } else {
      new ControllerRole(std::move(options), std::move(environment));
    }
  } catch (const UsageError& error) {
    fatal(error.what());
  }
  return true;
}

// However many translation units include the header, there is one of these.
inline const bool installed = install();

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_INSTALL_H_
