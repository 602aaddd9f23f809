// What the author of a plugin or a scheduler includes in its tests: no process, no clock, no Boost,
// no operating system, no GoogleTest.
//
//   FakeNode        a worker that records what a scheduler does with it
//   Simulation      runs a scheduler to its end in simulated time, and checks its contract
//   PluginSession   calls a plugin's hooks as a session would, in a controller and its workers
//
// They fail no assertion themselves, so they work with any test framework: a test compares what
// they tell. They have no namespace of their own, because within gtest_xdist one that is named
// testing would hide GoogleTest's.
#ifndef GTEST_XDIST_TESTING_H_
#define GTEST_XDIST_TESTING_H_

#include "gtest_xdist/plugin.h"
#include "gtest_xdist/testing/fake_node.h"
#include "gtest_xdist/testing/plugin_session.h"
#include "gtest_xdist/testing/simulation.h"

#endif  // GTEST_XDIST_TESTING_H_
