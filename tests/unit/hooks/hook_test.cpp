#include "gtest_xdist/hooks/hook.h"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist {
namespace {

TEST(Hook, HasTheNameOfItsEnumerator) {
  struct Row {
    Hook hook;
    const char* name;
  };
  const Row rows[] = {
      {Hook::configure, "configure"},
      {Hook::sessionstart, "sessionstart"},
      {Hook::auto_num_workers, "auto_num_workers"},
      {Hook::setupnodes, "setupnodes"},
      {Hook::configure_node, "configure_node"},
      {Hook::make_scheduler, "make_scheduler"},
      {Hook::testnodeready, "testnodeready"},
      {Hook::collection_modifyitems, "collection_modifyitems"},
      {Hook::collection_finish, "collection_finish"},
      {Hook::node_collection_finished, "node_collection_finished"},
      {Hook::runtest_logstart, "runtest_logstart"},
      {Hook::runtest_setup, "runtest_setup"},
      {Hook::runtest_call, "runtest_call"},
      {Hook::runtest_teardown, "runtest_teardown"},
      {Hook::runtest_logreport, "runtest_logreport"},
      {Hook::runtest_logfinish, "runtest_logfinish"},
      {Hook::handlecrashitem, "handlecrashitem"},
      {Hook::testnodedown, "testnodedown"},
      {Hook::sessionfinish, "sessionfinish"},
      {Hook::terminal_summary, "terminal_summary"},
      {Hook::unconfigure, "unconfigure"},
      {Hook::internalerror, "internalerror"},
  };
  std::size_t number = 0;
  for (const Row& row : rows) {
    EXPECT_EQ(name_of(row.hook), std::string(row.name));
    EXPECT_EQ(static_cast<std::size_t>(row.hook), number++) << row.name;  // none is left out
  }
  EXPECT_EQ(number, kHookCount);
}

}  // namespace
}  // namespace gtest_xdist
