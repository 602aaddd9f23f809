// Makes sure that all workers have collected the same tests.
//
// Layer: controller/session. Hears the workers' collections, and calls the plugins' hooks about
// them. A worker whose collection differs runs nothing, and no worker starts another test. Does not
// know how collections differ (CollectionCheck does), or which worker runs which test.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_WORKER_COLLECTIONS_H_
#define GTEST_XDIST_CONTROLLER_SESSION_WORKER_COLLECTIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/selection.h"
#include "gtest_xdist/controller/crew/node_manager.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/session/collection_check.h"
#include "gtest_xdist/controller/session/iterations.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

// For one RUN_ALL_TESTS. An iteration must be under way when a worker is heard.
class WorkerCollections {
 public:
  // Keeps in `check` which collection was accepted.
  WorkerCollections(const Catalog& catalog, SessionHooks& hooks, NodeManager& node_manager,
                    CollectionCheck& check, Iterations& iterations)
      : catalog_(catalog),
        hooks_(hooks),
        node_manager_(node_manager),
        check_(check),
        iterations_(iterations) {}

  // All workers must have the tests that this process has selected. If workers are not asked first,
  // call this before a worker is started.
  void expect_own() {
    accept(check_.order(), "controller");
    node_manager_.expect_digest(check_.digest());
  }

  // Whether no living worker has told its collection yet.
  bool are_awaited() const {
    return !any_of(nodes(), [](const WorkerNode& node) {
      return !node.life().is_starting() && !node.life().is_gone();
    });
  }

  // Whether all living workers have told their collections.
  bool are_known() const {
    return !any_of(nodes(), [](const WorkerNode& node) { return node.life().is_starting(); });
  }

  // Whether some worker had other tests. Then no test is started any more.
  bool differ() const { return differ_; }

  // The worker tells its collection.
  void on(WorkerNode& node, Hello& m) {
    if (!node.life().is_starting()) {
      node.accuse(kToldTwice);
      return;
    }
    node.tell_values(std::move(m.values));
    if (!check_.has_right_digest(m)) {
      node.command(Command::send_collection);
      return;
    }
    const std::optional<std::vector<TestIndex>> tests = check_.read(m);
    if (!tests) {
      node.accuse("it sent an impossible collection");
      return;
    }
    if (!iterations_.asks_workers() && *tests != check_.order() && are_awaited()) {
      ask_workers_first();
    }
    hooks_.testnodeready(node.controller);
    // If no test will run any more, the selection stays: its playback may have begun.
    if (!check_.known() && iterations_.why_no_more_workers().empty()) accept(*tests, node.name());
    if (hooks_.active()) {
      hooks_.node_collection_finished(node.controller, check_.ids_of(*tests));
    }
    if (!check_.known()) {
      node.arrived(false);
      return;
    }
    if (const auto difference = check_.difference(*tests, node.name())) {
      return reject(node, *difference);
    }
    node.arrived(true);
    if (!iterations_.ending() && iterations_.asks_workers()) iterations_.current().add(node);
    schedule_if_equal();
  }

  // A worker that has registered or selected other tests names them.
  void on(WorkerNode& node, CollectionIds& m) {
    if (!node.life().is_starting()) {
      node.accuse(kToldTwice);
      return;
    }
    reject(node, check_.difference_of_ids(m.ids, node.name()));
  }

  // Has tests handed out, unless collections differ. If they do, gives up the run when all workers
  // have told theirs, so that all differences are reported.
  void schedule_if_equal() {
    if (!differ_) return iterations_.current().schedule();
    if (!are_known() || !iterations_.why_no_more_workers().empty()) return;
    const std::string why = "the workers did not collect the same tests";
    note(why, Topic::error);
    iterations_.start_no_more_workers(why);
  }

 private:
  static constexpr const char* kToldTwice = "it sent its collection twice";

  const WorkerNodes& nodes() const { return node_manager_.nodes(); }

  void accept(const std::vector<TestIndex>& tests, const std::string& worker) {
    const bool is_modified = check_.accept(tests, worker);
    hooks_.session().testscollected = tests.size();
    if (!is_modified) return;
    deselect_others(catalog_, tests);
    iterations_.begin_anew();
  }

  // Only the workers have plugins, and these have changed the collection. So takes back all tests,
  // and asks the workers first. Does nothing if a test has started: then the workers do not agree.
  void ask_workers_first() {
    if (!iterations_.take_everything_back()) return;
    node_manager_.expect_digest(0);
    check_.forget();
    iterations_.begin_asking_workers();
  }

  void reject(WorkerNode& node, const std::string& difference) {
    node.arrived(false);
    iterations_.current().stop_handing_out();
    iterations_.current().log().add_failure(node.number(), {}, difference);
    differ_ = true;
    schedule_if_equal();
  }

  const Catalog& catalog_;
  SessionHooks& hooks_;
  NodeManager& node_manager_;
  CollectionCheck& check_;
  Iterations& iterations_;
  bool differ_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_WORKER_COLLECTIONS_H_
