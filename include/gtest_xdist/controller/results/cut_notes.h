// Gathers which output was cut because it was too much, and prints it.
//
// Layer: controller/results. Does not cut anything.
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
  // `what` printed `printed` bytes, and at most `limit` bytes were kept of each stream. Only the
  // first note on `what` counts, because several workers may print the same.
  void add(const std::string& what, std::uint64_t printed, std::uint64_t limit) {
    if (!known_.insert(what).second) return;
    texts_.push_back("the output of " + what + " was cut: it printed " + describe_size(printed) +
                     ", " + kMaxOutputVariable + " is " + std::to_string(limit / kMegabyte));
  }

  // Prints a line for each note.
  void tell() const {
    for (const std::string& text : texts_) note(text);
  }

 private:
  std::set<std::string> known_;
  std::vector<std::string> texts_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_CUT_NOTES_H_
