// install(): finds out before main which process this is, and makes its role.
//
// Layer: shim. Leaves what follows to the role.
#ifndef GTEST_XDIST_SHIM_INSTALL_H_
#define GTEST_XDIST_SHIM_INSTALL_H_

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/flags_read.h"
#include "gtest_xdist/bridge/selection.h"
#include "gtest_xdist/controller/records/replay_plan.h"
#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/core/build/same_build.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/messages/handshake.h"
#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/settings/variables.h"
#include "gtest_xdist/core/text/text.h"
#include "gtest_xdist/hooks/plugin_manager.h"
#include "gtest_xdist/process/link_seams.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/once/once_values.h"
#include "gtest_xdist/process/self.h"
#include "gtest_xdist/shim/arguments.h"
#include "gtest_xdist/shim/controller_role.h"
#include "gtest_xdist/shim/fatal.h"
#include "gtest_xdist/shim/index_lists.h"
#include "gtest_xdist/shim/local_role.h"
#include "gtest_xdist/shim/worker_role.h"

namespace gtest_xdist::internal {

// Whether a worker would only cost time: one test is to run, on as many workers as are of use, and
// no setting needs a worker or the controller's records. Whoever sets the variables for a whole job
// of ctest has many such processes. If so, says it.
inline bool needs_no_worker(const Options& options, const std::vector<std::string>& arguments) {
  const bool is_automatic = options.workers.kind == WorkerCount::Kind::automatic ||
                            options.workers.kind == WorkerCount::Kind::logical;
  const bool needs_one = options.dist == DistMode::each || options.timeout ||
                         options.session_timeout || options.retries > 0 || options.record ||
                         options.replay || options.timeline || options.durations;
  if (!is_automatic || needs_one || !asks_for_one_test(arguments)) return false;
  note("one test is selected: running it in this process", Topic::result);
  return true;
}

// Sets identity(). A worker's name and the testrunuid come from the environment.
inline void identify(Role role) {
  Identity& me = identity();
  me.role = role;
  const char* const worker = variable_in_environment(kWorkerVariable);
  const char* const uid = variable_in_environment(kTestrunuidVariable);
  if (role == Role::worker && worker != nullptr) me.worker_id = worker;
  if (uid != nullptr && *uid != '\0') me.testrun_uid = uid;
}

inline void serve_serially() {
  // The order of listeners cannot change while gtest sends them events.
  const bool has_begun = testing::UnitTest::GetInstance()->start_timestamp() != 0;
  if (has_begun) return;
  plugins().observe_registration(nullptr);
  once_values().observe_use(nullptr);
  const std::vector<std::string> arguments = Self::capture().arguments;
  if (is_death_test_child(arguments) || asks_for_list(arguments)) return;
  new LocalRole(std::nullopt);
}

// A serial run needs a role only for plugins and values of once(): makes it with the first of them.
inline void serve_serially_if_needed() {
  if (!plugins().empty()) return serve_serially();
  plugins().observe_registration([](const auto&, const auto&) { serve_serially(); });
  once_values().observe_use(&serve_serially);
}

// For a library that does not share its objects with the program that has loaded it. The program
// already has a role, and cannot see plugins and values of once() in the library's copy.
inline void serve_as_copy() {
  identify(variable_in_environment(kWorkerVariable) != nullptr ? Role::worker : Role::controller);
  const auto refuse = [] {
    fatal(
        "a library has plugins or values of once() that the program cannot see: link the "
        "program so that it exports its symbols (-rdynamic, in CMake ENABLE_EXPORTS)");
  };
  if (!plugins().empty()) refuse();
  plugins().observe_registration([refuse](const auto&, const auto&) { refuse(); });
  once_values().observe_use(refuse);
}

// Removes the worker's variable at once, so that no process that this one starts takes itself for a
// worker.
inline void serve_as_worker(const std::string& value) {
  ::unsetenv(kPrivateVariable);
  const std::optional<Handshake> handshake = Handshake::parse(value);
  try {
    if (!handshake) throw std::runtime_error("it is not what a controller writes");
    identify(Role::worker);
    new WorkerRole(*handshake);
  } catch (const std::runtime_error& error) {
    fatal(std::string(kPrivateVariable) + "='" + value +
          "' is for internal use, do not set it: " + error.what() + "; " + kWhereVariablesAre);
  }
}

// Whether workers can run, as far as the program's own functions allow it. If not, says why.
inline bool can_have_workers(const Options& options) {
  const std::vector<std::string> seams = find_link_seams();
  if (seams.empty()) return true;
  const std::string text =
      "the program has its own " + join(seams) + ", and workers need the C library's: ";
  if (options.replay) throw UsageError(text + "cannot run a record again");
  note(text + "running serially", Topic::error);
  return false;
}

inline void serve_without_workers() {
  // The child of a death test has the same identity as the process that runs the test.
  const bool in_worker = variable_in_environment(kWorkerVariable) != nullptr &&
                         is_death_test_child(Self::capture().arguments);
  identify(in_worker ? Role::worker : Role::serial);
  serve_serially_if_needed();
}

// As the variables say. Throws UsageError.
inline void serve_as_asked(Environment environment) {
  if (asks_for_variables(environment)) print_and_exit(describe_variables());
  Options options = parse_options(environment);
  const bool wants_list = options.indices || (options.replay && options.replay->worker);
  const bool wants_workers =
      !wants_list && (options.replay || (options.workers.kind != WorkerCount::Kind::none &&
                                         options.dist != DistMode::no));
  if (!wants_list && !wants_workers) return serve_without_workers();
  note_verbosity() = options.verbosity;
  // Even the arguments could not be read with functions of the program.
  if (wants_workers && !can_have_workers(options)) return serve_without_workers();
  const std::vector<std::string> arguments = Self::capture().arguments;
  if (asks_for_list(arguments) || is_death_test_child(arguments)) return;
  if (wants_workers && needs_no_worker(options, arguments)) return serve_without_workers();
  std::optional<ReplayPlan> replay;
  if (options.replay) replay.emplace(*options.replay, Self::capture().directory);
  if (wants_workers) {
    identify(Role::controller);
    new ControllerRole(std::move(options), std::move(environment), std::move(replay));
  } else {
    identify(Role::serial);
    new LocalRole(replay ? IndexLists(*std::move(replay))
                         : IndexLists(*std::move(options.indices)));
  }
}

// The roles are never destroyed: gtest's listeners, and tests in static destructors, may outlive
// any order of destruction.
inline bool install() {
  if (flags_are_awaited()) {
    serve_as_copy();
    return true;
  }
  EmptyShard::restore_inherited();
  if (const char* value = variable_in_environment(kPrivateVariable)) {
    serve_as_worker(value);
    return true;
  }
  try {
    serve_as_asked(current_environment());
  } catch (const UsageError& error) {
    fatal(error.what());
  }
  return true;
}

// There is one of these, however many translation units and libraries include the header.
GTEST_XDIST_INTERNAL_SHARED inline const bool installed = install();

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_INSTALL_H_
