// Deciding, before main, what this process is.
//
// Layer: shim.
#ifndef GTEST_XDIST_SHIM_INSTALL_H_
#define GTEST_XDIST_SHIM_INSTALL_H_

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "gtest_xdist/core/handshake.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/process/self.h"
#include "gtest_xdist/shim/controller_role.h"
#include "gtest_xdist/shim/fatal.h"
#include "gtest_xdist/shim/index_list_role.h"
#include "gtest_xdist/shim/worker_role.h"

namespace gtest_xdist::internal {

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
    if (options.indices) {
      new IndexListRole(*std::move(options.indices));
    } else if (options.workers.kind != WorkerCount::Kind::none) {
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
