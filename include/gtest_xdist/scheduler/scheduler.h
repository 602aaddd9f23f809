// What hands out tests, and what it sees of a worker.
//
// Layer: scheduler: pure state machines. No clock, no I/O, no process, no gtest. The member names
// are those of pytest-xdist's scheduler interface.
#ifndef GTEST_XDIST_SCHEDULER_SCHEDULER_H_
#define GTEST_XDIST_SCHEDULER_SCHEDULER_H_

#include <cstddef>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist {

// A worker, as a scheduler sees it. Owned by the controller; valid from Scheduler::add_node() to
// remove_node(). No member blocks.
class Node {
 public:
  virtual ~Node() = default;

  // The N of gwN: unique in a session, growing with the order of creation.
  virtual int number() const = 0;

  // Whether the worker can run tests now. Before that, while it starts and sets its environments
  // up, tests can be sent and taken back as ever.
  virtual bool ready() const = 0;

  // Appends tests to the worker's queue, to be run in this order. Throws std::logic_error, and
  // sends nothing, if one of them is not to be handed out to this worker: there is no such test, it
  // is not selected, it has been handed out already and was neither taken back nor put back, or
  // the worker is gone or runs no tests. A test that another worker's tests exclude, by
  // GTEST_XDIST_LOCK or GTEST_XDIST_SERIAL, starts later than those behind it if need be: until it
  // can, it is one of the unstarted tests of this worker, and stands at the end of its queue.
  virtual void send(const std::vector<TestIndex>& tests) = 0;

  // Takes up to `count` tests that have not started back from the end of the queue, at once and
  // without the worker's help. Fewer, or none, if that many have not been left. In queue order.
  virtual std::vector<TestIndex> take_back(std::size_t count) = 0;

  // Tests that were sent, were not taken back and are not known to be complete.
  virtual std::size_t pending() const = 0;

  // Of these, how many have not started at this moment.
  virtual std::size_t unstarted() const = 0;

  // Says that nothing more is planned for the worker: when its queue is empty it tears its suite
  // down. Until then it would wait inside the suite for what comes next. It stays ready, and a
  // later send() is obeyed.
  virtual void shutdown() = 0;
};

// One way of handing out tests; a user's class may be one. The controller owns it, for one
// iteration, and calls it from one thread, in the order: add_node() for each worker,
// add_node_collection() for each, then schedule(); after that as things happen.
//
// A test runs only if it is sent to a node, so a scheduler keeps every test that it has not sent.
// The controller checks what is sent. A member that throws, or sends what is not to be handed out,
// fails the run, and is the last one that is called: what has not started by then is reported as
// not run. So is a test that is never sent.
//
// Nodes are kept in the order of their numbers, so that equal runs get equal assignments.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  // The nodes that were added and not removed.
  virtual std::vector<Node*> nodes() const = 0;

  // Whether every node of the initial number has delivered its collection. schedule() is not called
  // before.
  virtual bool collection_is_completed() const = 0;

  // Whether every test was completed or given up: nothing unassigned, nothing pending on any node.
  // A worker that dies is then not replaced.
  virtual bool tests_finished() const = 0;

  // Whether some test has not been completed or given up.
  virtual bool has_pending() const = 0;

  // Whether every worker runs every test, as in the mode `each`: then a test's result is that of
  // all workers together. Asked once, before anything else. Such a scheduler sends a node all that
  // it is to run in the first schedule() after the node was added.
  virtual bool runs_on_every_worker() const { return false; }

  // A worker is there, or about to be started; `node` is not owned.
  virtual void add_node(Node& node) = 0;

  // The tests that the node selected, in the order in which they are to be handed out. Equal for
  // all nodes: a worker that has others runs none.
  virtual void add_node_collection(Node& node, const std::vector<TestIndex>& collection) = 0;

  // Begins; after the first call: looks at all nodes again, one has arrived or become ready.
  virtual void schedule() = 0;

  // `test` is complete on `node`, which took `seconds` for it.
  virtual void mark_test_complete(Node& node, TestIndex test, double seconds) = 0;

  // Puts a test back, to be run again as soon as possible: the one that the worker removed last
  // died in.
  virtual void mark_test_pending(TestIndex test) = 0;

  // The worker is gone, or runs no tests after all, and must not be used any more. `unfinished` are
  // the tests of its share that it had not started: those that it was sent, or, where every worker
  // runs every test and nothing has been sent yet, all. The test that it died in is not among them.
  virtual void remove_node(Node& node, const std::vector<TestIndex>& unfinished) = 0;

  // A worker with fewer unstarted tests than this wants attention soon; the controller has its
  // workers ring then. With two, a worker has something to go on with while more is sent.
  virtual std::size_t wake_below(const Node& node) const {
    static_cast<void>(node);
    return 2;
  }
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_SCHEDULER_H_
