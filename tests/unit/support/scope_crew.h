// Fake workers under a LoadScopeScheduling.
#ifndef SUPPORT_SCOPE_CREW_H_
#define SUPPORT_SCOPE_CREW_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest_xdist/scheduler/load_scope.h"
#include "gtest_xdist/testing/fake_node.h"

#include "support/fake_crew.h"

namespace gtest_xdist {

// A letter for each test: the tests of one letter are a scope.
inline std::vector<std::uint32_t> scopes(const std::string& letters) {
  std::vector<std::uint32_t> numbers;
  for (const char letter : letters) numbers.push_back(static_cast<std::uint32_t>(letter - 'A'));
  return numbers;
}

class ScopeCrew : public FakeCrew<LoadScopeScheduling> {
 public:
  ScopeCrew(const std::string& letters, std::size_t workers, bool reorder = false,
            FakeNode::Pace pace = FakeNode::Pace::eager)
      : FakeCrew(letters.size(), workers, pace, scopes(letters), reorder) {}
};

// Each node in turn completes a test if it has one, that many turns in all.
inline void take_turns(ScopeCrew& crew, std::size_t turns) {
  for (std::size_t turn = 0; turn < turns; ++turn) {
    const std::size_t number = turn % crew.size();
    if (crew.node(number).pending() > 0) crew.complete(number);
  }
}

// Begins a test in the moment in which its tests are taken back.
class QuickNode : public FakeNode {
 public:
  using FakeNode::FakeNode;

  std::vector<TestIndex> take_back(std::size_t count) override {
    complete();
    start();
    return FakeNode::take_back(count);
  }
};

}  // namespace gtest_xdist

#endif  // SUPPORT_SCOPE_CREW_H_
