#include "gtest_xdist/scheduler/serial_last.h"

#include <cstddef>
#include <memory>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/load.h"

#include "support/fake_crew.h"

namespace gtest_xdist {
namespace {

// Every third test is serial.
struct SerialLast : SerialLastScheduling {
  explicit SerialLast(std::size_t workers)
      : SerialLastScheduling(std::make_unique<LoadScheduling>(workers),
                             {true, false, false, true, false, false}) {}
};

using Crew = FakeCrew<SerialLast>;
using Pace = FakeNode::Pace;

TEST(SerialLastScheduling, HandsSerialTestsToOneWorkerAtTheEnd) {
  Crew crew(6, 2, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "1:2 | 4:5");
  crew.complete(0, 0, 2);
  EXPECT_EQ(crew.take_logs(), "5 | back 5");
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), " | S") << "gw0 runs one still";
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.complete(0);
  EXPECT_EQ(crew.take_logs(), "S 0 | ");
  EXPECT_TRUE(crew.scheduler.has_pending());
  crew.complete(0);
  EXPECT_EQ(crew.take_logs(), "3 S | ");
  crew.complete(0);
  EXPECT_TRUE(crew.scheduler.tests_finished());
  EXPECT_FALSE(crew.scheduler.has_pending());
}

TEST(SerialLastScheduling, MayHaveNothingElseToHandOut) {
  Crew crew(1, 2, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "S 0 S | S");
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.complete(0);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(SerialLastScheduling, GoesOnWithWhatADeadWorkerLeft) {
  Crew crew(6, 2, Pace::eager);
  crew.complete(0, 0, 2);
  crew.complete(1);
  crew.complete(0);
  crew.take_logs();
  crew.crash(0);  // in test 0
  EXPECT_EQ(crew.take_logs(), " | 3 S");
  crew.scheduler.mark_test_pending(0);
  EXPECT_EQ(crew.take_logs(), " | ") << "another runs";
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), " | 0 S");
  crew.complete(1);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(SerialLastScheduling, PutsOtherTestsBackFirst) {
  Crew crew(4, 1, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "1:2");
  crew.crash(0);
  crew.scheduler.mark_test_pending(1);
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " | 1:2");
  crew.complete(1, 0, 2);
  EXPECT_EQ(crew.take_logs(), " | S 0");
}

}  // namespace
}  // namespace gtest_xdist
