// Listeners of every temper; LISTENER says which: `prints`, `asks` and `records` as events are
// reported, `fails` each test that ends, `guards` the tests against leaks, `replaces` the printer,
// `wraps` it, `moves` it to the end, `takes` the report's writer away, `appends` another listener
// when the program starts, `throws` as assertions fail, `repeats` failures of the tests, `reports`
// to the file REPORT, or fails at the event that LISTENER names.
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "gtest_xdist/core/identity.h"

#include "support.h"

namespace {

int leaked = 0;

struct Prints : testing::EmptyTestEventListener {
  static void say(const char* event, const std::string& of) {
    std::printf("listener: %s %s\n", event, of.c_str());
  }
  void OnTestProgramStart(const testing::UnitTest&) override { say("program start", ""); }
  void OnTestIterationStart(const testing::UnitTest& program, int iteration) override {
    say("iteration start",
        std::to_string(iteration) + " of " + std::to_string(program.test_to_run_count()));
  }
  void OnEnvironmentsSetUpStart(const testing::UnitTest&) override {
    say("environments set-up start", "");
  }
  void OnEnvironmentsSetUpEnd(const testing::UnitTest&) override {
    say("environments set-up end", "");
  }
  void OnTestSuiteStart(const testing::TestSuite& suite) override {
    say("suite start",
        std::string(suite.name()) + " of " + std::to_string(suite.test_to_run_count()));
  }
  void OnTestStart(const testing::TestInfo& test) override { say("test start", test.name()); }
  void OnTestPartResult(const testing::TestPartResult& part) override {
    say("part", part.summary());
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    say("test end", std::string(test.name()) + (test.result()->Passed() ? " passed" : " failed"));
  }
  void OnTestSuiteEnd(const testing::TestSuite& suite) override {
    say("suite end",
        std::string(suite.name()) + " failed " + std::to_string(suite.failed_test_count()));
  }
  void OnEnvironmentsTearDownStart(const testing::UnitTest&) override {
    say("environments tear-down start", "");
  }
  void OnEnvironmentsTearDownEnd(const testing::UnitTest&) override {
    say("environments tear-down end", "");
  }
  void OnTestIterationEnd(const testing::UnitTest& program, int iteration) override {
    say("iteration end",
        std::to_string(iteration) + " failed " + std::to_string(program.failed_test_count()));
  }
  void OnTestProgramEnd(const testing::UnitTest&) override { say("program end", ""); }
};

struct Asks : testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override {
    std::printf("asked at start: %s\n", support::current_test().c_str());
  }
  void OnTestEnd(const testing::TestInfo&) override {
    std::printf("asked at end: %s in %s\n", support::current_test().c_str(),
                testing::UnitTest::GetInstance()->current_test_suite()->name());
  }
};

struct Records : testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& test) override {
    testing::Test::RecordProperty("started", test.name());
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    testing::Test::RecordProperty("ended", test.name());
  }
};

struct Fails : testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo& test) override {
    ADD_FAILURE() << "no more of " << test.name();
  }
};

struct Guards : testing::EmptyTestEventListener {
  int before = 0;
  void OnTestStart(const testing::TestInfo&) override { before = leaked; }
  void OnTestEnd(const testing::TestInfo&) override { EXPECT_EQ(0, leaked - before) << "leaked"; }
};

// Leaves successes to nobody.
struct Wraps : testing::EmptyTestEventListener {
  explicit Wraps(testing::TestEventListener* wrapped) : printer(wrapped) {}
  const std::unique_ptr<testing::TestEventListener> printer;
  void OnTestStart(const testing::TestInfo& test) override { printer->OnTestStart(test); }
  void OnTestPartResult(const testing::TestPartResult& part) override {
    printer->OnTestPartResult(part);
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    if (test.result()->Failed()) printer->OnTestEnd(test);
  }
  void OnTestIterationEnd(const testing::UnitTest& program, int iteration) override {
    printer->OnTestIterationEnd(program, iteration);
  }
};

struct Appends : testing::EmptyTestEventListener {
  void OnTestProgramStart(const testing::UnitTest&) override {
    testing::UnitTest::GetInstance()->listeners().Append(new Prints);
  }
};

// As GoogleTest's documentation turns assertions into exceptions.
struct Throws : testing::EmptyTestEventListener {
  void OnTestPartResult(const testing::TestPartResult& part) override {
    if (part.failed()) throw testing::AssertionException(part);
  }
};

