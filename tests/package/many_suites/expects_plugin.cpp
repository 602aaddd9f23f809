// That the plugin of ../plugin_api is there, which counts the tests of its process.
#include <cstdlib>

#include <gtest/gtest.h>

TEST(ExpectsPlugin, HasCountedThisTest) {
  const char* const tests = std::getenv("PLUGIN_HAS_SEEN_TESTS");
  ASSERT_NE(tests, nullptr) << "the linker has left the plugin out";
  EXPECT_GE(std::atoi(tests), 1);
}
