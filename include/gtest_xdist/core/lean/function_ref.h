// A view of a callable, for parameters; C++26 has it as std::function_ref.
//
// Layer: core/lean (standard library only). A function with such a parameter is compiled once, and
// not once for each lambda. A std::function would own the callable, which takes longer to compile
// than the template.
#ifndef GTEST_XDIST_CORE_LEAN_FUNCTION_REF_H_
#define GTEST_XDIST_CORE_LEAN_FUNCTION_REF_H_

#include <utility>

namespace gtest_xdist::internal {

template <class Signature>
class FunctionRef;

// Valid as long as the callable that it was made from. As a parameter it is valid during the call.
template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  template <class F>
  FunctionRef(const F& function)  // NOLINT(google-explicit-constructor): as a parameter
      : object_(&function), call_(&call_object<F>) {}
  FunctionRef(Result (*function)(Arguments...))  // NOLINT(google-explicit-constructor): likewise
      : function_(function), call_(&call_function) {}

  Result operator()(Arguments... arguments) const {
    return call_(*this, std::forward<Arguments>(arguments)...);
  }

 private:
  template <class F>
  static Result call_object(const FunctionRef& self, Arguments... arguments) {
    return (*static_cast<const F*>(self.object_))(std::forward<Arguments>(arguments)...);
  }
  static Result call_function(const FunctionRef& self, Arguments... arguments) {
    return self.function_(std::forward<Arguments>(arguments)...);
  }

  const void* object_ = nullptr;
  Result (*function_)(Arguments...) = nullptr;
  Result (*call_)(const FunctionRef&, Arguments...);
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_LEAN_FUNCTION_REF_H_
