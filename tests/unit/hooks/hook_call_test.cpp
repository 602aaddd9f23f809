#include "gtest_xdist/hooks/hook_call.h"

#include <cctype>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

// Runs its script, whatever hook is called.
class Scripted : public Plugin {
 public:
  Scripted(std::function<After()> script, Order order)
      : script_(std::move(script)), order_(order) {}
  Order order(Hook) const override { return order_; }
  After run() { return script_(); }

 private:
  std::function<After()> script_;
  Order order_;
};

After run(Plugin& plugin) { return static_cast<Scripted&>(plugin).run(); }

void add(PluginManager& manager, const std::string& name, std::function<After()> script,
         Order order = Order::trylast) {  // so that they are called as they are registered
  manager.register_plugin(std::make_shared<Scripted>(std::move(script), order), name);
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// Adds to `log` its name when it is called, and the name in capitals when it is unwound.
std::function<After()> script(char letter, const std::string& name, std::string& log) {
  return [=, &log]() -> After {
    log += name;
    if (letter == 't') throw std::runtime_error(name);
    if (letter == 's') throw Skip("because of " + name);
    if (letter == 'r') return {};
    return [=, &log] {
      log += upper(name);
      if (letter == 'x') throw std::runtime_error(upper(name));
      if (letter == 'y') throw Skip("because of " + upper(name));
    };
  };
}

void add_all(PluginManager& manager, const std::string& letters, std::string& log) {
  char name = 'a';
  for (const char letter : letters) {
    const std::string text(1, name++);
    add(manager, text, script(letter, text, log));
  }
}

TEST(HookCall, UnwindsInReverseAndKeepsTheFirstError) {
  struct Row {
    const char* scripts;  // r: runs, w: leaves a callable, t: throws, x: leaves one that throws
    const char* log;
    const char* error;
  };
  const Row rows[] = {
      {"", "", nullptr},
      {"rrr", "abc", nullptr},
      {"www", "abcCBA", nullptr},
      {"rwrwr", "abcdeDB", nullptr},
      // what follows an exception is left out, what came before is unwound
      {"trw", "a", "plugin 'a' failed in sessionfinish: a"},
      {"wtw", "abA", "plugin 'b' failed in sessionfinish: b"},
      {"wwrt", "abcdBA", "plugin 'd' failed in sessionfinish: d"},
      {"ttt", "a", "plugin 'a' failed in sessionfinish: a"},
      // every callable is run
      {"xww", "abcCBA", "plugin 'a' failed in sessionfinish: A"},
      {"wxw", "abcCBA", "plugin 'b' failed in sessionfinish: B"},
      {"wwx", "abcCBA", "plugin 'c' failed in sessionfinish: C"},
      {"xxx", "abcCBA", "plugin 'c' failed in sessionfinish: C"},
      {"xwt", "abcBA", "plugin 'c' failed in sessionfinish: c"},
  };
  for (const Row& row : rows) {
    PluginManager manager;
    std::string log;
    add_all(manager, row.scripts, log);
    const auto call = [&] { call_hook(manager, Hook::sessionfinish, run); };
    if (row.error == nullptr) {
      EXPECT_NO_THROW(call()) << row.scripts;
    } else {
      EXPECT_EQ(text_of_thrown<HookError>(call), row.error) << row.scripts;
    }
    EXPECT_EQ(log, row.log) << row.scripts;
  }
}

TEST(HookCall, GoesByTheOrderOfTheHook) {
  PluginManager manager;
  std::string log;
  add(manager, "a", script('w', "a", log), Order::wrapper_trylast);
  add(manager, "b", script('r', "b", log), Order::trylast);
  add(manager, "c", script('w', "c", log), Order::wrapper_tryfirst);
  add(manager, "d", script('r', "d", log), Order::tryfirst);
  add(manager, "e", script('w', "e", log), Order::wrapper);
  add(manager, "f", script('r', "f", log), Order::normal);
  call_hook(manager, Hook::configure, run);
  EXPECT_EQ(log, "ceadfbAEC");
}

TEST(HookCall, StaysOpenUntilItIsUnwound) {
  PluginManager manager;
  std::string log;
  add_all(manager, "wrw", log);
  HookCall call(manager, Hook::runtest_call, run);
  log += "-body-";
  call.unwind();
  EXPECT_EQ(log, "abc-body-CA");
  call.unwind();
  EXPECT_EQ(log, "abc-body-CA");
}

TEST(HookCall, IsUnwoundByItsDestructor) {
  PluginManager manager;
  std::string log;
  add_all(manager, "wx", log);
  {
    const HookCall call(manager, Hook::runtest_call, run);
    log += "-body-";
  }
  EXPECT_EQ(log, "ab-body-BA");
}

TEST(HookCall, SaysWhatHasGoneWrongSoFar) {
  PluginManager manager;
  std::string log;
  add_all(manager, "wxw", log);
  HookCall call(manager, Hook::runtest_setup, run);
  EXPECT_EQ(call.error(), std::nullopt);
  EXPECT_EQ(call.skip(), std::nullopt);
  EXPECT_NO_THROW(call.rethrow());
  call.unwind();
  EXPECT_EQ(call.error(), "plugin 'b' failed in runtest_setup: B");
  EXPECT_EQ(text_of_thrown<HookError>([&] { call.rethrow(); }), *call.error());
}

TEST(HookCall, NamesExceptionsThatAreNoStdException) {
  PluginManager manager;
  add(manager, "odd one", []() -> After { throw 42; });
  EXPECT_EQ(text_of_thrown<HookError>([&] { call_hook(manager, Hook::sessionstart, run); }),
            "plugin 'odd one' failed in sessionstart: an exception that is no std::exception");
}

TEST(HookCall, ASkipEndsTheCallAndIsNoError) {
  struct Row {
    const char* scripts;  // s: skips, y: leaves a callable that skips
    const char* log;
    const char* skip;
    const char* error;
  };
  const Row rows[] = {
      {"rsr", "ab", "because of b", nullptr},
      {"wsw", "abA", "because of b", nullptr},
      {"wy", "abBA", "because of B", nullptr},
      {"yy", "abBA", "because of B", nullptr},  // the first
      {"ys", "abA", "because of b", nullptr},
      {"yt", "abA", "because of A", "plugin 'b' failed in runtest_setup: b"},
      {"xs", "abA", "because of b", "plugin 'a' failed in runtest_setup: A"},
  };
  for (const Row& row : rows) {
    PluginManager manager;
    std::string log;
    add_all(manager, row.scripts, log);
    HookCall call(manager, Hook::runtest_setup, run);
    call.unwind();
    EXPECT_EQ(log, row.log) << row.scripts;
    EXPECT_EQ(call.skip(), row.skip) << row.scripts;
    EXPECT_EQ(call.error().value_or("-"), row.error == nullptr ? "-" : row.error) << row.scripts;
    if (row.error == nullptr) continue;
    EXPECT_EQ(text_of_thrown<HookError>([&] { call.rethrow(); }), row.error);  // rather than a skip
  }
}

TEST(HookCall, ASkipIsAnErrorWhereNothingCanBeSkipped) {
  PluginManager manager;
  std::string log;
  add_all(manager, "rs", log);
  EXPECT_EQ(text_of_thrown<HookError>([&] { call_hook(manager, Hook::sessionfinish, run); }),
            "plugin 'b' failed in sessionfinish: a test cannot be skipped here: because of b");
}

TEST(HookCall, IsNotAffectedByRegistrationsFromWithin) {
  PluginManager manager;
  std::string log;
  add(manager, "a", [&]() -> After {
    log += "a";
    if (manager.unregister("c")) add(manager, "d", script('w', "d", log));
    return {};
  });
  add(manager, "b", script('w', "b", log));
  add(manager, "c", script('w', "c", log));
  call_hook(manager, Hook::sessionstart, run);
  EXPECT_EQ(log, "abcCB");
  log.clear();
  call_hook(manager, Hook::sessionstart, run);
  EXPECT_EQ(log, "abdDB");
}

// A callable may use its plugin: the call that is under way still reaches it.
TEST(HookCall, KeepsItsPluginsUntilItIsUnwound) {
  PluginManager manager;
  std::string log;
  std::weak_ptr<Plugin> watched;
  const auto note = [&] { log += watched.expired() ? "gone" : "there"; };
  const auto add_leaving = [&] {
    add(manager, "leaving", [&]() -> After {
      manager.unregister("leaving");
      return note;
    });
    watched = manager.get_plugin("leaving");
  };

  add_leaving();
  call_hook(manager, Hook::runtest_call, run);
  EXPECT_EQ(log, "there");
  EXPECT_TRUE(watched.expired());

  add_leaving();
  std::optional<HookCall> call;
  call.emplace(manager, Hook::runtest_call, run);
  call->unwind();
  EXPECT_EQ(log, "therethere");
  call.reset();
  EXPECT_TRUE(watched.expired());
}

TEST(HookCall, MayBeMadeWithinAnother) {
  PluginManager manager;
  std::string log;
  bool inner = false;
  add(manager, "a", [&]() -> After {
    log += "(";
    if (!std::exchange(inner, true)) call_hook(manager, Hook::internalerror, run);
    return [&] { log += ")"; };
  });
  add(manager, "b", script('w', "b", log));
  call_hook(manager, Hook::sessionstart, run);
  EXPECT_EQ(log, "((bB)bB)");
}

// --- first result --------------------------------------------------------------------------------

// v: answers with its place in the call; w: wraps and notes the result; i, e: wraps and increases,
// erases the result; t, x, r: as above.
Answer<int> answer(char letter, int place, std::string& log) {
  const auto note = [&log, place](const std::optional<int>& result) {
    log += " " + std::to_string(place) + "=" + (result ? std::to_string(*result) : "none");
  };
  log += std::to_string(place);
  if (letter == 'v') return place;
  if (letter == 't') throw std::runtime_error("boom");
  if (letter == 'r') return {};
  return [=](std::optional<int>& result) {
    note(result);
    if (letter == 'i') result = result.value_or(0) + 10;
    if (letter == 'e') result.reset();
    if (letter == 'x') throw std::runtime_error("boom");
  };
}

TEST(FirstResult, EndsTheCall) {
  struct Row {
    const char* scripts;
    const char* log;
    std::optional<int> result;
    const char* error;
  };
  const Row rows[] = {
      {"", "", std::nullopt, nullptr},
      {"rr", "12", std::nullopt, nullptr},
      {"rvv", "12", 2, nullptr},
      {"vtt", "1", 1, nullptr},
      // wrappers see it, or that there is none, and change it
      {"wrvw", "123 1=3", 3, nullptr},
      {"wr", "12 1=none", std::nullopt, nullptr},
      {"wiiv", "1234 3=4 2=14 1=24", 24, nullptr},
      {"wir", "123 2=none 1=10", 10, nullptr},
      {"wev", "123 2=3 1=none", std::nullopt, nullptr},
      {"iev", "123 2=3 1=none", 10, nullptr},
      // exceptions
      {"wtv", "12 1=none", std::nullopt, "plugin '2' failed in auto_num_workers: boom"},
      {"itv", "12 1=none", std::nullopt, "plugin '2' failed in auto_num_workers: boom"},
      {"wxv", "123 2=3 1=3", std::nullopt, "plugin '2' failed in auto_num_workers: boom"},
      {"xxv", "123 2=3 1=3", std::nullopt, "plugin '2' failed in auto_num_workers: boom"},
      {"xwt", "123 2=none 1=none", std::nullopt, "plugin '3' failed in auto_num_workers: boom"},
  };
  for (const Row& row : rows) {
    PluginManager manager;
    const std::string scripts = row.scripts;
    for (std::size_t place = 1; place <= scripts.size(); ++place) {
      add(manager, std::to_string(place), nullptr);
    }
    std::string log;
    std::size_t place = 0;
    std::optional<int> result;
    const auto call = [&] {
      result = call_first_result<int>(manager, Hook::auto_num_workers, [&](Plugin&) {
        const char letter = scripts.at(place);
        return answer(letter, static_cast<int>(++place), log);
      });
    };
    if (row.error == nullptr) {
      EXPECT_NO_THROW(call()) << row.scripts;
    } else {
      EXPECT_EQ(text_of_thrown<HookError>(call), row.error) << row.scripts;
    }
    EXPECT_EQ(result, row.result) << row.scripts;
    EXPECT_EQ(log, row.log) << row.scripts;
  }
}

TEST(FirstResult, NamesThePluginThatAnswered) {
  using Pointer = std::unique_ptr<int>;
  PluginManager manager;
  add(manager, "a", nullptr);
  add(manager, "b", nullptr);
  std::shared_ptr<Plugin> answering;
  std::string answered_by = "nobody";
  const auto call = [&] {
    const auto ask = [&](Plugin& plugin) -> Answer<Pointer> {
      return &plugin == answering.get() ? std::make_unique<int>(7) : nullptr;
    };
    return call_first_result<Pointer>(manager, Hook::make_scheduler, ask, &answered_by);
  };
  EXPECT_EQ(call(), std::nullopt);
  EXPECT_EQ(answered_by, "nobody");
  answering = manager.get_plugin("b");
  EXPECT_EQ(**call(), 7);
  EXPECT_EQ(answered_by, "b");
}

}  // namespace
}  // namespace gtest_xdist::internal
