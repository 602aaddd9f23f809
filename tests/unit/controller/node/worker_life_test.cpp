#include "gtest_xdist/controller/node/worker_life.h"

#include <algorithm>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "support/worker_stages.h"

namespace gtest_xdist::internal {
namespace {

using LifeStage = WorkerLife::Stage;

const std::vector<LifeStage> kStages = {LifeStage::starting, LifeStage::collected,
                                        LifeStage::rejected, LifeStage::ready,
                                        LifeStage::unusable, LifeStage::done};

struct Transition {
  const char* name;
  std::function<bool(WorkerLife&)> happens;
  std::vector<LifeStage> from;  // from any other it changes nothing
  LifeStage to;
};

const std::vector<Transition> kTransitions = {
    {"arrived",
     [](auto& life) { return life.arrived(true); },
     {LifeStage::starting},
     LifeStage::collected},
    {"arrived, rejected",
     [](auto& life) { return life.arrived(false); },
     {LifeStage::starting},
     LifeStage::rejected},
    {"environments_up",
     [](auto& life) { return life.environments_up(true); },
     {LifeStage::collected},
     LifeStage::ready},
    {"environments_up, failed",
     [](auto& life) { return life.environments_up(false); },
     {LifeStage::collected},
     LifeStage::unusable},
    {"left_iteration",
     [](auto& life) { return life.left_iteration(); },
     {LifeStage::collected, LifeStage::ready, LifeStage::unusable},
     LifeStage::collected},
    {"program_done", [](auto& life) { return life.program_done(); }, kStages, LifeStage::done},
};

WorkerLife life_at(LifeStage stage) {
  WorkerLife life;
  bring_to(stage, life);
  return life;
}

TEST(WorkerLife, EachStageCanBeReached) {
  for (const LifeStage stage : kStages) EXPECT_EQ(life_at(stage).stage(), stage);
}

TEST(WorkerLife, ChangesByItsTransitionsAlone) {
  for (const Transition& transition : kTransitions) {
    for (const LifeStage stage : kStages) {
      const bool is_allowed =
          std::find(transition.from.begin(), transition.from.end(), stage) != transition.from.end();
      WorkerLife life = life_at(stage);
      EXPECT_EQ(transition.happens(life), is_allowed) << transition.name;
      EXPECT_EQ(life.stage(), is_allowed ? transition.to : stage) << transition.name;
    }
  }
}

TEST(WorkerLife, AfterItsEndTheStageSaysHowFarItGot) {
  for (const LifeStage stage : kStages) {
    WorkerLife life = life_at(stage);
    life.process_ended();
    EXPECT_TRUE(life.is_gone());
    EXPECT_EQ(life.is_done(), stage == LifeStage::done);
    for (const Transition& transition : kTransitions) {
      EXPECT_FALSE(transition.happens(life)) << transition.name;
      EXPECT_EQ(life.stage(), stage) << transition.name;
    }
  }
}

TEST(WorkerLife, QuestionsAreOfTheLiving) {
  struct Row {
    LifeStage stage;
    bool is_coming;
    bool may_run_tests;
  };
  const Row rows[] = {{LifeStage::starting, true, true},   {LifeStage::collected, true, true},
                      {LifeStage::rejected, false, false}, {LifeStage::ready, false, true},
                      {LifeStage::unusable, false, false}, {LifeStage::done, false, false}};
  for (const Row& row : rows) {
    WorkerLife life = life_at(row.stage);
    EXPECT_EQ(life.is_starting(), row.stage == LifeStage::starting);
    EXPECT_EQ(life.is_collected(), row.stage == LifeStage::collected);
    EXPECT_EQ(life.is_ready(), row.stage == LifeStage::ready);
    EXPECT_EQ(life.is_coming(), row.is_coming);
    EXPECT_EQ(life.may_run_tests(), row.may_run_tests);
    life.process_ended();
    EXPECT_FALSE(life.is_starting() || life.is_collected() || life.is_ready());
    EXPECT_FALSE(life.is_coming() || life.may_run_tests());
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
