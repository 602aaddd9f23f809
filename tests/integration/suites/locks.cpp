// Tests that fail if one runs beside another that excludes it. Each notes when it begins and ends.
// $CRASHES names a test that does, once; with $RERUN it is run again. With $SCHEDULER a plugin
// deals the tests out in turn, whoever excludes whom.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest_xdist/plugin.h>
#include <gtest_xdist/scheduler/node_registry.h>

#include "support.h"

namespace {

using gtest_xdist::Node;
using gtest_xdist::TestIndex;

// A lock on a file beside the notes, which does not wait and ends with the process.
class FileLock {
 public:
  enum Kind { shared = LOCK_SH, exclusive = LOCK_EX };

  FileLock(const std::string& name, Kind kind)
      : file_(::open((support::variable("NOTES") + "." + name).c_str(),
                     O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    EXPECT_EQ(::flock(file_, kind | LOCK_NB), 0) << "somebody else has '" << name << "'";
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() { ::close(file_); }

 private:
  int file_;
};

bool exists(const std::string& name) {
  return ::access((support::variable("NOTES") + "." + name).c_str(), F_OK) == 0;
}

// Makes the file; false if it is there.
bool make(const std::string& name) {
  const int file = ::open((support::variable("NOTES") + "." + name).c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
  return file >= 0;
}

// What the test does, which holds these locks. Whatever is no serial test shares "all".
void run(const std::vector<std::string>& locks, FileLock::Kind all = FileLock::shared) {
  const std::string test = support::current_test();
  support::note("begin " + test + " " + support::worker());
  const FileLock none_alone("all", all);
  std::vector<std::unique_ptr<FileLock>> held;
  for (const std::string& lock : locks) {
    held.push_back(std::make_unique<FileLock>(lock, FileLock::exclusive));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  if (support::variable("CRASHES") == test && make("crashed")) std::abort();
  support::note("end " + test + " " + support::worker());
}

// The first to run, if others are passed over: it waits until another worker has run a test without
// a lock.
TEST(Meet, Locked) {
  run({"meet"});
  const std::string workers = support::variable("GTEST_XDIST_WORKER_COUNT");
  if (workers.empty() || workers == "1" || support::variable("MEET").empty()) return;
  constexpr int kPatience = 3000;  // hundredths of a second, on whatever machine
  for (int i = 0; i < kPatience && !exists("met"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(exists("met")) << "the other workers wait for this one";
}
TEST(Meet, LockedToo) { run({"meet"}); }
GTEST_XDIST_LOCK("meet", "Meet.*")

// The suite itself needs what its tests lock.
class Port : public testing::TestWithParam<int> {
 public:
  static void SetUpTestSuite() { port_ = std::make_unique<FileLock>("port", FileLock::exclusive); }
  static void TearDownTestSuite() { port_.reset(); }

 private:
  inline static std::unique_ptr<FileLock> port_;
};
TEST_P(Port, Uses) { run({}); }
INSTANTIATE_TEST_SUITE_P(All, Port, testing::Range(0, 6));
GTEST_XDIST_LOCK("port", "All/Port.*")

class Mixed : public testing::TestWithParam<int> {};
TEST_P(Mixed, Port) { run({"port"}); }
TEST_P(Mixed, File) { run({"file"}); }
TEST_P(Mixed, Plain) { run({}); }
TEST_P(Mixed, Both) { run({"port", "file"}); }
INSTANTIATE_TEST_SUITE_P(All, Mixed, testing::Range(0, 4));
GTEST_XDIST_LOCK("port", "All/Mixed.Port/*:All/Mixed.Both/*")
GTEST_XDIST_LOCK("file", "All/Mixed.File/*:All/Mixed.Both/*")

// One test in the middle of a suite runs alone; the set-ups of others run beside no such test.
class Middle : public testing::Test {
 public:
  static void SetUpTestSuite() { const FileLock none_alone("all", FileLock::shared); }
  static void TearDownTestSuite() { const FileLock none_alone("all", FileLock::shared); }
};
TEST_F(Middle, Before) { run({}); }
TEST_F(Middle, Alone) { run({"port"}, FileLock::exclusive); }
TEST_F(Middle, After) { run({"port"}); }
TEST_F(Middle, AloneToo) { run({}, FileLock::exclusive); }
GTEST_XDIST_SERIAL("Middle.Alone*")
GTEST_XDIST_LOCK("port", "Middle.After")

// So does all of a suite: nothing runs beside its set-up and tear-down.
class Alone : public testing::Test {
 public:
  static void SetUpTestSuite() { all_ = std::make_unique<FileLock>("all", FileLock::exclusive); }
  static void TearDownTestSuite() { all_.reset(); }

 protected:
  static void run_alone() {
    all_.reset();
    run({}, FileLock::exclusive);
    all_ = std::make_unique<FileLock>("all", FileLock::exclusive);
  }

 private:
  inline static std::unique_ptr<FileLock> all_;
};
TEST_F(Alone, First) { run_alone(); }
TEST_F(Alone, Second) { run_alone(); }
GTEST_XDIST_SERIAL("Alone.*")

class Plain : public testing::TestWithParam<int> {};
TEST_P(Plain, Test) {
  run({});
  make("met");
}
INSTANTIATE_TEST_SUITE_P(All, Plain, testing::Range(0, 12));

// Every node gets its share at once; what one leaves goes to the next.
class InTurn : public gtest_xdist::Scheduler {
 public:
  explicit InTurn(std::size_t workers) : registry_(workers) {}

  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override { return !left_.empty() || !registry_.nothing_pending(); }
  void add_node(Node& node) override { registry_.add(node); }
  void add_node_collection(Node&, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (!started_) left_ = collection;
  }
  void schedule() override {
    started_ = true;
    deal();
  }
  void mark_test_complete(Node&, TestIndex, double) override {}
  void mark_test_pending(TestIndex test) override {
    left_.push_back(test);
    deal();
  }
  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    left_.insert(left_.end(), unfinished.begin(), unfinished.end());
    deal();
  }

 private:
  void deal() {
    const std::vector<Node*>& nodes = registry_.nodes();
    if (!started_ || nodes.empty()) return;
    for (const TestIndex test : left_) nodes[next_++ % nodes.size()]->send({test});
    left_.clear();
    for (Node* node : nodes) node->shutdown();
  }

  gtest_xdist::NodeRegistry registry_;
  bool started_ = false;
  std::size_t next_ = 0;
  std::vector<TestIndex> left_;
};

// A scheduler that wanted to could know.
void check(const std::vector<gtest_xdist::Item>& items) {
  for (const gtest_xdist::Item& item : items) {
    const bool is_serial =
        item.suite == "Alone" || item.id == "Middle.Alone" || item.id == "Middle.AloneToo";
    if (item.serial != is_serial) throw std::logic_error(item.id + " runs alone?");
    if (item.name.substr(0, 5) != "Both/") continue;
    if (item.locks == std::vector<std::string>{"file", "port"}) continue;
    throw std::logic_error(item.id + " holds other locks");
  }
}

class Deal : public gtest_xdist::Plugin {
  gtest_xdist::Answer<std::unique_ptr<gtest_xdist::Scheduler>> make_scheduler(
      gtest_xdist::Config& config) override {
    if (support::variable("SCHEDULER").empty()) return {};
    check(config.items);
    return std::make_unique<InTurn>(config.numprocesses);
  }

  gtest_xdist::Answer<bool> handlecrashitem(const gtest_xdist::Item& item,
                                            gtest_xdist::TestReport& report,
                                            gtest_xdist::Scheduler& scheduler) override {
    if (support::variable("RERUN").empty()) return {};
    report.outcome = gtest_xdist::Outcome::rerun;
    scheduler.mark_test_pending(item.index);
    return true;
  }
};
GTEST_XDIST_PLUGIN(Deal)

}  // namespace
