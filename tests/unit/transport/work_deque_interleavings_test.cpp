// Every interleaving of the owner's and the thief's memory accesses, tried on the deque's own code.
//
// The header is compiled a second time here, with atomics that stop before each access, in a
// namespace of its own. The memory is that of x86: each side's stores wait in a buffer and become
// visible to the other side later, in their order; a fence and a compare-exchange wait for that.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace stepped {

using Value = std::int64_t;
enum class Access { load, store, fence, compare_exchange };

// Runs one side's operation up to its next memory access. The operation is begun anew each time:
// accesses that it has made before get the answers they got then, the next one is made, and the one
// after that throws Pause.
struct Pause {};

struct Memory {
  std::vector<Value> cells;
  std::array<std::deque<std::pair<std::size_t, Value>>, 2> buffers;  // by side: stores on their way

  Value load(std::size_t side, std::size_t address) const {
    const auto& buffer = buffers[side];
    for (auto it = buffer.rbegin(); it != buffer.rend(); ++it) {
      if (it->first == address) return it->second;
    }
    return cells[address];
  }
  void flush_one(std::size_t side) {
    cells[buffers[side].front().first] = buffers[side].front().second;
    buffers[side].pop_front();
  }
  bool operator<(const Memory& other) const {
    return std::tie(cells, buffers) < std::tie(other.cells, other.buffers);
  }
};

// What the atomics below act on. One test runs at a time.
struct Stage {
  Memory* memory = nullptr;
  std::size_t side = 0;
  std::vector<Value>* answers = nullptr;  // of the accesses made so far
  std::size_t replayed = 0;
  bool may_access = false;  // whether the next new access is to be made
};
inline Stage stage;

// Makes an access, or gives its answer once more.
inline Value access(Access kind, std::size_t address, Value value, Value expected) {
  if (stage.replayed < stage.answers->size()) return (*stage.answers)[stage.replayed++];
  Memory& memory = *stage.memory;
  const bool waits_for_stores = kind == Access::fence || kind == Access::compare_exchange;
  if (!stage.may_access || (waits_for_stores && !memory.buffers[stage.side].empty())) throw Pause();
  stage.may_access = false;
  Value answer = 0;
  switch (kind) {
    case Access::load:
      answer = memory.load(stage.side, address);
      break;
    case Access::store:
      memory.buffers[stage.side].emplace_back(address, value);
      break;
    case Access::fence:
      break;
    case Access::compare_exchange:
      answer = memory.cells[address];
      if (answer == expected) memory.cells[address] = value;
      break;
  }
  stage.answers->push_back(answer);
  ++stage.replayed;
  return answer;
}

// Stands for namespace std in the header: what is not declared here is std's.
namespace std_with_steps {
using namespace std;

// Its place in memory is its number among all atomics of the deque.
template <class T>
class atomic {
 public:
  static constexpr bool is_always_lock_free = true;

  atomic(T = T{}) {}
  void place_at(size_t address) { address_ = address; }

  T load(memory_order) const { return static_cast<T>(access(Access::load, address_, 0, 0)); }
  void store(T value, memory_order) {
    access(Access::store, address_, static_cast<Value>(value), 0);
  }
  bool compare_exchange_strong(T& expected, T desired, memory_order, memory_order) {
    const auto before =
        static_cast<T>(access(Access::compare_exchange, address_, static_cast<Value>(desired),
                              static_cast<Value>(expected)));
    return exchange(expected, before) == before;
  }

 private:
  size_t address_ = 0;
};

inline void atomic_thread_fence(memory_order) { access(Access::fence, 0, 0, 0); }

}  // namespace std_with_steps
}  // namespace stepped

// The standard headers that these include have been included above.
namespace stepped {
#define std std_with_steps
#define gtest_xdist deque_under_test
#include "gtest_xdist/transport/work_deque.h"
#undef gtest_xdist
#undef std
}  // namespace stepped

