#include "gtest_xdist/once.h"

#include <signal.h>

#include <atomic>
#include <cstddef>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/children.h"
#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist {
namespace {

using internal::once_values;
using Strings = std::vector<std::string>;

Strings torn_down;

Strings end() {
  Strings failures;
  once_values().end_session([&](const std::string& message) { failures.push_back(message); });
  return failures;
}

struct Leaky {
  int kept = 0;
  int lost = 0;  // does not travel
};
template <class Visitor>
void visit_fields(Visitor& visit, Leaky& leaky) {
  visit(leaky.kept);
}

// A tree of any depth: too deep a one cannot travel.
struct Tree {
  std::vector<Tree> branches;
};
template <class Visitor>
void visit_fields(Visitor& visit, Tree& tree) {
  visit(tree.branches);
}

Tree tree_of_depth(int depth) {
  Tree tree;
  for (int i = 1; i < depth; ++i) {
    Tree outer;
    outer.branches.push_back(std::move(tree));
    tree = std::move(outer);
  }
  return tree;
}

// The values of this process alone.
class OnceTest : public testing::Test {
 protected:
  void SetUp() override { torn_down.clear(); }
  void TearDown() override { end(); }
};

TEST_F(OnceTest, IsMadeOnceAndStays) {
  int calls = 0;
  const std::string& first = once("a", [&] { return std::to_string(++calls); });
  const std::string& second = once("a", [&] { return std::to_string(++calls); });
  EXPECT_EQ(first, "1");
  EXPECT_EQ(&first, &second);
  EXPECT_EQ(calls, 1);
  end();
  EXPECT_EQ(once("a", [&] { return std::to_string(++calls); }), "2");
  EXPECT_EQ(first, "1") << "it lives as long as the process";
}

TEST_F(OnceTest, IsWhatTravels) {
  EXPECT_EQ(once("leaky", [] { return Leaky{1, 2}; }).lost, 0);
}

TEST_F(OnceTest, IsReadAsATypeOfTheSameName) {
  EXPECT_EQ(once("number", [] { return 7; }), 7);
  EXPECT_EQ(once("number", [] { return 8UL; }), 7UL);
  EXPECT_EQ(once("large", [] { return 1000; }), 1000);
  EXPECT_EQ(text_of_thrown<OnceError>([] { once("large", [] { return 'c'; }); }),
            "once(\"large\"): the number 1000 is not within -128 to 127");
}

TEST_F(OnceTest, IsOfOneType) {
  once("a", [] { return std::map<std::string, int>{{"b", 1}}; });
  EXPECT_EQ(text_of_thrown<OnceError>([] { once("a", [] { return std::string(); }); }),
            "once(\"a\") is a map<string, integer> and is asked for as string");
}

TEST_F(OnceTest, AnExceptionLeavesItUnmade) {
  EXPECT_EQ(text_of_thrown<std::logic_error>([] {
              once(
                  "a", []() -> int { throw std::logic_error("not today"); },
                  [](int) { torn_down.push_back("a"); });
            }),
            "not today");
  EXPECT_EQ(once("a", [] { return 5; }), 5);
  EXPECT_EQ(end(), Strings());
  EXPECT_EQ(torn_down, Strings());
}

TEST_F(OnceTest, AskingForItselfIsAnError) {
  EXPECT_EQ(
      text_of_thrown<OnceError>([] { once("a", [] { return once("a", [] { return 1; }); }); }),
      "once(\"a\") waits for once(\"a\")");
  EXPECT_EQ(text_of_thrown<OnceError>([] {
              once("z", [] {
                return once("a",
                            [] { return once("b", [] { return once("a", [] { return 1; }); }); });
              });
            }),
            "once(\"a\") waits for once(\"b\"), which waits for once(\"a\")");
  EXPECT_EQ(once("a", [] { return once("b", [] { return 1; }) + 1; }), 2);
}

TEST_F(OnceTest, ManyThreadsAskAtOnce) {
  std::atomic<int> calls{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (const char* name : {"a", "b", "c"}) {
        EXPECT_EQ(once(name,
                       [&] {
                         ++calls;
                         return std::string(name) + "!";
                       }),
                  std::string(name) + "!");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(calls, 3);
}

int seven() { return 7; }
void note_number(int number) { torn_down.push_back(std::to_string(number)); }
bool note_reference(const int& number) noexcept {
  torn_down.push_back("&" + std::to_string(number));
  return true;
}

TEST_F(OnceTest, ManyFunctionsCanTearDown) {
  once("function", seven, note_number);
  once("pointer", &seven, &note_reference);
  once("lambda", seven, [](int number) { torn_down.push_back("l" + std::to_string(number)); });
  once("returns", seven, [](long number) {
    torn_down.push_back("r" + std::to_string(number));
    return 0;
  });
  once("generic", seven, [](auto number) { torn_down.push_back("g" + std::to_string(number)); });
  std::string captured = "7";
  once(
      "make captures", [&] { return captured; },
      [](const std::string& text) { torn_down.push_back("c" + text); });
  EXPECT_EQ(end(), Strings());
  EXPECT_EQ(torn_down, (Strings{"c7", "g7", "r7", "l7", "&7", "7"}));
}

TEST_F(OnceTest, ATearDownCanAskForWhatIsStillThere) {
  once("a", seven, note_number);
  once("b", seven, [](int) { note_number(once("a", seven) + once("b", seven)); });
  EXPECT_EQ(end(), Strings());
  EXPECT_EQ(torn_down, (Strings{"14", "7"}));
}

TEST_F(OnceTest, WhatCannotBeKeptIsTornDownAtOnce) {
  EXPECT_EQ(text_of_thrown<OnceError>([] {
              once(
                  "deep", [] { return tree_of_depth(1001); },
                  [](const Tree&) { torn_down.push_back("deep"); });
            }),
            "once(\"deep\"): structs nested more than 1000 deep");
  EXPECT_EQ(torn_down, Strings{"deep"});
  EXPECT_EQ(end(), Strings());
  EXPECT_EQ(torn_down.size(), 1U);
}

// Forked processes, each a worker of the same session.
class SharedOnceTest : public testing::Test {
 protected:
  template <class F>
  void start_worker(F f) {
    children_.start([this, f] {
      once_values().join(scratch_.path());
      return f();
    });
  }
  void note(const std::string& word) const {
    std::ofstream(scratch_.path() + "/notes", std::ios::app) << word + "\n" << std::flush;
  }
  Strings notes() const {
    std::ifstream file(scratch_.path() + "/notes");
    Strings lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

  ScratchDirectory scratch_;
  Children children_;
};

TEST_F(SharedOnceTest, OneMakesAndAllGetTheSame) {
  for (int i = 0; i < 8; ++i) {
    start_worker([this] {
      const std::string value = once("a", [this] {
        note(std::to_string(::getpid()));
        return std::to_string(::getpid());
      });
      return Strings{value} == notes();
    });
  }
}

TEST_F(SharedOnceTest, OneFailsAndAnotherMakes) {
  for (int i = 0; i < 4; ++i) {
    start_worker([this] {
      try {
        return once("a", [this] {
                 note("try");
                 if (notes().size() < 3) throw std::runtime_error("not yet");
                 return 5;
               }) == 5;
      } catch (const std::runtime_error&) {
        return false;
      }
    });
  }
  int failed = 0;
  for (int i = 0; i < 4; ++i) failed += children_.wait_for_first() == 0 ? 0 : 1;
  EXPECT_EQ(failed, 2);
  EXPECT_EQ(notes().size(), 3U);
}

TEST_F(SharedOnceTest, OneDiesAndAnotherMakes) {
  for (int i = 0; i < 4; ++i) {
    start_worker([this] {
      return once("a", [this] {
               note("try");
               if (notes().size() < 3) ::raise(SIGKILL);
               return 5;
             }) == 5;
    });
  }
  int killed = 0;
  for (int i = 0; i < 4; ++i) killed += WIFSIGNALED(children_.wait_for_first()) ? 1 : 0;
  EXPECT_EQ(killed, 2);
  EXPECT_EQ(notes().size(), 3U);
}

TEST_F(SharedOnceTest, TheTypeIsToldToOthers) {
  start_worker([] { return once("a", [] { return 0.5; }) == 0.5; });
  EXPECT_EQ(children_.wait_for_first(), 0);
  start_worker([] {
    return text_of_thrown<OnceError>([] { once("a", [] { return true; }); }) ==
           "once(\"a\") is a double and is asked for as bool";
  });
}

TEST_F(SharedOnceTest, AForkOfAWorkerIsLikeTheWorker) {
  start_worker([] {
    Children own;
    own.start([] { return once("a", [] { return 1; }) == 1; });
    const bool is_well = own.wait_for_first() == 0;
    return is_well && once("a", [] { return 2; }) == 1;
  });
}

TEST_F(SharedOnceTest, ABigValueArrivesWhole) {
  const auto make = [] {
    std::vector<std::byte> bytes(100'000'000);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31 >> 3);
    return bytes;
  };
  start_worker([make] { return once("a", make) == make(); });
  start_worker([make] { return once("a", make) == make(); });
}

TEST_F(SharedOnceTest, ACircleIsToldWithAllThatIsKnown) {
  const Gate here, there;
  start_worker([&] {
    try {
      once("x", [&] {
        return once("a", [&] {
          here.open();
          there.wait();
          return once("b", [] { return 1; });
        });
      });
      return true;
    } catch (const OnceError& error) {
      note(error.what());
      return false;
    }
  });
  start_worker([&] {
    try {
      once("b", [&] {
        there.open();
        here.wait();
        return once("a", [] { return 1; });
      });
      return true;
    } catch (const OnceError& error) {
      note(error.what());
      return false;
    }
  });
  const bool first = children_.wait_for_first() == 0;
  const bool second = children_.wait_for_first() == 0;
  EXPECT_NE(first, second);
  EXPECT_EQ(notes(),
            Strings{first ? "once(\"b\") waits for once(\"a\"), which another process makes "
                            "and which waits for once(\"b\")"
                          : "once(\"x\") waits for once(\"a\"), which waits for "
                            "once(\"b\"), which another process makes and which waits for "
                            "one of these, directly or through others"});
}

}  // namespace
}  // namespace gtest_xdist
