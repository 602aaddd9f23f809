// Scheduler hands out tests; Node is its view of a worker.
//
// Layer: scheduler: pure state machines. No clock, no I/O, no process, no gtest. The member names
// are those of pytest-xdist's scheduler interface.
#ifndef GTEST_XDIST_SCHEDULER_SCHEDULER_H_
#define GTEST_XDIST_SCHEDULER_SCHEDULER_H_

#include <cstddef>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist {

// A worker, as a scheduler sees it. The controller owns it. It is valid from Scheduler::add_node()
// to remove_node(). No member blocks.
class Node {
 public:
  virtual ~Node() = default;

  // The N of gwN: unique in a session, growing with the order of creation.
  virtual int number() const = 0;

  // Whether the worker can run tests now. While it starts and sets up its environments, it cannot,
  // but a scheduler can already send tests and take them back.
  virtual bool ready() const = 0;

  // Appends tests to the worker's queue; the worker runs them in this order. Throws
  // std::logic_error, and sends nothing, if the worker must not get one of them: there is no such
  // test, it is not selected, it was handed out before and neither taken back nor put back, or the
  // worker is gone or runs no tests. GTEST_XDIST_LOCK or GTEST_XDIST_SERIAL may exclude a test
  // while another worker runs certain tests. Then later tests of the queue may start first. Until
  // the test can start, it is one of this worker's unstarted tests, at the end of its queue.
  virtual void send(const std::vector<TestIndex>& tests) = 0;

  // Takes back up to `count` tests that have not started, from the end of the queue, at once and
  // without the worker's help. Returns fewer, or none, if fewer are left. In queue order.
  virtual std::vector<TestIndex> take_back(std::size_t count) = 0;

  // How many tests were sent, were not taken back and are not known to be complete.
  virtual std::size_t pending() const = 0;

  // How many of these have not started at this moment.
  virtual std::size_t unstarted() const = 0;

  // Says that no more tests are planned for the worker. When its queue is empty, it tears down its
  // suite. Without this call it would wait inside the suite for its next test. It stays ready, and
  // a later send() still works.
  virtual void shutdown() = 0;
};

// One way of handing out tests. A plugin may return its own (Plugin::make_scheduler). The
// controller owns it for one iteration, and calls it from one thread, in this order: add_node() for
// each worker, add_node_collection() for each, then schedule(). After that the order is that of
// events.
//
// A test runs only if it is sent to a node, so a scheduler must keep every test that it has not
// sent. The controller checks each send(). If a member throws, or sends a test that it must not
// hand out, the run fails, and no member is called any more. Tests that have not started by then
// are reported as not run. A test that is never sent is reported as not run, too.
//
// Nodes are kept in the order of their numbers, so that equal runs get equal assignments.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  // The nodes that were added and not removed.
  virtual std::vector<Node*> nodes() const = 0;

  // Whether all nodes of the initial number have delivered their collections. schedule() is not
  // called before that.
  virtual bool collection_is_completed() const = 0;

  // Whether every test was completed or given up: none is unassigned, and none is pending on a
  // node. If so, a worker that dies is not replaced.
  virtual bool tests_finished() const = 0;

  // Whether some test has not been completed or given up.
  virtual bool has_pending() const = 0;

  // Whether every worker runs every test, as in the mode `each`. Then the results of all workers
  // together are the result of a test. Called once, before all others. Such a scheduler sends a
  // node all its tests in the first schedule() after add_node().
  virtual bool runs_on_every_worker() const { return false; }

  // Adds a worker, which runs or is about to start. The scheduler does not own `node`.
  virtual void add_node(Node& node) = 0;

  // `collection` has the tests that the node selected, in the order in which the scheduler should
  // hand them out. It is equal for all nodes: a worker with other tests runs none.
  virtual void add_node_collection(Node& node, const std::vector<TestIndex>& collection) = 0;

  // Begins to hand out tests. Later calls look at all nodes again, because one has arrived or has
  // become ready.
  virtual void schedule() = 0;

  // `test` is complete on `node`; it took `seconds`.
  virtual void mark_test_complete(Node& node, TestIndex test, double seconds) = 0;

  // Puts a test back, so that it runs again as soon as possible. It is the test in which the worker
  // that was removed last died.
  virtual void mark_test_pending(TestIndex test) = 0;

  // The worker is gone, or runs no tests after all. The scheduler must not use `node` any more.
  // `unfinished` are the tests of its share that it had not started. Its share is the tests that it
  // was sent. If every worker runs every test and nothing has been sent yet, it is all tests. The
  // test in which the worker died is not among them.
  virtual void remove_node(Node& node, const std::vector<TestIndex>& unfinished) = 0;

  // If a worker has fewer unstarted tests than this, it wakes the controller. With two, a worker
  // still has a test to run while more are sent.
  virtual std::size_t wake_below(const Node& node) const {
    static_cast<void>(node);
    return 2;
  }
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_SCHEDULER_H_
