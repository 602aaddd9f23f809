// Whose output was cut because it was too much.
//
// Layer: controller/results.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_CUT_NOTES_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_CUT_NOTES_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/output/output_file.h"

namespace gtest_xdist::internal {

class CutNotes {
 public:
  // `what` printed so much, and `limit` was kept of each stream, both in bytes. Only the first time
  // counts: several workers may print the same.
  void add(const std::string& what, std::uint64_t printed, std::uint64_t limit) {
    if (!known_.insert(what).second) return;
    texts_.push_back("the output of " + what + " was cut: it printed " + describe_size(printed) +
                     ", " + kMaxOutputVariable + " is " + std::to_string(limit / kMegabyte));
  }

  // Prints a line for each.
  void tell() const {
    for (const std::string& text : texts_) note(text);
  }

 private:
  std::set<std::string> known_;
  std::vector<std::string> texts_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_CUT_NOTES_H_
