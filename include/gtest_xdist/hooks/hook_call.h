// The call loop: calls all implementations of one hook, and unwinds its wrappers.
//
// Layer: hooks (standard library only). Does not know when a hook is called.
#ifndef GTEST_XDIST_HOOKS_HOOK_CALL_H_
#define GTEST_XDIST_HOOKS_HOOK_CALL_H_

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/text/text.h"
#include "gtest_xdist/hooks/deferred.h"
#include "gtest_xdist/hooks/hook.h"
#include "gtest_xdist/hooks/plugin_manager.h"

namespace gtest_xdist::internal {

// An implementation of a hook has thrown. what() names plugin and hook.
class HookError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The callables that plugins have returned in one call of a hook, latest last, and the first error
// and the first Skip.
class Unwinding {
 public:
  explicit Unwinding(Hook hook) : hook_(hook) {}

  // Runs `f`, a part of the implementation of `plugin`. False if it threw.
  bool attempt(const std::string& plugin, FunctionRef<void()> f) {
    try {
      f();
      return true;
    } catch (const Skip& skip) {
      if (!skip_) {
        skip_ = skip.what();
        skipper_ = plugin;
      }
    } catch (...) {
      if (!error_) {
        error_ = "plugin '" + plugin + "' failed in " + name_of(hook_) + ": " +
                 describe_current_exception();
      }
    }
    return false;
  }

  void push(const std::string& plugin, After after) {
    if (after) deferred_.push_back({plugin, std::move(after)});
  }

  // Runs every callable, latest first, even if others throw.
  void unwind() {
    while (!deferred_.empty()) {
      Left left = std::move(deferred_.back());
      deferred_.pop_back();
      attempt(left.plugin, [&] { left.after(); });
    }
  }

  const std::optional<std::string>& error() const { return error_; }
  const std::optional<std::string>& skip() const { return skip_; }

  // Throws HookError for the first error. A Skip is an error, too: call this where no test can be
  // skipped.
  void rethrow() const {
    if (error_) throw HookError(*error_);
    if (skip_)
      throw HookError("plugin '" + skipper_ + "' failed in " + name_of(hook_) +
                      ": a test cannot be skipped here: " + *skip_);
  }

 private:
  struct Left {
    std::string plugin;
    After after;
  };

  Hook hook_;
  std::vector<Left> deferred_;
  std::optional<std::string> error_;
  std::optional<std::string> skip_;
  std::string skipper_;
};

// A call of a hook: the implementations have run, and their wrappers wait to be unwound.
class HookCall {
 public:
  // Calls `f(plugin)`, which returns an After, for each plugin, until one throws.
  HookCall(const PluginManager& plugins, Hook hook, FunctionRef<After(Plugin&)> f)
      : implementations_(plugins.implementations(hook)), unwinding_(hook) {
    for (const Implementation& implementation : *implementations_) {
      const bool went_well = unwinding_.attempt(implementation.name, [&] {
        unwinding_.push(implementation.name, f(*implementation.plugin));
      });
      if (!went_well) break;
    }
  }
  HookCall(const HookCall&) = delete;
  HookCall& operator=(const HookCall&) = delete;
  ~HookCall() { unwind(); }

  // Runs the callables that the implementations have returned, in reverse. A second call does
  // nothing.
  void unwind() { unwinding_.unwind(); }

  // The first error so far.
  const std::optional<std::string>& error() const { return unwinding_.error(); }
  // Why the test should be skipped, if it should.
  const std::optional<std::string>& skip() const { return unwinding_.skip(); }
  void rethrow() const { unwinding_.rethrow(); }

 private:
  const Implementations implementations_;  // keeps the plugins: their callables may refer to them
  Unwinding unwinding_;
};

// Calls all implementations of a hook and unwinds them. Throws HookError.
inline void call_hook(const PluginManager& plugins, Hook hook, FunctionRef<After(Plugin&)> f) {
  HookCall call(plugins, hook, f);
  call.unwind();
  call.rethrow();
}

// Calls implementations, which return an Answer<T>, until one answers or throws, and unwinds them.
// If `answered_by` is not null, it becomes the name of the plugin that answered. Throws HookError.
template <class T>
std::optional<T> call_first_result(const PluginManager& plugins, Hook hook,
                                   FunctionRef<Answer<T>(Plugin&)> f,
                                   std::string* answered_by = nullptr) {
  std::optional<T> result;
  Unwinding unwinding(hook);
  const Implementations implementations = plugins.implementations(hook);
  for (const Implementation& implementation : *implementations) {
    const bool went_well = unwinding.attempt(implementation.name, [&] {
      Answer<T> answer = f(*implementation.plugin);
      result = std::move(answer.value());
      if (!answer.wrapper()) return;
      unwinding.push(implementation.name, [wrapper = std::move(answer.wrapper()),
                                           &result]() mutable { wrapper(result); });
    });
    if (result && answered_by != nullptr) *answered_by = implementation.name;
    if (!went_well || result) break;
  }
  unwinding.unwind();
  unwinding.rethrow();
  return result;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_HOOKS_HOOK_CALL_H_