namespace stepped {
namespace {

using deque_under_test::internal::WorkDeque;
using deque_under_test::internal::WorkDequeCell;
using deque_under_test::internal::WorkDequeState;

enum class Operation { push, take_back, take };

using Program = std::vector<Operation>;
using Values = std::vector<Value>;

constexpr std::size_t kCapacity = 4;
constexpr std::size_t kOwner = 0;
constexpr std::size_t kThief = 1;
constexpr Value kNothing = -1;
constexpr Value kPushedLater = 100;  // what the owner's push puts in; the first tests are 0, 1, …
// Addresses.
constexpr std::size_t kTop = 0;
constexpr std::size_t kBottom = 1;
constexpr std::size_t kFirstCell = 2;

// One side: what it does, and how far it has come.
struct Side {
  Program program;
  WorkDeque view;
  std::size_t at = 0;  // the operation under way
  Values answers;      // of its accesses so far
  Values got;          // what the operations before it gave

  bool done() const { return at == program.size(); }
};

// Which ends were reached, so that a test can see that the search was one.
struct Ends {
  std::set<std::pair<Values, Values>> got;  // by the owner and by the thief
  std::size_t situations = 0;
};

// Tries everything that can happen when the two sides run their programs on a deque of `tests`
// tests, and checks what comes out.
class Search {
 public:
  Search(Value tests, const Program& owner, const Program& thief) : tests_(tests) {
    state_.top.place_at(kTop);
    state_.bottom.place_at(kBottom);
    for (std::size_t i = 0; i < kCapacity; ++i) cells_[i].place_at(kFirstCell + i);
    const WorkDeque view(state_, cells_.data(), kCapacity, tests);
    Memory memory;
    memory.cells = {0, tests};
    for (Value i = 0; i < Value{kCapacity}; ++i) memory.cells.push_back(i);
    visit(memory, {Side{owner, view, 0, {}, {}}, Side{thief, view, 0, {}, {}}});
  }

  const Ends& ends() const { return ends_; }

 private:
  using Sides = std::array<Side, 2>;

  void visit(const Memory& memory, const Sides& sides) {
    const auto place = [](const Side& side) {
      return std::make_tuple(side.at, side.answers, side.got);
    };
    if (!visited_.insert({memory, place(sides[kOwner]), place(sides[kThief])}).second) return;
    ++ends_.situations;
    bool stuck = true;
    for (const std::size_t who : {kOwner, kThief}) {
      if (!memory.buffers[who].empty()) {
        stuck = false;
        Memory later = memory;
        later.flush_one(who);
        visit(later, sides);
      }
      Memory later = memory;
      Sides moved = sides;
      if (advance(later, moved[who], who)) {
        stuck = false;
        visit(later, moved);
      }
    }
    if (!stuck) return;
    ASSERT_TRUE(sides[kOwner].done() && sides[kThief].done());
    check_end(memory, sides);
  }

  // One access of one side. False if it cannot make one now.
  static bool advance(Memory& memory, Side& side, std::size_t who) {
    if (side.done()) return false;
    stage = {&memory, who, &side.answers, 0, true};
    WorkDeque view = side.view;
    try {
      side.got.push_back(perform(view, side.program[side.at]));
    } catch (const Pause&) {
      return !stage.may_access;
    }
    side.view = view;
    side.answers.clear();
    ++side.at;
    return true;
  }

  static Value perform(WorkDeque& view, Operation operation) {
    switch (operation) {
      case Operation::push:
        return view.push(static_cast<unsigned>(kPushedLater)) ? kPushedLater : kNothing;
      case Operation::take_back:
        return from(view.take_back());
      case Operation::take:
        return from(view.take());
    }
    return kNothing;
  }

  static Value from(const std::optional<std::uint32_t>& test) {
    return test ? Value{*test} : kNothing;
  }

