// A parameter that is called: a view of a callable, as std::function_ref will be in C++26.
//
// Layer: core (standard library only). A function that takes one is compiled once, and not once for
// each lambda that it is called with; a std::function would own the callable, which costs more to
// compile than the template.
#ifndef GTEST_XDIST_CORE_FUNCTION_REF_H_
#define GTEST_XDIST_CORE_FUNCTION_REF_H_

#include <memory>
#include <utility>

namespace gtest_xdist::internal {

template <class Signature>
class FunctionRef;

// Valid as long as the callable that it was made of: so, as a parameter, during the call.
template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  template <class F>
  FunctionRef(const F& function) : call_(&call_object<F>) {  // NOLINT(google-explicit-constructor)
    target_.object = std::addressof(function);
  }
  FunctionRef(Result (*function)(Arguments...))  // NOLINT(google-explicit-constructor)
      : call_(&call_function) {
    target_.function = function;
  }

  Result operator()(Arguments... arguments) const {
    return call_(target_, std::forward<Arguments>(arguments)...);
  }

 private:
  union Target {
    const void* object;
    Result (*function)(Arguments...);
  };

  template <class F>
  static Result call_object(Target target, Arguments... arguments) {
    return (*static_cast<const F*>(target.object))(std::forward<Arguments>(arguments)...);
  }
  static Result call_function(Target target, Arguments... arguments) {
    return target.function(std::forward<Arguments>(arguments)...);
  }

  Target target_{};
  Result (*call_)(Target, Arguments...);
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_FUNCTION_REF_H_
