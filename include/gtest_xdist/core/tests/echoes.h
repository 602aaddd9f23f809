// Recognizes parts that were told before, by another process or by another worker.
//
// Layer: core/tests (standard library only). Does not know where parts come from.
#ifndef GTEST_XDIST_CORE_TESTS_ECHOES_H_
#define GTEST_XDIST_CORE_TESTS_ECHOES_H_

#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// Parts of which equal ones may come again. One that was told n times comes again n times; what
// comes more often is new.
class Echoes {
 public:
  explicit Echoes(std::vector<Part> told = {}) : told_(std::move(told)) {}

  void add(Part part) { told_.push_back(std::move(part)); }

  // Whether `part` was told before. It counts as having come again then.
  bool take(const Part& part) {
    for (Part& told : told_) {
      if (!told.tells_the_same_as(part)) continue;
      std::swap(told, told_.back());
      told_.pop_back();
      return true;
    }
    return false;
  }

 private:
  std::vector<Part> told_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TESTS_ECHOES_H_
