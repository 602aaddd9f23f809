// Tests that take 1, 2, 4, … 64 MB. memory_usage.cpp measures them.
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

namespace {

class Allocate : public testing::TestWithParam<std::size_t> {};

TEST_P(Allocate, Megabytes) {
  const std::vector<char> memory(GetParam() << 20, 'x');
  EXPECT_EQ('x', memory.back());
}

INSTANTIATE_TEST_SUITE_P(Sizes, Allocate, testing::Values(1, 2, 4, 8, 16, 32, 64),
                         testing::PrintToStringParamName());

}  // namespace
