// Linked beside the shim into suites whose tests use fixed file names in the working directory:
// each process gets a working directory of its own, as a user of such a suite would arrange it.

#include <unistd.h>

#include <gtest/gtest.h>

namespace {

class OwnDirectory : public testing::Environment {
  void SetUp() override { ASSERT_EQ(0, chdir(testing::TempDir().c_str())); }
};

[[maybe_unused]] const testing::Environment* const registered =
    testing::AddGlobalTestEnvironment(new OwnDirectory);

}  // namespace
