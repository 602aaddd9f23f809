#include "gtest_xdist/process/output/write_notice.h"

#include <fcntl.h>
#include <unistd.h>

#include <thread>

#include <gtest/gtest.h>

#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

TEST(WriteNotice, EndsAWaitWhenAFileWithoutANameIsWrittenTo) {
  const ScratchDirectory directory;
  const Descriptor file = make_nameless_file(directory.path(), O_APPEND);
  WriteNotice notice;
  ASSERT_TRUE(notice.valid());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(notice.arm(file.number()));
    std::thread writer([&] { EXPECT_TRUE(write_all(file.number(), "something")); });
    notice.wait();
    writer.join();
  }
}

TEST(WriteNotice, RemembersAWriteBeforeTheWait) {
  const ScratchDirectory directory;
  const Descriptor file = make_nameless_file(directory.path(), O_APPEND);
  WriteNotice notice;
  ASSERT_TRUE(notice.arm(file.number()));
  ASSERT_TRUE(write_all(file.number(), "something"));
  notice.wait();
}

TEST(WriteNotice, EndsAWaitWhenSomebodyRings) {
  WriteNotice notice;
  std::thread ringer([&] { notice.ring(); });
  notice.wait();
  ringer.join();
  notice.ring();
  notice.wait();
}

TEST(WriteNotice, CannotArmWhatIsNoFile) {
  WriteNotice notice;
  EXPECT_FALSE(notice.arm(-1));
}

}  // namespace
}  // namespace gtest_xdist::internal
