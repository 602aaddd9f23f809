// What a hook's implementation gives back: nothing, an answer, or something to run afterwards.
//
// Layer: hooks (standard library only).
#ifndef GTEST_XDIST_HOOKS_DEFERRED_H_
#define GTEST_XDIST_HOOKS_DEFERRED_H_

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace gtest_xdist {

// A callable that is run at most once, or none. Can be moved, not copied, so that it may own what
// cannot be copied.
template <class... Arguments>
class Deferred {
 public:
  Deferred() = default;

  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, Deferred> &&
                                              std::is_invocable_v<std::decay_t<F>&, Arguments...>>>
  Deferred(F&& f) : callable_(new Callable<std::decay_t<F>>(std::forward<F>(f))) {}

  explicit operator bool() const { return callable_ != nullptr; }

  // Runs it, if there is one; it is gone afterwards, also if it throws.
  void operator()(Arguments... arguments) {
    const std::unique_ptr<Base> callable = std::move(callable_);
    if (callable) callable->call(arguments...);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void call(Arguments... arguments) = 0;
  };
  template <class F>
  struct Callable final : Base {
    explicit Callable(const F& f) : function(f) {}
    explicit Callable(F&& f) : function(std::move(f)) {}
    void call(Arguments... arguments) override { function(arguments...); }
    F function;
  };

  std::unique_ptr<Base> callable_;
};

// What most hooks return: `return {};`, or a callable to be run when all other implementations of
// this call, and what they are about, have run. An implementation that returns one is a wrapper:
// what stands before its `return` runs before, the callable after, whatever happened in between.
// Wrappers are unwound in the reverse of the order in which they were called. It is what code
// around `yield` is in a plugin of pytest.
using After = Deferred<>;

// What a first-result hook returns: nothing (`return {};`), so that the next plugin is asked; or a
// T, which ends the call; or a callable `void(std::optional<T>& result)`, a wrapper, which sees the
// result, or that there is none, and may change it. A null pointer is no answer.
template <class T>
class Answer {
  template <class U>
  static constexpr bool kIsValue = std::is_convertible_v<U, T> &&
                                   (!std::is_arithmetic_v<T> ||
                                    std::is_arithmetic_v<std::decay_t<U>>);

 public:
  Answer() = default;

  template <class U,
            class = std::enable_if_t<!std::is_same_v<std::decay_t<U>, Answer> &&
                                     (std::is_invocable_v<std::decay_t<U>&, std::optional<T>&> ||
                                      kIsValue<U&&>)>>
  Answer(U&& value) {
    if constexpr (std::is_invocable_v<std::decay_t<U>&, std::optional<T>&>) {
      wrapper_ = std::forward<U>(value);
    } else {
      value_.emplace(std::forward<U>(value));
      if constexpr (std::is_constructible_v<bool, T> && !std::is_arithmetic_v<T>) {
        if (!static_cast<bool>(*value_)) value_.reset();
      }
    }
  }

  std::optional<T>& value() { return value_; }
  Deferred<std::optional<T>&>& wrapper() { return wrapper_; }

 private:
  std::optional<T> value_;
  Deferred<std::optional<T>&> wrapper_;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_HOOKS_DEFERRED_H_
