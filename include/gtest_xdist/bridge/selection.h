// Which tests are selected.
//
// Layer: bridge. A controller hides its tests from gtest behind an empty shard and then selects
// them as gtest would have.
#ifndef GTEST_XDIST_BRIDGE_SELECTION_H_
#define GTEST_XDIST_BRIDGE_SELECTION_H_

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/compat.h"
#include "gtest_xdist/bridge/private_access.h"
#include "gtest_xdist/core/options.h"

namespace gtest_xdist::internal {

inline constexpr const char* kTotalShardsVariable = "GTEST_TOTAL_SHARDS";
inline constexpr const char* kShardIndexVariable = "GTEST_SHARD_INDEX";

// The part of the tests that this machine is to run.
struct Shard {
  std::int32_t total = 1;
  std::int32_t index = 0;
};

// While it hides, gtest selects no test, and so sets no environment up. Process-wide state: the
// environment, and from gtest 1.18 on two flags.
class EmptyShard {
 public:
  // Does nothing if the user's own variables are not a shard: gtest complains of them best.
  void hide() {
    if (hidden_ || !remember()) return;
    hidden_ = true;
    set(std::to_string(kTotal), std::to_string(kTotal - 1));
    GTEST_XDIST_FLAG_SET(total_shards, kTotal);
    GTEST_XDIST_FLAG_SET(shard_index, kTotal - 1);
  }

  // The user's own shard is in force again.
  void restore() {
    if (!hidden_) return;
    hidden_ = false;
    set(total_text_, index_text_);
    if (GTEST_XDIST_FLAG_GET(total_shards) != kTotal) return;  // the command line said otherwise
    const bool is_shard = total_text_ && *total_text_ != kNoShard;
    GTEST_XDIST_FLAG_SET(total_shards, is_shard ? shard_.total : -1);
    GTEST_XDIST_FLAG_SET(shard_index, is_shard ? shard_.index : -1);
  }

  bool hidden() const { return hidden_; }
  const Shard& shard() const { return shard_; }

 private:
  static constexpr std::int32_t kTotal = 2147483647;  // no suite has so many tests
  static constexpr const char* kNoShard = "-1";       // in both variables: gtest's default

  static std::optional<std::string> get(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  }

  static void put(const char* name, const std::optional<std::string>& value) {
    if (value) {
      ::setenv(name, value->c_str(), 1);
    } else {
      ::unsetenv(name);
    }
  }

  static void set(const std::optional<std::string>& total,
                  const std::optional<std::string>& index) {
    put(kTotalShardsVariable, total);
    put(kShardIndexVariable, index);
  }

  bool remember() {
    total_text_ = get(kTotalShardsVariable);
    index_text_ = get(kShardIndexVariable);
    if (!total_text_ && !index_text_) return true;
    if (!total_text_ || !index_text_) return false;
    if (*total_text_ == kNoShard && *index_text_ == kNoShard) return true;
    const std::optional<unsigned> total = parse_number(*total_text_, kTotal);
    const std::optional<unsigned> index = parse_number(*index_text_, kTotal);
    if (!total || !index || *index >= *total) return false;
    shard_ = {static_cast<std::int32_t>(*total), static_cast<std::int32_t>(*index)};
    return true;
  }

  bool hidden_ = false;
  std::optional<std::string> total_text_;
  std::optional<std::string> index_text_;
  Shard shard_;
};

// Selects what gtest would have selected in `shard`: what matches the filter, is not disabled, and
// falls into the shard when runnable tests are dealt out in order of registration.
inline void select_shard(const Catalog& catalog, const Shard& shard) {
  const bool also_disabled = GTEST_XDIST_FLAG_GET(also_run_disabled_tests);
  std::int32_t runnable_tests = 0;
  for (SuiteIndex suite = 0; suite < catalog.suite_count(); ++suite) {
    bool any = false;
    for (TestIndex i = catalog.first_test(suite); i < catalog.first_test(suite + 1); ++i) {
      testing::TestInfo& test = catalog.test(i);
      const bool is_runnable = private_member<TestMatchesFilter>(test) &&
                               (also_disabled || !private_member<TestIsDisabled>(test));
      const bool elsewhere = runnable_tests % shard.total != shard.index;
      private_member<TestInOtherShard>(test) = elsewhere;
      private_member<TestShouldRun>(test) = is_runnable && !elsewhere;
      any |= is_runnable && !elsewhere;
      runnable_tests += is_runnable ? 1 : 0;
    }
    private_member<SuiteShouldRun>(catalog.suite(suite)) = any;
  }
}

// Takes what is not in `tests` out of the selection, as if the filter did not match it.
inline void deselect_others(const Catalog& catalog, const std::vector<TestIndex>& tests) {
  std::vector<bool> stays(catalog.size());
  for (const TestIndex i : tests) stays[i] = true;
  for (SuiteIndex suite = 0; suite < catalog.suite_count(); ++suite) {
    bool any = false;
    for (TestIndex i = catalog.first_test(suite); i < catalog.first_test(suite + 1); ++i) {
      testing::TestInfo& test = catalog.test(i);
      if (test.should_run() && !stays[i]) {
        private_member<TestShouldRun>(test) = false;
        private_member<TestMatchesFilter>(test) = false;
      }
      any |= test.should_run();
    }
    private_member<SuiteShouldRun>(catalog.suite(suite)) = any;
  }
}

// Selects exactly `tests`, whatever the filter says.
inline void select_only(const Catalog& catalog, const std::vector<TestIndex>& tests) {
  for (TestIndex i = 0; i < catalog.size(); ++i) {
    private_member<TestShouldRun>(catalog.test(i)) = false;
    private_member<TestMatchesFilter>(catalog.test(i)) = false;
  }
  for (SuiteIndex i = 0; i < catalog.suite_count(); ++i) {
    private_member<SuiteShouldRun>(catalog.suite(i)) = false;
  }
  for (const TestIndex i : tests) {
    private_member<TestShouldRun>(catalog.test(i)) = true;
    private_member<TestMatchesFilter>(catalog.test(i)) = true;
    private_member<TestInOtherShard>(catalog.test(i)) = false;
    private_member<SuiteShouldRun>(catalog.suite(catalog.suite_of(i))) = true;
  }
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_SELECTION_H_