  void check_end(const Memory& memory, const Sides& sides) {
    const Side& owner = sides[kOwner];
    const Side& thief = sides[kThief];
    ends_.got.emplace(owner.got, thief.got);

    // Every test is in one place: with the owner, with the thief, or still in the deque.
    Values expected;
    for (Value test = 0; test < tests_; ++test) expected.push_back(test);
    Values found;
    for (std::size_t i = 0; i < owner.program.size(); ++i) {
      if (owner.program[i] == Operation::push) {
        expected.push_back(kPushedLater);
      } else if (owner.got[i] != kNothing) {
        found.push_back(owner.got[i]);
      }
    }
    Values taken = thief.got;
    taken.erase(std::remove(taken.begin(), taken.end(), kNothing), taken.end());
    found.insert(found.end(), taken.begin(), taken.end());
    std::size_t left = 0;
    for (Value at = memory.cells[kTop]; at < memory.cells[kBottom]; ++at, ++left) {
      found.push_back(memory.cells[kFirstCell + static_cast<std::size_t>(at) % kCapacity]);
    }
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected);

    // The thief takes in the order of pushing, and goes away empty-handed only from a deque that
    // is empty, or from which the owner has just taken the last one.
    EXPECT_TRUE(std::is_sorted(taken.begin(), taken.end()));
    const bool went_away = taken.size() < thief.got.size();
    const bool pushed = std::count(owner.program.begin(), owner.program.end(), Operation::push) > 0;
    EXPECT_TRUE(!went_away || pushed || left == 0);

    Memory copy = memory;
    Values ends = {memory.cells[kTop], memory.cells[kBottom]};
    stage = {&copy, kOwner, &ends, 0, false};
    EXPECT_EQ(owner.view.taken(), static_cast<Value>(taken.size()));
  }

  Value tests_;
  WorkDequeState state_;
  std::array<WorkDequeCell, kCapacity> cells_;
  using Place = std::tuple<std::size_t, Values, Values>;
  std::set<std::tuple<Memory, Place, Place>> visited_;
  Ends ends_;
};

constexpr Operation kPush = Operation::push;
constexpr Operation kTakeBack = Operation::take_back;
constexpr Operation kTake = Operation::take;

TEST(WorkDequeInterleavings, OfTheLastTestEndOnOneSide) {
  const Ends ends = Search(1, {kTakeBack}, {kTake}).ends();
  const std::set<std::pair<Values, Values>> expected = {{{0}, {kNothing}}, {{kNothing}, {0}}};
  EXPECT_EQ(ends.got, expected);
}

TEST(WorkDequeInterleavings, OfTheLastTwoTestsLoseAndDoubleNothing) {
  const Ends ends = Search(2, {kTakeBack, kTakeBack}, {kTake, kTake}).ends();
  const std::set<std::pair<Values, Values>> expected = {
      {{1, 0}, {kNothing, kNothing}},
      {{1, kNothing}, {0, kNothing}},
      {{1, kNothing}, {kNothing, 0}},
      {{kNothing, kNothing}, {0, 1}},
  };
  for (const auto& end : ends.got) {
    EXPECT_EQ(expected.count(end), 1U)
        << testing::PrintToString(end.first) << testing::PrintToString(end.second);
  }
  EXPECT_GE(ends.got.size(), 3U);
}

TEST(WorkDequeInterleavings, OfAnyShortProgramsLoseAndDoubleNothing) {
  const Program owners[] = {
      {kTakeBack},
      {kTakeBack, kTakeBack},
      {kPush},
      {kPush, kTakeBack},
      {kTakeBack, kPush},
      {kTakeBack, kPush, kTakeBack},
      {kPush, kTakeBack, kTakeBack},
      {kTakeBack, kTakeBack, kTakeBack},
  };
  for (const Value tests : {0, 1, 2, 3}) {
    for (const Program& owner : owners) {
      for (const Program& thief : {Program{kTake}, Program{kTake, kTake}}) {
        const Ends ends = Search(tests, owner, thief).ends();
        EXPECT_GT(ends.situations, 5U);
        if (testing::Test::HasFailure()) return;  // the first one is enough to read
      }
    }
  }
}

}  // namespace
}  // namespace stepped