// The same failure, whoever has it.
void complain() { ADD_FAILURE() << "it is too much"; }

struct Repeats : testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override { complain(); }
  void OnTestEnd(const testing::TestInfo&) override {
    complain();
    complain();
  }
  void OnTestSuiteStart(const testing::TestSuite&) override { complain(); }
  void OnTestSuiteEnd(const testing::TestSuite&) override {
    complain();
    complain();
  }
  void OnTestIterationEnd(const testing::UnitTest&, int) override {
    complain();
    complain();
  }
};

struct Reports : testing::EmptyTestEventListener {
  std::ofstream file;
  void OnTestProgramStart(const testing::UnitTest& program) override {
    file.open(support::variable("REPORT"));
    file << "1.." << program.test_to_run_count() << std::endl;
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    file << (test.result()->Passed() ? "ok " : "not ok ") << test.name() << std::endl;
  }
};

struct FailsAt : testing::EmptyTestEventListener {
  static void reach(const std::string& event) {
    if (support::variable("LISTENER") == event) ADD_FAILURE() << "the listener fails at " << event;
  }
  void OnTestProgramStart(const testing::UnitTest&) override { reach("program start"); }
  void OnTestIterationStart(const testing::UnitTest&, int) override { reach("iteration start"); }
  void OnEnvironmentsSetUpStart(const testing::UnitTest&) override { reach("set-up start"); }
  void OnEnvironmentsSetUpEnd(const testing::UnitTest&) override { reach("set-up end"); }
  void OnTestSuiteStart(const testing::TestSuite&) override { reach("suite start"); }
  void OnTestStart(const testing::TestInfo&) override { reach("test start"); }
  void OnTestSuiteEnd(const testing::TestSuite&) override { reach("suite end"); }
  void OnEnvironmentsTearDownStart(const testing::UnitTest&) override { reach("tear-down start"); }
  void OnEnvironmentsTearDownEnd(const testing::UnitTest&) override { reach("tear-down end"); }
  void OnTestIterationEnd(const testing::UnitTest&, int) override { reach("iteration end"); }
};

class Watched : public testing::TestWithParam<int> {};
TEST_P(Watched, LeaksOneInThree) { leaked += GetParam() % 3 == 0 ? 1 : 0; }
TEST_P(Watched, FailsOneInFour) { EXPECT_NE(0, GetParam() % 4); }
INSTANTIATE_TEST_SUITE_P(All, Watched, testing::Range(0, 8));
TEST(AlsoWatched, Passes) {
  if (support::variable("LISTENER") != "repeats") return;
  complain();
  complain();
}

class Thrown : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::printf("before the set-up fails\n");
    ADD_FAILURE() << "in SetUpTestSuite";
    if (support::variable("LISTENER") == "repeats") {
      complain();
      complain();
    }
    std::printf("after it has failed\n");
  }
  void TearDown() override {
    std::printf("before the tear-down fails\n");
    FAIL() << "in TearDown";
  }
};
void fail() { ASSERT_EQ(1, 2) << "in a function"; }
TEST_F(Thrown, FromAFunction) {
  std::printf("before\n");
  fail();
  std::printf("after\n");
}
TEST_F(Thrown, AndCaught) {
  EXPECT_THROW(ADD_FAILURE() << "to be caught", testing::AssertionException);
  std::printf("after\n");
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  const std::string which = support::variable("LISTENER");
  if (which == "prints") listeners.Append(new Prints);
  if (which == "asks") listeners.Append(new Asks);
  if (which == "records") listeners.Append(new Records);
  if (which == "fails") listeners.Append(new Fails);
  if (which == "guards") listeners.Append(new Guards);
  if (which == "replaces") {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new Prints);
  }
  if (which == "wraps") {
    listeners.Append(new Wraps(listeners.Release(listeners.default_result_printer())));
  }
  if (which == "moves") {
    listeners.Append(listeners.Release(listeners.default_result_printer()));
  }
  if (which == "takes") delete listeners.Release(listeners.default_xml_generator());
  if (which == "throws") listeners.Append(new Throws);
  if (which == "repeats") listeners.Append(new Repeats);
  const bool is_told_where = which == "reports once" && gtest_xdist::is_xdist_worker();
  if (which.rfind("reports", 0) == 0 && !is_told_where) listeners.Append(new Reports);
  if (which == "appends") listeners.Append(new Appends);
  listeners.Append(new FailsAt);
  return RUN_ALL_TESTS();
}
