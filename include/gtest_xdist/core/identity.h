// Which process of a run this is. Tests, fixtures and plugins may ask in any process, at any time.
//
// Layer: core (standard library only). The code that starts a role sets it here before main.
#ifndef GTEST_XDIST_CORE_IDENTITY_H_
#define GTEST_XDIST_CORE_IDENTITY_H_

#include <random>
#include <string>

#include "gtest_xdist/core/build/build.h"

namespace gtest_xdist {
namespace internal {

enum class Role { serial, controller, worker };

struct Identity {
  Role role = Role::serial;
  std::string worker_id = "master";
  std::string testrun_uid;  // empty: the run has no name yet
};

// The identity of this process. It must not change once main has begun. Never destroyed: static
// destructors may ask.
GTEST_XDIST_INTERNAL_SHARED inline Identity& identity() {
  static Identity& own = *new Identity;
  return own;
}

// 32 hexadecimal digits, as pytest-xdist makes them.
inline std::string random_testrunuid() {
  std::random_device device;
  std::string text;
  for (int i = 0; i < 32; ++i) text += "0123456789abcdef"[device() % 16];
  return text;
}

// "gw1": the worker_id() of the worker with this number.
template <class Number>
std::string worker_name(Number number) {
  return "gw" + std::to_string(number);
}

}  // namespace internal

// Whether this process runs tests for a controller. A program that a test starts is not a worker,
// even if it is the same binary. In a fork of a worker the answer is that of the worker.
inline bool is_xdist_worker() { return internal::identity().role == internal::Role::worker; }

// Whether this process has workers that run its tests. In a serial run this and is_xdist_worker()
// are both false.
inline bool is_xdist_controller() {
  return internal::identity().role == internal::Role::controller;
}

// "gw0", "gw1", … in a worker; "master" in the controller and in a serial run, as in pytest-xdist.
// A worker that replaces a dead one has a new number, so no two workers of a run share an id.
inline std::string worker_id() { return internal::identity().worker_id; }

// One text for the whole run, the same in the controller and in all workers. A serial run has none:
// then the first call makes 32 random hexadecimal digits, and this process keeps them. Safe to call
// from several threads.
inline std::string testrun_uid() {
  const std::string& given = internal::identity().testrun_uid;
  if (!given.empty()) return given;
  static const std::string& made = *new std::string(internal::random_testrunuid());
  return made;
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_CORE_IDENTITY_H_
