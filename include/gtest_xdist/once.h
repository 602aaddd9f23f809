// Making something once for all workers: a template database, a port, a compiled model.
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
// The first process that asks makes the value, the others wait and get the same. To be called in
// tests, set-ups, environments, plugins and main; in a serial run it does the same in one process.
// The binary must include gtest_xdist.h in one of its files, or link gtest_xdist::shim: without it
// every process makes its own values and tears them down when it exits.
//
// No GoogleTest, no Boost. How processes share: process/once/once_store.h.
#ifndef GTEST_XDIST_ONCE_H_
#define GTEST_XDIST_ONCE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

// First, so that it is the first to say what is wrong.
#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/core/build/same_build.h"
#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/wire/codec.h"
#include "gtest_xdist/core/wire/type_name.h"
#include "gtest_xdist/os/os.h"

// Elsewhere os.h has said so, and the rest would only repeat it.
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
  static_assert(MakesValue<Make>::value || !std::is_invocable_v<Make&>,
                "gtest_xdist: the second argument of once() must return the value that all get; "
                "true, say, if there is nothing to be told");
}

template <class Make, bool = MakesValue<Make>::value>
struct OnceResultOf {
  using type = std::decay_t<std::invoke_result_t<Make&>>;
};
// For once() to be found, and to say what is wrong.
template <class Make>
struct OnceResultOf<Make, false> {
  using type = std::nullptr_t;
};
template <class Make>
using OnceResult = typename OnceResultOf<Make>::type;

// Before main, if the program contains a call of once() for such values.
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

// In the process that ends the session.
template <class T, class Result, class Argument>
void run_tear_down(Code function, const std::string& bytes) {
  const T value = decode_once<T>(bytes);
  reinterpret_cast<Result (*)(Argument)>(function)(value);
}

template <class T, class Result, class Argument>
OnceTearDown place_of_tear_down(Result (*function)(Argument)) {
  return {place_of(reinterpret_cast<Code>(function)),
          place_of(reinterpret_cast<Code>(&run_tear_down<T, Result, Argument>))};
}

template <class F, class = void>
struct IsFunction : std::false_type {};
template <class F>
struct IsFunction<F, std::void_t<decltype(+std::declval<F&>())>>
    : std::is_function<std::remove_pointer_t<decltype(+std::declval<F&>())>> {};

// As a pointer to a function; `f` itself if it is no such thing.
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

// What may be passed in place of a tear-down.
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
      // Nobody else will ever know of it.
      if constexpr (kHasTearDown) tear_down(value);
      throw;
    }
  };
  const auto obtain = [&](const FunctionRef<OnceTearDown()>* place) {
    return values.obtain(name, wire_type_name<T>(), make_and_keep, place);
  };
  // The maker, too, gets what the bytes say: so it is the same everywhere.
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

// The session's value of that name: what `make()` returned in the first process that asked. Blocks
// while another process or thread makes it. A session is one RUN_ALL_TESTS with all its iterations,
// and what main does before it; in a worker, main after it as well.
//
// The value is of any type that travels (core/wire/codec.h); all calls for a name must ask for the
// same type. The reference is valid as long as the process. After the first call in a process,
// further ones cost a look into a map.
//
// `make` is called in the thread and the process that asks. If it throws, the value is not made:
// this call throws the same, and the next one to ask tries again, as after the death of its
// process. It may call once() for other names, but must not wait for a thread that does. An
// assertion in it that fails belongs to the test that asked, and the value is made all the same.
//
// Throws OnceError if the name is empty, the type is another one, `make` asks for what only it can
// make, processes wait for one another in a circle, or the value cannot be written or read.
template <class Make>
const internal::OnceResult<Make>& once(const std::string& name, Make&& make) {
  internal::check_make<Make>();
  if constexpr (internal::MakesValue<Make>::value) {
    return internal::get_once<internal::OnceResult<Make>>(name, make, internal::NoTearDown());
  }
}

// The same for a value that is to be taken away again: if `make` has returned, `tear_down(value)`
// is called exactly once, even if everybody who used the value has died. That is at the end of the
// session, after sessionfinish of plugins, when all workers have ended, in the process that the
// user started; the values of a session in reverse order. So `tear_down` must be a function or a
// lambda that captures nothing, in a library that this process has loaded too, and can know no more
// than the value. If it throws or an assertion in it fails, the run fails. Of different calls for a
// name, that counts which makes the value.
//
// A process that dies in `make` leaves nothing to be torn down; nor is anything torn down if the
// process that the user started is killed. What is made after the last RUN_ALL_TESTS is torn down
// when this process exits.
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
