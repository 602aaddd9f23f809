// Says how far a worker has got, as the controller knows it.
//
// Layer: controller/node. Only these transitions change the stage:
//
//   Stage before                   What happens                       Stage after
//   starting                       its collection is the right one    collected
//   starting                       its collection differs             rejected
//   collected                      its environments are up            ready
//   collected                      its environments failed            unusable
//   collected, ready, unusable     it has left the iteration          collected
//   any                            RUN_ALL_TESTS is over              done
//
// Nothing else changes the stage. After the end of the process it stays, and says how far the
// worker had got.
#ifndef GTEST_XDIST_CONTROLLER_NODE_WORKER_LIFE_H_
#define GTEST_XDIST_CONTROLLER_NODE_WORKER_LIFE_H_

namespace gtest_xdist::internal {

class WorkerLife {
 public:
  enum class Stage {
    starting,   // its collection has not been compared yet
    collected,  // it has the tests that it should have; its environments are not up
    rejected,   // it has other tests: it never runs one
    ready,      // it runs tests
    unusable,   // its environments failed: it runs no test in this iteration
    done,       // RUN_ALL_TESTS is over
  };

  // --- transitions; false if there is none from this stage ---------------------------------------

  bool arrived(bool collection_is_right) {
    return move(is(Stage::starting), collection_is_right ? Stage::collected : Stage::rejected);
  }
  bool environments_up(bool succeeded) {
    return move(is(Stage::collected), succeeded ? Stage::ready : Stage::unusable);
  }
  bool left_iteration() {
    return move(is(Stage::collected) || is(Stage::ready) || is(Stage::unusable), Stage::collected);
  }
  bool program_done() { return move(true, Stage::done); }
  void process_ended() { is_gone_ = true; }

  // --- questions ---------------------------------------------------------------------------------

  Stage stage() const { return stage_; }
  bool is_gone() const { return is_gone_; }

  bool is_starting() const { return !is_gone_ && is(Stage::starting); }
  bool is_collected() const { return !is_gone_ && is(Stage::collected); }
  bool is_ready() const { return !is_gone_ && is(Stage::ready); }
  // Stays true after the process's end.
  bool is_done() const { return is(Stage::done); }
  // Whether it is not ready yet, but may become so.
  bool is_coming() const { return is_starting() || is_collected(); }
  // Whether it has told its collection. Stays as it is after the process's end.
  bool has_arrived() const { return !is(Stage::starting); }
  // Whether it may still run tests of this iteration.
  bool may_run_tests() const { return is_coming() || is_ready(); }

 private:
  bool is(Stage stage) const { return stage_ == stage; }

  bool move(bool is_allowed, Stage next) {
    is_allowed = is_allowed && !is_gone_;
    if (is_allowed) stage_ = next;
    return is_allowed;
  }

  Stage stage_ = Stage::starting;
  bool is_gone_ = false;  // the process has ended
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_WORKER_LIFE_H_
