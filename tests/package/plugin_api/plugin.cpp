// A plugin for the suites of others: tells in the environment how many tests its process has begun.
#include <cstdlib>
#include <string>

#include <gtest_xdist/plugin.h>

namespace {

class Plugin : public gtest_xdist::Plugin {
  gtest_xdist::After runtest_logstart(const gtest_xdist::Item&) override {
    ::setenv("PLUGIN_HAS_SEEN_TESTS", std::to_string(++tests_).c_str(), 1);
    return {};
  }
  int tests_ = 0;
};

GTEST_XDIST_PLUGIN(Plugin)

}  // namespace
