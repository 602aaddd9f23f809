// A session without a DSession: the parts that its workers concern, which a test calls in its
// place.
#ifndef SUPPORT_SESSION_PARTS_H_
#define SUPPORT_SESSION_PARTS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/crew/crew.h"
#include "gtest_xdist/controller/crew/launcher.h"
#include "gtest_xdist/controller/crew/node_event.h"
#include "gtest_xdist/controller/crew/node_manager.h"
#include "gtest_xdist/controller/handout/planning.h"
#include "gtest_xdist/controller/session/collection_check.h"
#include "gtest_xdist/controller/session/end_verdicts.h"
#include "gtest_xdist/controller/session/iterations.h"
#include "gtest_xdist/controller/session/session_context.h"
#include "gtest_xdist/controller/session/worker_collections.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/hooks/plugin_manager.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/process/files/temp_directory.h"
#include "gtest_xdist/process/jobserver.h"
#include "gtest_xdist/process/self.h"
#include "gtest_xdist/process/signals/stop_signals.h"

#include "support/scratch_selection.h"

namespace gtest_xdist::internal {

// Hears nothing.
class NoEvents : public NodeEventHandler {
  Time handle(const NodeEvent&) override { return Time::max(); }
};

// Is asked for nothing.
class NoHost : public SessionHost {
  void fail_session(const std::string&, bool) override {}
  std::vector<Item> all_items() override { return {}; }
};

// The first tests of this very binary are selected; nobody runs them. Workers are processes that
// know nothing of tests, if a test starts them at all.
struct SessionParts {
  // The workers have been gathered and an iteration has begun. `jobserver` may be null.
  // `asks_workers`: there are plugins, as it were.
  explicit SessionParts(unsigned workers, Jobserver* jobserver = nullptr, bool asks_workers = false,
                        const Options& user_options = {})
      : options(user_options),
        node_manager(events, catalog.size(), workers,
                     Launcher(self, {}, {workers, 1, std::make_shared<const TempDirectory>()}),
                     stop_signals, jobserver),
        crew(node_manager, hooks, options, workers),
        iterations({catalog, options, hooks, 1, asks_workers}, check, planning, node_manager, crew,
                   verdicts),
        collections(catalog, hooks, node_manager, check, iterations) {
    if (!asks_workers) collections.expect_own();
    crew.gather();
    iterations.begin();
  }

  WorkerNode& node(std::size_t i) { return *node_manager.nodes()[i]; }
  std::size_t nodes() const { return node_manager.nodes().size(); }

  // The worker has selected what this process has, and its plugins left `order` of it.
  void tell(std::size_t i, std::optional<std::vector<TestIndex>> order = std::nullopt) {
    Hello m{check.digest(), std::move(order)};
    collections.on(node(i), m);
  }

  // The worker has told its environments.
  void environments_up(std::size_t i) {
    iterations.on(node(i), EnvironmentsUp{true, true, {}, {}});
  }

  // The worker is gone, and its iteration knows.
  void crash(std::size_t i) {
    node(i).process.reset();
    node(i).process_ended();
    iterations.current().on_crash(node(i), "killed by signal 6 (SIGABRT)");
  }

  // What the run failed for, since the last call.
  std::vector<std::string> take_failures() {
    std::vector<std::string> failures;
    for (const Step& step : iterations.current().log().take_rest().steps) {
      if (step.has_part) failures.push_back(step.part.message);
    }
    return failures;
  }

  const Options options;
  const Catalog catalog;
  const ScratchSelection selection{catalog, 4};
  const Self self{"/bin/sleep", {"sleep", "1000"}, ""};
  NoEvents events;
  StopSignals stop_signals;
  PluginManager plugins;
  NoHost host;
  SessionHooks hooks{plugins, host};
  EndVerdicts verdicts;
  CollectionCheck check{catalog};
  NodeManager node_manager;
  Planning planning{catalog, options, hooks, node_manager.nodes(), nullptr, nullptr};
  Crew crew;
  Iterations iterations;
  WorkerCollections collections;
};

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_SESSION_PARTS_H_
