#include "gtest_xdist/process/once/once_values.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/children.h"
#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Strings = std::vector<std::string>;

Strings torn_down;

void tear_down_function() {}

void run(Code, const std::string& bytes) {
  torn_down.push_back(bytes);
  if (bytes == "bad") throw std::runtime_error("it is bad");
  if (bytes == "odd") throw 1;
}

OnceTearDown tear_down() {
  return {code_place_of(&tear_down_function), code_place_of(reinterpret_cast<Code>(&run))};
}

// A value whose bytes are its name.
std::string obtain(OnceValues& values, const std::string& name, bool has_tear_down = true) {
  const OnceValues::Turn turn(values, name);
  const FunctionRef<OnceTearDown()> place(tear_down);
  return values.obtain(
      name, "string", [&](OnceValues::Keep keep) { keep([&] { return name; }); },
      has_tear_down ? &place : nullptr);
}

std::string obtain_no_other(OnceValues& values, const std::string& name) {
  const OnceValues::Turn turn(values, name);
  return values.obtain(
      name, "string", [&](OnceValues::Keep) { throw std::runtime_error("not there"); }, nullptr);
}

Strings end(OnceValues& values) {
  Strings failures;
  values.end_session([&](const std::string& message) { failures.push_back(message); });
  return failures;
}

class OnceValuesTest : public testing::Test {
 protected:
  void SetUp() override { torn_down.clear(); }

  // As in a controller: its own directory is there as long as it is needed.
  void lead(OnceValues& values) {
    values.lead([this] { return OnceValues::Directory(nullptr, scratch_.path()); });
  }

  ScratchDirectory scratch_;
  OnceValues values_;
};

TEST_F(OnceValuesTest, AreTornDownInReverse) {
  for (const char* name : {"a", "c", "b"}) obtain(values_, name);
  obtain(values_, "stays", false);
  EXPECT_EQ(end(values_), Strings());
  EXPECT_EQ(torn_down, (Strings{"b", "c", "a"}));
  EXPECT_EQ(end(values_), Strings());
  EXPECT_EQ(torn_down.size(), 3U);
}

TEST_F(OnceValuesTest, AreForgottenWithTheSession) {
  obtain(values_, "a");
  EXPECT_EQ(obtain_no_other(values_, "a"), "a");
  const int number = 3;
  const char type = 0;
  values_.cache("a", &type, std::shared_ptr<const void>(std::shared_ptr<void>(), &number));
  EXPECT_EQ(values_.cached("a", &type), &number);
  end(values_);
  EXPECT_EQ(values_.cached("a", &type), nullptr);
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { obtain_no_other(values_, "a"); }),
            "not there");
}

TEST_F(OnceValuesTest, AFailureDoesNotKeepOthersFromBeingTornDown) {
  for (const char* name : {"a", "bad", "odd", "b"}) obtain(values_, name);
  EXPECT_EQ(
      end(values_),
      (Strings{"the tear-down of once(\"odd\") failed: an exception that is no std::exception",
               "the tear-down of once(\"bad\") failed: it is bad"}));
  EXPECT_EQ(torn_down, (Strings{"b", "odd", "bad", "a"}));
}

TEST_F(OnceValuesTest, ATearDownThatIsNotThereIsAFailure) {
  {
    const OnceValues::Turn turn(values_, "a");
    const auto is_gone = [] {
      OnceTearDown gone = tear_down();
      gone.function.module = "/no/library.so";
      return gone;
    };
    const FunctionRef<OnceTearDown()> place(is_gone);
    values_.obtain(
        "a", "bool", [](OnceValues::Keep keep) { keep([] { return "x"; }); }, &place);
  }
  EXPECT_EQ(end(values_), Strings{"the tear-down of once(\"a\") failed: it is in '/no/library.so', "
                                  "which this process has not loaded"});
}

TEST_F(OnceValuesTest, OfWorkersAreTornDownByTheController) {
  lead(values_);
  values_.share();
  Children children;
  children.start([&] {
    OnceValues worker;
    worker.join(scratch_.path());
    const bool is_right = obtain(worker, "a") == "a";
    return is_right && end(worker).empty() && torn_down.empty();
  });
  EXPECT_EQ(children.wait_for_first(), 0);
  EXPECT_EQ(end(values_), Strings());
  EXPECT_EQ(torn_down, Strings{"a"});
}

TEST_F(OnceValuesTest, OfTheControllerAreThereForWorkers) {
  lead(values_);
  obtain(values_, "a");
  values_.share();
  OnceValues worker;
  worker.join(scratch_.path());
  EXPECT_EQ(obtain_no_other(worker, "a"), "a");
}

TEST_F(OnceValuesTest, AForkOfTheControllerTearsNothingDown) {
  lead(values_);
  obtain(values_, "a");
  Children children;
  children.start([&] {
    end(values_);
    return torn_down.empty();
  });
}

TEST_F(OnceValuesTest, NeedNoDirectoryUntilTheyAreUsed) {
  lead(values_);
  EXPECT_EQ(end(values_), Strings());
  values_.share();
  EXPECT_EQ(end(values_), Strings());
  EXPECT_TRUE(scratch_.empty());
}

TEST_F(OnceValuesTest, ADirectoryThatIsGoneIsToldAtTheEnd) {
  lead(values_);
  obtain(values_, "a");
  std::filesystem::remove_all(scratch_.path() + "/once");
  EXPECT_EQ(end(values_), Strings{"the values of once() cannot be torn down: cannot read '" +
                                  scratch_.path() + "/once': No such file or directory"});
}

TEST_F(OnceValuesTest, HaveNames) {
  EXPECT_EQ(text_of_thrown<OnceError>([&] { obtain(values_, ""); }),
            "once(\"\"): the name of a value must not be empty");
}

TEST_F(OnceValuesTest, ErrorsOfTheStoreHaveTheName) {
  lead(values_);
  obtain(values_, "a");
  std::filesystem::remove(scratch_.path() + "/once/a.bytes");
  EXPECT_EQ(
      text_of_thrown<OnceError>([&] { obtain(values_, "a"); }),
      "once(\"a\"): cannot read '" + scratch_.path() + "/once/a.bytes': No such file or directory");
}

TEST_F(OnceValuesTest, AThreadWaitsForItsTurn) {
  std::vector<std::thread> threads;
  int running = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, &running, i] {
      for (int j = 0; j < 1000; ++j) {
        const OnceValues::Turn turn(values_, std::to_string(i));
        const OnceValues::Turn nested(values_, "nested");
        EXPECT_EQ(++running, 1);
        --running;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

bool served = false;
void serve() { served = true; }

TEST_F(OnceValuesTest, UseIsAnnounced) {
  served = false;
  values_.observe_use(&serve);
  EXPECT_FALSE(served);
  values_.announce_use();
  EXPECT_TRUE(served);
  served = false;
  values_.observe_use(nullptr);
  values_.announce_use();
  EXPECT_FALSE(served);
  values_.observe_use(&serve);
  EXPECT_TRUE(served);
}

}  // namespace
}  // namespace gtest_xdist::internal
