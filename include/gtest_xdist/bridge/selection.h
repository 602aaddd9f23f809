// Selects tests, and hides them from gtest behind an empty shard.
//
// Layer: bridge. A controller hides all tests, and then selects them as gtest would have. Does not
// run tests.
#ifndef GTEST_XDIST_BRIDGE_SELECTION_H_
#define GTEST_XDIST_BRIDGE_SELECTION_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/process/self.h"

namespace gtest_xdist::internal {

inline constexpr const char* kTotalShardsVariable = "GTEST_TOTAL_SHARDS";
inline constexpr const char* kShardIndexVariable = "GTEST_SHARD_INDEX";

// The part of the tests that this machine should run.
struct Shard {
  std::int32_t total = 1;
  std::int32_t index = 0;
};

// While it hides the tests, gtest selects none, and so sets no environment up. Process-wide state:
// two variables and, if has_shard_flags(), two flags. Before main the flags take their defaults
// from the variables.
class EmptyShard {
 public:
  // Restores what the user said, if a process that was hiding its tests has started this one: a
  // main that starts itself anew, say. Call this before main.
  static void restore_inherited() {
    const std::optional<std::string> users = get(kPrivateShardVariable);
    if (!users) return;
    ::unsetenv(kPrivateShardVariable);
    if (get(kTotalShardsVariable) != std::to_string(kTotal)) return;  // it has been set since
    const std::size_t slash = users->find('/');
    if (slash == std::string::npos) return;
    const auto text_of = [](const std::string& part) {
      return part.empty() ? std::nullopt : std::optional(part);
    };
    const std::optional<std::string> total = text_of(users->substr(0, slash));
    const std::optional<std::string> index = text_of(users->substr(slash + 1));
    set_variables(total, index);
    // The flags may have taken their defaults already.
    set_flags(number_in(total).value_or(kNone), number_in(index).value_or(kNone));
  }

  // Does nothing if what the user said is not a shard: then gtest complains.
  void hide() {
    if (hidden_ || !remember()) return;
    hidden_ = true;
    set_variables(std::to_string(kTotal), std::to_string(kTotal - 1));
    put(kPrivateShardVariable, total_text_.value_or("") + "/" + index_text_.value_or(""));
    set_flags(kTotal, kTotal - 1);
  }

  // Call this when gtest has read its flags. Adopts a shard that the user gave as flags.
  void flags_are_read() {
    flags_are_read_ = true;
    if (!hidden_ || !has_shard_flags()) return;
    const std::int32_t total = GTEST_XDIST_FLAG_GET(total_shards);
    const std::int32_t index = GTEST_XDIST_FLAG_GET(shard_index);
    if (adopt(total == kTotal ? users_total_ : total, index == kTotal - 1 ? users_index_ : index)) {
      set_flags(kTotal, kTotal - 1);
    } else {
      restore();
      set_flags(users_total_, users_index_);
    }
  }

  // Restores what the user said.
  void restore() {
    if (!hidden_) return;
    hidden_ = false;
    set_variables(total_text_, index_text_);
    ::unsetenv(kPrivateShardVariable);
    if (GTEST_XDIST_FLAG_GET(total_shards) != kTotal) return;  // main has set it since
    set_flags(users_total_, users_index_);
  }

  bool hidden() const { return hidden_; }
  const Shard& shard() const { return shard_; }

 private:
  static constexpr std::int32_t kTotal = 2147483646;  // no suite has so many tests
  // GoogleTest takes the largest long for an overflow, and a long can have 32 bits.
  static_assert(kTotal < std::numeric_limits<std::int32_t>::max());
  static constexpr std::int32_t kNone = -1;  // gtest's default of both flags

  static std::optional<std::string> get(const char* name) {
    const char* value = variable_in_environment(name);
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

  static void set_variables(const std::optional<std::string>& total,
                            const std::optional<std::string>& index) {
    put(kTotalShardsVariable, total);
    put(kShardIndexVariable, index);
  }

  static void set_flags(std::int32_t total, std::int32_t index) {
    GTEST_XDIST_FLAG_SET(total_shards, total);
    GTEST_XDIST_FLAG_SET(shard_index, index);
  }

  // Returns nothing if gtest would not take the text for a number.
  static std::optional<std::int32_t> number_in(const std::optional<std::string>& text) {
    if (!text || *text == "-1") return kNone;
    const std::optional<unsigned> number = parse_number(*text, kTotal);
    if (!number) return std::nullopt;
    return static_cast<std::int32_t>(*number);
  }

  bool remember() {
    total_text_ = get(kTotalShardsVariable);
    index_text_ = get(kShardIndexVariable);
    if (flags_are_read_ && has_shard_flags()) {
      return adopt(GTEST_XDIST_FLAG_GET(total_shards), GTEST_XDIST_FLAG_GET(shard_index));
    }
    const std::optional<std::int32_t> total = number_in(total_text_);
    const std::optional<std::int32_t> index = number_in(index_text_);
    return total && index && adopt(*total, *index);
  }

  // Keeps the user's values. Returns whether they are a shard, or mean all tests.
  bool adopt(std::int32_t total, std::int32_t index) {
    users_total_ = total;
    users_index_ = index;
    const bool is_all = total == kNone && index == kNone;
    shard_ = is_all ? Shard() : Shard{total, index};
    return is_all || (index >= 0 && index < total);
  }

  bool hidden_ = false;
  bool flags_are_read_ = false;
  std::optional<std::string> total_text_;
  std::optional<std::string> index_text_;
  std::int32_t users_total_ = kNone;
  std::int32_t users_index_ = kNone;
  Shard shard_;
};

// Selects what gtest would have selected in `shard`: the tests that match the filter, are not
// disabled, and fall into the shard. Runnable tests are dealt out to the shards in order of
// registration.
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

// Deselects the tests that are not in `tests`, as if the filter did not match them.
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
