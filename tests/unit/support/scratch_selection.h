// Which tests of this binary gtest has selected, changed for a test and put back.
#ifndef SUPPORT_SCRATCH_SELECTION_H_
#define SUPPORT_SCRATCH_SELECTION_H_

#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// Selects the first `tests` and no others, for as long as it lives.
class ScratchSelection {
 public:
  ScratchSelection(const Catalog& catalog, TestIndex tests) : catalog_(catalog) {
    for_each(
        [&](bool& flag, bool is_first) {
          before_.push_back(flag);
          flag = is_first;
        },
        tests);
  }
  ScratchSelection(const ScratchSelection&) = delete;
  ScratchSelection& operator=(const ScratchSelection&) = delete;
  ~ScratchSelection() {
    auto before = before_.begin();
    for_each([&](bool& flag, bool) { flag = *before++; }, 0);
  }

 private:
  // All that says so: `call(flag, is_first)`, which is whether the test, or a test of the suite, is
  // one of the first `tests`.
  template <class Call>
  void for_each(Call call, TestIndex tests) const {
    for (TestIndex i = 0; i < catalog_.size(); ++i) {
      call(private_member<TestShouldRun>(catalog_.test(i)), i < tests);
      call(private_member<TestMatchesFilter>(catalog_.test(i)), i < tests);
    }
    for (SuiteIndex i = 0; i < catalog_.suite_count(); ++i) {
      call(private_member<SuiteShouldRun>(catalog_.suite(i)), catalog_.first_test(i) < tests);
    }
  }

  const Catalog& catalog_;
  std::vector<bool> before_;
};

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_SCRATCH_SELECTION_H_
