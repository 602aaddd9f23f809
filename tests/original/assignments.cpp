// A scheduler among workers without processes. The first line of standard input is a mode (load,
// loadscope or each), the number of workers and, for each test, its scope. The others are events:
// "schedule"; "complete N SECONDS", worker N has completed its first test; "die N", it has died in
// that. After each event a line tells what was sent: "0 3-5" for each worker that got something.
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/load_scope.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/testing/fake_node.h"

namespace gtest_xdist {
namespace {

std::unique_ptr<Scheduler> make_scheduler(const std::string& mode, std::size_t workers,
                                          std::vector<std::uint32_t> scopes) {
  if (mode == "load") return std::make_unique<LoadScheduling>(workers);
  if (mode == "each") return std::make_unique<EachScheduling>(workers);
  // The version that is compared knows no order but that of the first tests.
  if (mode == "loadscope") {
    return std::make_unique<LoadScopeScheduling>(workers, std::move(scopes), false);
  }
  return nullptr;
}

class Stage {
 public:
  Stage(std::unique_ptr<Scheduler> scheduler, std::size_t workers, std::size_t tests)
      : scheduler_(std::move(scheduler)) {
    std::vector<TestIndex> collection;
    for (std::size_t i = 0; i < tests; ++i) collection.push_back(static_cast<TestIndex>(i));
    for (std::size_t i = 0; i < workers; ++i) {
      nodes_.push_back(std::make_unique<FakeNode>(static_cast<int>(i)));
      scheduler_->add_node(*nodes_.back());
    }
    for (const auto& node : nodes_) scheduler_->add_node_collection(*node, collection);
  }

  bool happen(const std::string& event) {
    std::istringstream words(event);
    std::string what;
    std::size_t number = 0;
    words >> what;
    if (what == "schedule") {
      scheduler_->schedule();
      return true;
    }
    if (!(words >> number) || number >= nodes_.size() || nodes_[number]->pending() == 0) {
      return false;
    }
    FakeNode& node = *nodes_[number];
    if (what == "die") {
      node.start();
      scheduler_->remove_node(node, node.die());
      return true;
    }
    double seconds = 0;
    if (what != "complete" || !(words >> seconds)) return false;
    scheduler_->mark_test_complete(node, node.complete(), seconds);
    return true;
  }

  std::string what_was_sent() const {
    std::string text;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      std::istringstream log(nodes_[i]->take_log());
      for (std::string word; log >> word;) {
        if (word == "S") continue;  // the original says it at other times
        text += (text.empty() ? "" : " ") + std::to_string(i) + ' ' + word;
      }
    }
    return text;
  }

 private:
  std::unique_ptr<Scheduler> scheduler_;
  std::vector<std::unique_ptr<FakeNode>> nodes_;
};

int run() {
  std::string line;
  std::getline(std::cin, line);
  std::istringstream words(line);
  std::string mode;
  std::size_t workers = 0;
  words >> mode >> workers;
  std::vector<std::uint32_t> scopes;
  for (std::uint32_t scope = 0; words >> scope;) scopes.push_back(scope);
  const std::size_t tests = scopes.size();
  std::unique_ptr<Scheduler> scheduler = make_scheduler(mode, workers, std::move(scopes));
  if (!scheduler) return 2;
  Stage stage(std::move(scheduler), workers, tests);
  while (std::getline(std::cin, line)) {
    if (!stage.happen(line)) return 2;
    std::cout << stage.what_was_sent() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace gtest_xdist

int main() { return gtest_xdist::run(); }
