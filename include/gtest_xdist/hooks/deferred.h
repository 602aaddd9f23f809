// What a hook's implementation returns: nothing, an answer, or a callable that runs afterwards.
//
// Layer: hooks (standard library only).
#ifndef GTEST_XDIST_HOOKS_DEFERRED_H_
#define GTEST_XDIST_HOOKS_DEFERRED_H_

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace gtest_xdist {

namespace internal {

// The base class of all callables, so that one type of std::unique_ptr can own any of them.
struct AnyCallable {
  virtual ~AnyCallable() = default;
};

}  // namespace internal

// A callable that runs at most once, or no callable. It can be moved but not copied, so it may own
// objects that cannot be copied.
template <class... Arguments>
class Deferred {
 public:
  Deferred() = default;

  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, Deferred> &&
                                              std::is_invocable_v<std::decay_t<F>&, Arguments...>>>
  Deferred(F&& f) : callable_(new Callable<std::decay_t<F>>(std::forward<F>(f))) {}

  explicit operator bool() const { return callable_ != nullptr; }

  // Runs the callable, if there is one, and destroys it, also if it throws.
  void operator()(Arguments... arguments) {
    const std::unique_ptr<internal::AnyCallable> callable = std::move(callable_);
    if (callable) static_cast<Base&>(*callable).call(arguments...);
  }

 private:
  struct Base : internal::AnyCallable {
    virtual void call(Arguments... arguments) = 0;
  };
  template <class F>
  struct Callable final : Base {
    explicit Callable(const F& f) : function(f) {}
    explicit Callable(F&& f) : function(std::move(f)) {}
    void call(Arguments... arguments) override { function(arguments...); }
    F function;
  };

  std::unique_ptr<internal::AnyCallable> callable_;  // a Base
};

// The result of most hooks: `return {};`, or a callable. The callable runs after all other
// implementations of this call and after the work that the hook is about (the test's body, for
// runtest_call). An implementation that returns a callable is a wrapper: its code before `return`
// runs first, and the callable runs last, even if something between them throws. Wrappers are
// unwound in the reverse of the order in which they were called. In a plugin of pytest this is the
// code around `yield`.
using After = Deferred<>;

// The result of a first-result hook, one of three things. Nothing (`return {};`): the next plugin
// is called. A T: it is the result and ends the call. A callable `void(std::optional<T>& result)`,
// a wrapper: it gets the result, which may be empty, and may change it. A null pointer counts as
// nothing.
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
