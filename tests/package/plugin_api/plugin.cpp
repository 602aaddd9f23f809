// A plugin for the suites of others.
#include <gtest_xdist/plugin.h>

namespace {

class Plugin : public gtest_xdist::Plugin {};

GTEST_XDIST_PLUGIN(Plugin)

}  // namespace
