// The order in which things are told, whatever the order in which they have happened.
#include "gtest_xdist/controller/crew/node_manager.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/core/messages/handshake.h"
#include "gtest_xdist/process/files/temp_directory.h"
#include "gtest_xdist/process/self.h"
#include "gtest_xdist/process/signals/stop_signals.h"

#include "support/redirection.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

// Writes down what it hears.
class Recorder : public NodeEventHandler {
 public:
  Time handle(const NodeEvent& event) override {
    texts.push_back(text_of(event));
    if (event.kind == NodeEvent::Kind::end) event.node->process_ended();
    return next;
  }

  Texts texts;
  Time next = Time::max();

 private:
  static std::string text_of(const NodeEvent& event) {
    switch (event.kind) {
      case NodeEvent::Kind::continuation:
        return "continuation";
      case NodeEvent::Kind::message:
        return event.node->name() + ": " + std::string(event.message);
      case NodeEvent::Kind::end:
        return event.node->name() + " " + event.status.describe();
      case NodeEvent::Kind::news:
        return "news";
      case NodeEvent::Kind::time:
        return "time";
      case NodeEvent::Kind::wait:
        return "wait";
    }
    return "?";
  }
};

// Two workers, which only say where their memory is; the test plays the rest of them.
class Workers {
 public:
  Workers() {
    for (std::uint32_t slot = 0; slot < 2; ++slot) {
      WorkerNode& node = manager_.add_node(slot);
      manager_.start(node, 1, 1);
      manager_.watch(node);
    }
  }

  WorkerNode& node(std::size_t i) { return *manager_.nodes()[i]; }

  void await_end(std::size_t i) {
    while (!node(i).process->ended()) std::this_thread::yield();
  }

  // Worker `i` has sent this before its end.
  void send(std::size_t i, const Texts& frames) {
    await_end(i);
    std::string said = text_of(node(i).output.out);
    said.pop_back();  // the end of the line
    const auto descriptor = static_cast<int>(Handshake::parse(said).value().segment);
    const WorkerSegment segment = WorkerSegment::attach(descriptor, static_cast<std::uint32_t>(i));
    RingWriter results = segment.view().results_writer();
    for (const std::string& frame : frames) results.write(frame, [] {});
  }

  // What one look tells, when nothing more has happened than what is known. It may tell the time:
  // an end may be seen before its bell rings.
  Texts poll_again() {
    Texts texts = poll();
    if (texts == Texts{"time"}) texts.clear();
    return texts;
  }

  // What one look tells.
  Texts poll() {
    recorder_.texts.clear();
    manager_.poll();
    return recorder_.texts;
  }

  NodeManager& manager() { return manager_; }
  Recorder& recorder() { return recorder_; }

 private:
  const Self self_{"/bin/sh", {"sh", "-c", "echo \"$GTEST_XDIST_PRIVATE_WORKER\""}, ""};
  Recorder recorder_;
  StopSignals stop_signals_;
  NodeManager manager_{recorder_,
                       4,
                       2,
                       Launcher(self_, {}, {2, 0, std::make_shared<const TempDirectory>()}),
                       stop_signals_,
                       nullptr};
};

const Texts kAll = {
    "gw0: one", "gw0: two", "gw0 exited with status 0", "gw1: one", "gw1 exited with status 0",
    "news",     "time"};

TEST(NodeManager, TellsMessagesThenTheEndThenNewsThenTheTime) {
  Workers workers;
  workers.send(1, {"one"});
  workers.send(0, {"one", "two"});
  EXPECT_EQ(workers.poll(), kAll);
  EXPECT_EQ(workers.poll_again(), Texts());
}

TEST(NodeManager, TellsTheTimeWhenItIsDueOrTheBellHasRung) {
  Workers workers;
  workers.await_end(0);
  workers.await_end(1);
  workers.recorder().next = NodeEventHandler::Time::min();
  workers.poll();
  workers.recorder().next = NodeEventHandler::Time::max();
  EXPECT_EQ(workers.poll(), Texts{"time"}) << "it was due";
  EXPECT_EQ(workers.poll(), Texts());
  workers.manager().bell().ring();
  EXPECT_EQ(workers.poll(), Texts{"time"});
  EXPECT_EQ(workers.poll(), Texts());
}

TEST(NodeManager, TellsTheEndOfEachWorkerOnce) {
  Workers workers;
  workers.manager().wait_for_end();
  const Texts& texts = workers.recorder().texts;
  EXPECT_EQ(std::count(texts.begin(), texts.end(), "gw0 exited with status 0"), 1);
  EXPECT_EQ(std::count(texts.begin(), texts.end(), "gw1 exited with status 0"), 1);
  EXPECT_EQ(texts.back(), "time");
  EXPECT_EQ(workers.poll_again(), Texts());
}

// No shell could continue a process of a session of its own, so it is not stopped.
TEST(NodeManager, TellsOfASuspensionFirst) {
  const auto suspend = [] {
    ::setsid();
    Workers workers;
    workers.send(1, {"one"});
    workers.send(0, {"one", "two"});
    ::raise(SIGTSTP);
    Texts expected = kAll;
    expected.insert(expected.begin(), "continuation");
    const Texts texts = workers.poll();
    for (const std::string& text : texts) std::cerr << text << "\n";
    std::_Exit(texts == expected ? EXIT_SUCCESS : EXIT_FAILURE);
  };
  EXPECT_EXIT(suspend(), testing::ExitedWithCode(0), "^continuation\n");
}

}  // namespace
}  // namespace gtest_xdist::internal
