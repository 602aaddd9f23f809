// A plugin that is registered where $REGISTER says: in main, in main after a listener, in an
// environment, in a test, in workers only, or nowhere. It leaves B.Second out and appends a
// listener.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <gtest_xdist/plugin.h>

#ifdef WITH_ONCE
#include <gtest_xdist/once.h>
#endif

#include "support.h"

namespace {

#ifdef WITH_ONCE
// So that hooks are called from the first test on, once there is a plugin.
int value() {
  return gtest_xdist::once("value", [] { return 1; });
}
TEST(A, AsksForAValue) { EXPECT_EQ(value(), 1); }
#endif

class Talker : public testing::EmptyTestEventListener {
  void OnTestIterationStart(const testing::UnitTest&, int) override { std::puts("it begins"); }
  void OnTestStart(const testing::TestInfo& test) override { std::printf("to %s\n", test.name()); }
};

class Late : public gtest_xdist::Plugin {
  gtest_xdist::After configure(gtest_xdist::Config& config) override {
    support::note(
        "configure " + std::to_string(config.numprocesses) +
        (config.workerinput ? " as " + config.workerinput->get<std::string>("workerid") : ""));
    testing::UnitTest::GetInstance()->listeners().Append(new Talker);
    return {};
  }
  gtest_xdist::After collection_modifyitems(gtest_xdist::Session&,
                                            std::vector<gtest_xdist::Item>& items) override {
    const auto is_second = [](const gtest_xdist::Item& item) { return item.name == "Second"; };
    items.erase(std::remove_if(items.begin(), items.end(), is_second), items.end());
    return {};
  }
  gtest_xdist::After sessionfinish(gtest_xdist::Session&, int) override {
    support::note("sessionfinish");
    return {};
  }
};

void reach(const std::string& place) {
  if (support::variable("REGISTER") != place) return;
  gtest_xdist::plugins().register_plugin(std::make_shared<Late>(), "Late");
}

class World : public testing::Environment {
  void SetUp() override { reach("environment"); }
};

TEST(A, First) { reach("test"); }
TEST(B, Second) {}
TEST(C, Third) {}

}  // namespace

int main(int argc, char** argv) {
  reach("before gtest");
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new World);
  reach("main");
  if (gtest_xdist::is_xdist_worker()) reach("workers");
  return RUN_ALL_TESTS();
}
