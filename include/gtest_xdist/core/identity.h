// Which process of a run this is. For tests, fixtures and plugins, in any process and at any time.
//
// Layer: core (standard library only). Whoever starts a role tells it here before main.
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
  std::string testrun_uid;  // empty: nobody has given the run a name
};

// This process's own. Not to be changed once main has begun. Never destroyed: static destructors
// may ask.
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

// Whether this process runs tests for a controller. A program that a test starts is no worker, even
// if it is the same binary; a fork of a worker is like the worker.
inline bool is_xdist_worker() { return internal::identity().role == internal::Role::worker; }

// Whether this process has workers run its tests. In a serial run it is neither this nor a worker.
inline bool is_xdist_controller() {
  return internal::identity().role == internal::Role::controller;
}

// "gw0", "gw1", … in a worker; "master" in the controller and in a serial run, as in pytest-xdist.
// A worker that replaces one that died has a number of its own, so no two workers of a run share an
// id.
inline std::string worker_id() { return internal::identity().worker_id; }

// One text for the whole run, the same in the controller and in all workers. In a run that has
// none, which is a serial one, this process makes 32 random hexadecimal digits when first asked and
// keeps them. Safe to call from several threads.
inline std::string testrun_uid() {
  const std::string& given = internal::identity().testrun_uid;
  if (!given.empty()) return given;
  static const std::string& made = *new std::string(internal::random_testrunuid());
  return made;
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_CORE_IDENTITY_H_
