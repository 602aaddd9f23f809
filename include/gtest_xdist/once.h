// Makes a value once for all workers: a template database, a port, a compiled model.
//
//     #include <gtest_xdist/once.h>
//
//     int start_server();          // returns its port
//     void stop_server(int port);
//
//     TEST(Client, Connects) {
//       const int port = gtest_xdist::once("server", start_server, stop_server);
//       …
//
// The first process that asks makes the value. The others wait and get the same value. Call once()
// in tests, set-ups, environments, plugins and main. In a serial run it does the same in one
// process. The binary must include gtest_xdist.h in one of its files, or link gtest_xdist::shim:
// without it every process makes its own values and tears them down when it exits.
//
// This header includes neither GoogleTest nor Boost. process/once/once_store.h shares the values.
#ifndef GTEST_XDIST_ONCE_H_
#define GTEST_XDIST_ONCE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

// First, so that its message comes first if the compiler does not fit.
#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/core/build/same_build.h"
#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/wire/codec.h"
#include "gtest_xdist/core/wire/type_name.h"
#include "gtest_xdist/os/os.h"

// On other systems os.h has stopped the compilation; more errors would add nothing.
#if GTEST_XDIST_INTERNAL_HAS_OS

#include "gtest_xdist/process/once/code_place.h"
#include "gtest_xdist/process/once/once_store.h"
#include "gtest_xdist/process/once/once_values.h"

