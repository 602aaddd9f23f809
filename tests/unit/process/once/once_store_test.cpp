#include "gtest_xdist/process/once/once_store.h"

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/children.h"
#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

// In memory, or in a directory.
class OnceStoreTest : public testing::TestWithParam<bool> {
 protected:
  static OnceStore make(const std::string& directory) {
    return GetParam() ? OnceStore(directory) : OnceStore();
  }

  ScratchDirectory scratch_;
  OnceStore store_ = make(scratch_.path() + "/once");
};

TEST_P(OnceStoreTest, GivesWhatWasPut) {
  const std::string bytes("\0\xff\n", 3);
  EXPECT_FALSE(store_.find("a"));
  EXPECT_FALSE(store_.last());
  const OnceTearDown tear_down{{"lib", 1, 2}, {"", 3, 4}};
  store_.put("a", "vector<integer>", &tear_down, bytes);
  const std::optional<OnceRecord> record = store_.find("a");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->name, "a");
  EXPECT_EQ(record->type, "vector<integer>");
  EXPECT_EQ(record->maker, ::getpid());
  EXPECT_TRUE(record->has_tear_down);
  EXPECT_EQ(record->tear_down.function.module, "lib");
  EXPECT_EQ(record->tear_down.run.version, 4U);
  EXPECT_EQ(store_.bytes("a"), bytes);
  EXPECT_FALSE(store_.find("A"));
}

TEST_P(OnceStoreTest, AnyNameIsPossible) {
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte += static_cast<char>(c);
  const std::string longest(10000, 'x');
  const std::vector<std::string> names = {".",  "..",    "/",           "a/b",        "a%2Fb", " ",
                                          "%",  ".made", every_byte,    longest,      "a",     "A",
                                          "\n", "a~1",   longest + 'x', longest + '/'};
  for (const std::string& name : names) store_.put(name, "string", nullptr, "of " + name);
  for (const std::string& name : names) {
    ASSERT_TRUE(store_.find(name)) << name;
    EXPECT_EQ(store_.find(name)->name, name);
    EXPECT_EQ(store_.bytes(name), "of " + name);
  }
}

TEST_P(OnceStoreTest, KnowsWhatWasMadeLast) {
  const std::vector<std::string> names = {"c", "a", "d", "b"};
  for (const std::string& name : names) store_.put(name, "bool", nullptr, "");
  std::vector<std::string> gone;
  while (const std::optional<OnceRecord> record = store_.last()) {
    gone.push_back(record->name);
    store_.erase(record->name);
    EXPECT_FALSE(store_.find(record->name));
  }
  EXPECT_EQ(gone, std::vector<std::string>(names.rbegin(), names.rend()));
}

TEST_P(OnceStoreTest, AForkTearsDownNothingOfItsParentInMemory) {
  store_.put("a", "bool", nullptr, "");
  Children children;
  children.start([&] {
    const bool is_seen = store_.last().has_value();
    return store_.find("a").has_value() && is_seen == GetParam();
  });
}

INSTANTIATE_TEST_SUITE_P(Places, OnceStoreTest, testing::Bool());

TEST(OnceStoreInDirectory, IsOpenToItsOwnerWhateverTheUmask) {
  const ScratchDirectory scratch;
  const std::string directory = scratch.path() + "/once";
  const ::mode_t before = ::umask(0777);
  const OnceStore store(directory);
  ::umask(before);
  struct ::stat status {};
  ASSERT_EQ(::stat(directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST(OnceStoreInDirectory, IsSeenByOthers) {
  const ScratchDirectory scratch;
  const std::string directory = scratch.path() + "/once";
  EXPECT_FALSE(OnceStore::exists(directory));
  OnceStore store(directory);
  EXPECT_TRUE(OnceStore::exists(directory));
  store.put("a", "bool", nullptr, "x");
  EXPECT_EQ(OnceStore(directory).bytes("a"), "x");
}

TEST(OnceStoreInDirectory, AWriterThatDiedLeavesNothing) {
  const ScratchDirectory scratch;
  OnceStore store(scratch.path());
  scratch.write("a.bytes", "a longer text than that to come");
  scratch.write("a.unfinished", "xyz");
  EXPECT_FALSE(store.find("a"));
  EXPECT_FALSE(store.last());
  store.put("a", "bool", nullptr, "short");
  EXPECT_EQ(store.bytes("a"), "short");
}

TEST(OnceStoreInDirectory, SaysWhatItCannotDo) {
  const ScratchDirectory scratch;
  const std::string directory = scratch.path() + "/once";
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { OnceStore(directory + "/no"); }),
            "cannot make '" + directory + "/no': No such file or directory");
  OnceStore store(directory);
  std::filesystem::remove_all(directory);
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { store.put("a/b", "bool", nullptr, "12"); }),
            "cannot write 2 bytes to '" + directory + "/a%2Fb.bytes': No such file or directory");
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { store.bytes("a"); }),
            "cannot read '" + directory + "/a.bytes': No such file or directory");
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { store.last(); }),
            "cannot read '" + directory + "': No such file or directory");
}

}  // namespace
}  // namespace gtest_xdist::internal
