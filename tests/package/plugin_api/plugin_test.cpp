// What the author of a plugin may use for its tests.
#include <gtest_xdist/testing.h>

bool runs() {
  gtest_xdist::PluginSession<gtest_xdist::Plugin> session(gtest_xdist::fake_items({"A.One"}), 1);
  return session.run(0, 0) == gtest_xdist::Outcome::passed && session.finish() == 0;
}