namespace gtest_xdist {
namespace internal {

template <class Make, class = void>
struct MakesValue : std::false_type {};
template <class Make>
struct MakesValue<Make, std::void_t<std::invoke_result_t<Make&>>>
    : std::negation<std::is_void<std::invoke_result_t<Make&>>> {};

// Stops the compilation, with a reason, unless `make()` returns something.
template <class Make>
constexpr void check_make() {
  static_assert(std::is_invocable_v<Make&>,
                "gtest_xdist: the second argument of once() must be callable without arguments");
  static_assert(
      MakesValue<Make>::value || !std::is_invocable_v<Make&>,
      "gtest_xdist: the second argument of once() must return the value that all processes "
      "get; if there is no value, return true");
}

template <class Make, bool = MakesValue<Make>::value>
struct OnceResultOf {
  using type = std::decay_t<std::invoke_result_t<Make&>>;
};
// So that the compiler finds once(), whose static_assert then gives the reason.
template <class Make>
struct OnceResultOf<Make, false> {
  using type = std::nullptr_t;
};
template <class Make>
using OnceResult = typename OnceResultOf<Make>::type;

// Announces before main that the program contains a call of once() for such values.
template <class T>
struct OnceUse {
  static inline const bool announced = once_values().announce_use();
};

template <class T>
T decode_once(const std::string& bytes) {
  T value{};
  Decoder decoder(bytes);
  decoder(value);
  decoder.expect_end();
  return value;
}

// Called in the process that ends the session.
template <class T, class Result, class Argument>
void run_tear_down(Code function, const std::string& bytes) {
  const T value = decode_once<T>(bytes);
  reinterpret_cast<Result (*)(Argument)>(function)(value);
}

template <class T, class Result, class Argument>
OnceTearDown place_of_tear_down(Result (*function)(Argument)) {
  return {code_place_of(reinterpret_cast<Code>(function)),
          code_place_of(reinterpret_cast<Code>(&run_tear_down<T, Result, Argument>))};
}

template <class F, class = void>
struct IsFunction : std::false_type {};
template <class F>
struct IsFunction<F, std::void_t<decltype(+std::declval<F&>())>>
    : std::is_function<std::remove_pointer_t<decltype(+std::declval<F&>())>> {};

// `f` as a pointer to a function; `f` itself if it cannot be one.
template <class T, class F>
auto as_function(F& f) {
  if constexpr (std::is_convertible_v<F&, void (*)(const T&)>) {
    return static_cast<void (*)(const T&)>(f);
  } else if constexpr (IsFunction<F>::value) {
    return +f;
  } else {
    return f;
  }
}

// Passed in place of a tear-down, if there is none.
struct NoTearDown {};

template <class T, class Make, class TearDown>
const T& get_once(const std::string& name, Make& make, TearDown tear_down) {
  constexpr bool kHasTearDown = !std::is_same_v<TearDown, NoTearDown>;
  static_cast<void>(&OnceUse<T>::announced);
  OnceValues& values = once_values();
  const void* const type = &TypeKey<T>::address;
  const void* object = values.cached(name, type);
  if (object != nullptr) return *static_cast<const T*>(object);
  const OnceValues::Turn turn(values, name);
  object = values.cached(name, type);
  if (object != nullptr) return *static_cast<const T*>(object);

  const auto make_and_keep = [&](OnceValues::Keep keep) {
    const T value = make();
    try {
      keep([&value] {
        std::string bytes;
        Encoder encode(bytes);
        encode(value);
        return bytes;
      });
    } catch (...) {
      // No other process will ever know the value.
      if constexpr (kHasTearDown) tear_down(value);
      throw;
    }
  };
  const auto obtain = [&](const FunctionRef<OnceTearDown()>* place) {
    return values.obtain(name, wire_type_name<T>(), make_and_keep, place);
  };
  // The maker, too, decodes the bytes, so that the value is the same everywhere.
  std::string bytes;
  if constexpr (kHasTearDown) {
    const auto place = [&] { return place_of_tear_down<T>(tear_down); };
    const FunctionRef<OnceTearDown()> tells_place(place);
    bytes = obtain(&tells_place);
  } else {
    bytes = obtain(nullptr);
  }
  object = values.cache(name, type, OnceValues::attempt(name, [&] {
                          return std::make_shared<const T>(decode_once<T>(bytes));
                        }));
  return *static_cast<const T*>(object);
}

}  // namespace internal

// Returns the session's value of that name: the result of `make()` in the first process that asked.
// Blocks while another process or thread makes it. A session is one RUN_ALL_TESTS with all its
// iterations, and the part of main before it. In a worker the part of main after it belongs to the
// session as well.
//
// The value may have any type that travels (core/wire/codec.h). All calls for a name must ask for
// the same type. The reference is valid until the process ends. After the first call in a process,
// further calls cost a look into a map.
//
// `make` runs in the thread and the process that asks. If it throws, there is no value: this call
// throws the same exception, and the next call for the name tries again. The same holds if the
// process dies in `make`. `make` may call once() for other names, but must not wait for a thread
// that does. A failed assertion in it belongs to the test that asked, and the value still counts.
//
// Throws OnceError if the name is empty, if the type is another one, if `make` asks for its own
// value (directly or through other values), if processes wait for one another in a circle, or if
// the value cannot be written or read.
template <class Make>
const internal::OnceResult<Make>& once(const std::string& name, Make&& make) {
  internal::check_make<Make>();
  if constexpr (internal::MakesValue<Make>::value) {
    return internal::get_once<internal::OnceResult<Make>>(name, make, internal::NoTearDown());
  }
}

// The same for a value that needs a tear-down. If `make` has returned, `tear_down(value)` is called
// exactly once, even if all processes that used the value have died. The process that the user
// started calls it at the end of the session, when all workers have ended, after sessionfinish of
// plugins. It tears down the values of a session in reverse order. So `tear_down` must be a
// function or a lambda that captures nothing, in a library that this process has loaded too. It
// knows nothing but the value. If it throws or an assertion in it fails, the run fails. If calls
// for a name pass different functions, the call that makes the value decides.
//
// If a process dies in `make`, nothing is torn down for that value. If the process that the user
// started is killed, nothing is torn down at all. A value that is made after the last RUN_ALL_TESTS
// is torn down when this process exits.
template <class Make, class TearDown>
const internal::OnceResult<Make>& once(const std::string& name, Make&& make, TearDown tear_down) {
  internal::check_make<Make>();
  using T = internal::OnceResult<Make>;
  const auto function = internal::as_function<T>(tear_down);
  static_assert(
      internal::IsFunction<decltype(function)>::value,
      "gtest_xdist: the tear-down of once() must be a function, or a lambda that captures "
      "nothing and says the type of its parameter: it is called in another process than "
      "the one that makes the value");
  if constexpr (internal::MakesValue<Make>::value &&
                internal::IsFunction<decltype(function)>::value) {
    static_assert(
        std::is_invocable_v<decltype(function), const T&>,
        "gtest_xdist: the tear-down of once() must take the value that the second argument "
        "returns, by value or by reference to const");
    return internal::get_once<T>(name, make, function);
  }
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_INTERNAL_HAS_OS

#endif  // GTEST_XDIST_ONCE_H_
