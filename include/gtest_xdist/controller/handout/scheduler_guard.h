// Guards the session against the errors of a scheduler, which may come from a plugin.
//
// Layer: controller/handout. After the first error, the scheduler is not called any more. Does not
// know what follows from the error.
#ifndef GTEST_XDIST_CONTROLLER_HANDOUT_SCHEDULER_GUARD_H_
#define GTEST_XDIST_CONTROLLER_HANDOUT_SCHEDULER_GUARD_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/core/text/text.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// Owns the scheduler. If the scheduler throws, or sends a test that it must not send, error() says
// so. Only mark_test_pending() throws. After an error, and after stop(), the members do nothing,
// and answer like a scheduler without workers and tests.
class SchedulerGuard : public Scheduler {
 public:
  // Messages call the scheduler `name`: "the scheduler 'load'". `assignments` is the account that
  // its nodes use. It may be constructed after the guard: the first call of a member other than
  // runs_on_every_worker() uses it first.
  SchedulerGuard(std::unique_ptr<Scheduler> scheduler, std::string name, Assignments& assignments)
      : scheduler_(std::move(scheduler)), name_(std::move(name)), assignments_(assignments) {
    attempt("runs_on_every_worker",
            [&] { runs_on_every_worker_ = scheduler_->runs_on_every_worker(); });
  }

  const std::string& name() const { return name_; }

  // "the scheduler 'load' failed in schedule: ..."; empty if there is no error.
  const std::string& error() const { return error_; }

  // From now on the scheduler is not called.
  void stop() { stopped_ = true; }

  // Gives the scheduler away, for another guard.
  std::unique_ptr<Scheduler> release() {
    stop();
    return std::move(scheduler_);
  }

  // --- Scheduler ---------------------------------------------------------------------------------

  std::vector<Node*> nodes() const override {
    return ask("nodes", std::vector<Node*>{}, [&] { return scheduler_->nodes(); });
  }
  bool collection_is_completed() const override {
    return ask("collection_is_completed", false,
               [&] { return scheduler_->collection_is_completed(); });
  }
  bool tests_finished() const override {
    return ask("tests_finished", true, [&] { return scheduler_->tests_finished(); });
  }
  bool has_pending() const override {
    return ask("has_pending", false, [&] { return scheduler_->has_pending(); });
  }
  bool runs_on_every_worker() const override { return runs_on_every_worker_; }

  void add_node(Node& node) override {
    tell("add_node", [&] { scheduler_->add_node(node); });
  }
  void add_node_collection(Node& node, const std::vector<TestIndex>& collection) override {
    tell("add_node_collection", [&] { scheduler_->add_node_collection(node, collection); });
  }
  void schedule() override {
    tell("schedule", [&] { scheduler_->schedule(); });
  }
  void mark_test_complete(Node& node, TestIndex test, double seconds) override {
    tell("mark_test_complete", [&] { scheduler_->mark_test_complete(node, test, seconds); });
  }

  // Updates the assignments even if the scheduler is not called any more. Throws std::logic_error,
  // and does nothing, if the last dead worker did not die in this test, or if the test was already
  // put back. That is an error of the caller, not of the scheduler.
  void mark_test_pending(TestIndex test) override {
    assignments_.put_back(test);
    tell("mark_test_pending", [&] { scheduler_->mark_test_pending(test); });
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    tell("remove_node", [&] { scheduler_->remove_node(node, unfinished); });
  }
  std::size_t wake_below(const Node& node) const override {
    return ask("wake_below", std::size_t{1}, [&] { return scheduler_->wake_below(node); });
  }

 private:
  // Makes `call`, which calls a member of the scheduler.
  template <class Call>
  void attempt(const char* member, Call call) const {
    try {
      call();
    } catch (...) {
      fail(member, describe_current_exception());
    }
  }

  // As attempt(), but only if there is no error before. Also finds tests that were sent and
  // refused: the scheduler may have swallowed that exception.
  template <class Call>
  void tell(const char* member, Call call) const {
    if (stopped_ || !error_.empty()) return;
    if (!assignments_.violation().empty()) {
      error_ = name_ + " failed: " + assignments_.violation();
      return;
    }
    attempt(member, call);
    if (assignments_.violation().empty()) return;
    error_.clear();
    fail(member, assignments_.violation());
  }

  template <class Answer, class Call>
  Answer ask(const char* member, Answer otherwise, Call call) const {
    Answer answer = otherwise;
    tell(member, [&] { answer = call(); });
    return error_.empty() ? answer : otherwise;
  }

  void fail(const char* member, const std::string& what) const {
    error_ = name_ + " failed in " + member + ": " + what;
  }

  std::unique_ptr<Scheduler> scheduler_;
  std::string name_;
  Assignments& assignments_;
  bool runs_on_every_worker_ = false;
  bool stopped_ = false;
  mutable std::string error_;  // const members may fail as well
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_HANDOUT_SCHEDULER_GUARD_H_
