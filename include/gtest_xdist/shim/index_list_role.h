// A process that a user started with GTEST_XDIST_INDICES: runs that list, in that order, itself.
//
// Layer: shim. Printers and report writers work as ever.
#ifndef GTEST_XDIST_SHIM_INDEX_LIST_ROLE_H_
#define GTEST_XDIST_SHIM_INDEX_LIST_ROLE_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/item_loop.h"
#include "gtest_xdist/bridge/iteration.h"
#include "gtest_xdist/bridge/listeners.h"
#include "gtest_xdist/bridge/selection.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/shim/fatal.h"

namespace gtest_xdist::internal {

// Lives until the process ends.
class IndexListRole : public ItemSource {
 public:
  explicit IndexListRole(std::vector<TestIndex> indices) : indices_(std::move(indices)) {
    put_first(new Outer(*this));
  }

 private:
  class Outer : public testing::EmptyTestEventListener {
   public:
    explicit Outer(IndexListRole& role) : role_(role) {}

    void OnTestProgramStart(const testing::UnitTest&) override { role_.program_start(); }
    void OnEnvironmentsSetUpEnd(const testing::UnitTest&) override { role_.run(); }
    void OnTestEnd(const testing::TestInfo&) override {
      if (role_.running_) role_.loop_->on_test_end();
    }
    void OnEnvironmentsTearDownStart(const testing::UnitTest&) override {
      role_.hidden_suites_.restore();
    }

   private:
    IndexListRole& role_;
  };

  class Inner : public testing::EmptyTestEventListener {
   public:
    explicit Inner(IndexListRole& role) : role_(role) {}

    void OnTestIterationStart(const testing::UnitTest&, int iteration) override {
      if (!sets_environments_up(iteration)) role_.run();
    }
    void OnTestIterationEnd(const testing::UnitTest&, int) override {
      role_.hidden_suites_.restore();
    }

   private:
    IndexListRole& role_;
  };

  NextItem next_item() override {
    if (next_ == indices_.size()) return {NextItem::Kind::end, kNoTest};
    return {NextItem::Kind::item, indices_[next_++]};
  }

  void program_start() {
    if (!std::exchange(inner_is_there_, true)) put_last(new Inner(*this));
    catalog_.emplace();
    const TestIndex largest = *std::max_element(indices_.begin(), indices_.end());
    if (largest >= catalog_->size()) {
      fatal(std::string(kIndicesVariable) + "='" + format_index_list(indices_) +
            "' is not valid: expected numbers below " + std::to_string(catalog_->size()) +
            ", the number of tests in this binary");
    }
    if (catalog_->selected().empty()) {
      fatal(std::string(kIndicesVariable) +
            " is set, but the filter selects no test: GoogleTest then sets up no environment; "
            "drop --gtest_filter");
    }
    select_only(*catalog_, indices_);
    loop_.emplace(*catalog_, *this);
  }

  void run() {
    if (!environments_are_usable()) return;
    next_ = 0;
    running_ = true;
    loop_->run();
    running_ = false;
    hidden_suites_.hide(*catalog_);
  }

  const std::vector<TestIndex> indices_;  // never empty
  std::size_t next_ = 0;
  std::optional<Catalog> catalog_;
  std::optional<ItemLoop> loop_;
  HiddenSuites hidden_suites_;
  bool running_ = false;
  bool inner_is_there_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_INDEX_LIST_ROLE_H_
