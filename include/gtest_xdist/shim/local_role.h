// LocalRole: a process that runs its tests itself, and also follows index lists, calls plugins, or
// tears down values of once().
//
// Layer: shim. Knows no other process. gtest's printers and report writers work as ever.
#ifndef GTEST_XDIST_SHIM_LOCAL_ROLE_H_
#define GTEST_XDIST_SHIM_LOCAL_ROLE_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/environments.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/bridge/insides/listeners.h"
#include "gtest_xdist/bridge/item_loop.h"
#include "gtest_xdist/bridge/items.h"
#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/bridge/selection.h"
#include "gtest_xdist/bridge/shuffle.h"
#include "gtest_xdist/bridge/test_hooks.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/shim/index_lists.h"
#include "gtest_xdist/shim/refusal.h"
#include "gtest_xdist/shim/session_life.h"

namespace gtest_xdist::internal {

// Lives until the process ends.
class LocalRole : public ItemSource, public SessionHost {
 public:
  // Without `lists` it runs the tests that gtest selects and plugins keep.
  explicit LocalRole(std::optional<IndexLists> lists) : lists_(std::move(lists)) {
    put_first(new Outer(*this));
    instance_ = this;
  }

 private:
  class Outer : public testing::EmptyTestEventListener {
   public:
    explicit Outer(LocalRole& role) : role_(role) {}

    void OnTestProgramStart(const testing::UnitTest&) override {
      role_.program_start();
      role_.add_inner();
    }
    void OnTestIterationStart(const testing::UnitTest& unit_test, int iteration) override {
      keep_last(role_.inner_);
      role_.iteration_start(static_cast<std::size_t>(iteration), unit_test.random_seed());
    }
    void OnEnvironmentsSetUpEnd(const testing::UnitTest&) override { role_.run(); }
    void OnTestStart(const testing::TestInfo& test) override { role_.test_hooks_->start(test); }
    void OnTestEnd(const testing::TestInfo&) override { role_.test_end(); }
    void OnEnvironmentsTearDownStart(const testing::UnitTest&) override {
      role_.hidden_suites_.restore();
    }
    void OnTestIterationEnd(const testing::UnitTest&, int iteration) override {
      role_.life_->iteration_ends(iteration);
    }
    void OnTestProgramEnd(const testing::UnitTest&) override { role_.program_end(); }

   private:
    LocalRole& role_;
  };

  class Inner : public testing::EmptyTestEventListener {
   public:
    explicit Inner(LocalRole& role) : role_(role) {}

    void OnTestIterationStart(const testing::UnitTest&, int iteration) override {
      if (!sets_environments_up(iteration)) role_.run();
    }
    void OnTestIterationEnd(const testing::UnitTest&, int iteration) override {
      role_.hidden_suites_.restore();
      role_.life_->tests_end(iteration, false);
    }

   private:
    LocalRole& role_;
  };

  // Called after the hooks of the program's start, because plugins may append listeners there.
  void add_inner() {
    if (inner_ == nullptr) put_last(inner_ = new Inner(*this));
  }

  void fail_session(const std::string& message, bool) override { fail_program(message); }
  std::vector<Item> all_items() override { return make_items(*catalog_); }

  void program_start() {
    catalog_.emplace();
    life_.emplace(*this, true);
    test_hooks_.emplace(life_->hooks(), *catalog_, *this);
    if (lists_) select_lists();
    life_->start();
    if (lists_) {
      life_->collect_list(of_run_.front().size());
    } else {
      collect();
    }
    if (order_) loop_.emplace(*catalog_, *this);
  }

  void program_end() {
    life_->end();
    test_hooks_.reset();
    life_.reset();
    ++run_;
  }

  void select_lists() {
    try {
      of_run_ = lists_->of_run(run_, *catalog_);
    } catch (const UsageError& error) {
      refuse(error.what());
    }
    if (catalog_->selected().empty()) {
      refuse(std::string(lists_->variable()) +
             " is set, but the filter selects no test: GoogleTest then sets up no environment; "
             "drop --gtest_filter");
    }
    follow(0);
  }

  void follow(std::size_t iteration) {
    order_ = of_run_[std::min(iteration, of_run_.size() - 1)];
    select_only(*catalog_, *order_);
  }

  // Deselects the tests that plugins remove. gtest runs the rest, unless plugins have reordered it:
  // then the item loop does. With --gtest_shuffle gtest's order counts.
  void collect() {
    const std::vector<TestIndex> order = life_->collect(catalog_->selected());
    deselect_others(*catalog_, order);
    order_.reset();
    if (!GTEST_XDIST_FLAG_GET(shuffle) && !std::is_sorted(order.begin(), order.end())) {
      order_ = order;
    }
  }

  void iteration_start(std::size_t iteration, int seed) {
    position_ = 0;
    if (lists_) follow(iteration);
    if (order_ || !life_->hooks().active()) return;
    gtest_order_ =
        GTEST_XDIST_FLAG_GET(shuffle) ? shuffled_selection(*catalog_, seed) : catalog_->selected();
  }

  void run() {
    if (!order_ || !environments_are_usable()) return;
    position_ = 0;
    running_ = true;
    loop_->run();
    running_ = false;
    hidden_suites_.hide(*catalog_);
  }

  NextItem next_item() override {
    if (position_ == order_->size()) return {NextItem::Kind::end, kNoTest};
    return {NextItem::Kind::item, (*order_)[position_++]};
  }

  void test_end() {
    test_hooks_->end();
    if (running_) loop_->on_test_end();
  }

  // Called in the tear-down of `test`.
  const Item* item_after(TestIndex test) override {
    if (!running_) {
      // gtest may have skipped tests before this one.
      const auto from = gtest_order_.begin() + static_cast<std::ptrdiff_t>(position_);
      const auto it = std::find(from, gtest_order_.end(), test);
      // A test may have registered the first plugin: then the order of this iteration is not known.
      if (it == gtest_order_.end()) return nullptr;
      position_ = static_cast<std::size_t>(it - gtest_order_.begin()) + 1;
    }
    const std::vector<TestIndex>& order = running_ ? *order_ : gtest_order_;
    return position_ < order.size() ? &life_->hooks().item(order[position_]) : nullptr;
  }

  const std::optional<IndexLists> lists_;
  unsigned run_ = 0;                            // calls of RUN_ALL_TESTS that have ended
  std::vector<std::vector<TestIndex>> of_run_;  // the lists of the current call, by iteration
  std::optional<Catalog> catalog_;
  std::optional<SessionLife> life_;  // while RUN_ALL_TESTS runs
  std::optional<TestHooks> test_hooks_;
  std::optional<std::vector<TestIndex>> order_;  // the tests to run, if the item loop runs them
  std::optional<ItemLoop> loop_;
  HiddenSuites hidden_suites_;
  bool running_ = false;                // whether the item loop runs
  std::size_t position_ = 0;            // of the next test, in order_ or in gtest_order_
  std::vector<TestIndex> gtest_order_;  // in this iteration
  Inner* inner_ = nullptr;              // owned by gtest

  // Keeps the object reachable for a leak checker, which looks when gtest's listeners are gone.
  inline static LocalRole* instance_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_LOCAL_ROLE_H_
