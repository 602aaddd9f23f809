// These tests use a database, and would disturb each other if they used the same one at the same
// time. So each worker has its own, named after worker_id(), which is "master" in a serial run. To
// fill a database takes long, so this happens once for all workers, and each worker copies the
// result. Here a database is a directory. A port to listen on would be `7000 + number of the
// worker`.
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include <gtest_xdist/core/identity.h>
#include <gtest_xdist/once.h>

namespace {

namespace fs = std::filesystem;

// A directory of this run, so that two runs at the same time do not share it either.
fs::path directory() {
  return fs::temp_directory_path() / ("example-" + gtest_xdist::testrun_uid());
}

fs::path template_database() {
  return gtest_xdist::once(
      "template database",
      [] {
        const fs::path path = directory() / "template";
        fs::create_directories(path);
        std::ofstream(path / "countries") << "Estonia\nLatvia\nLithuania\n";
        return path.string();
      },
      [](const std::string& path) { fs::remove_all(fs::path(path).parent_path()); });
}

class Database : public testing::Environment {
 public:
  static fs::path path() { return directory() / gtest_xdist::worker_id(); }
  void SetUp() override { fs::copy(template_database(), path(), fs::copy_options::recursive); }
  void TearDown() override { fs::remove_all(path()); }
};

const auto* const database = testing::AddGlobalTestEnvironment(new Database);

void write(const std::string& table, const std::string& row) {
  std::ofstream(Database::path() / table, std::ios::app) << row << '\n';
}

int count_rows(const std::string& table) {
  std::ifstream file(Database::path() / table);
  int rows = 0;
  for (std::string row; std::getline(file, row);) ++rows;
  return rows;
}

class Table : public testing::TestWithParam<int> {
 protected:
  void TearDown() override { fs::remove(Database::path() / "users"); }
};

// With one database for all, a test would see rows of other tests.
TEST_P(Table, HasTheRowsThatWereWritten) {
  for (int row = 0; row < GetParam(); ++row) write("users", "user " + std::to_string(row));
  EXPECT_EQ(GetParam(), count_rows("users"));
}

TEST(Countries, AreThereInEachDatabase) { EXPECT_EQ(3, count_rows("countries")); }

INSTANTIATE_TEST_SUITE_P(Sizes, Table, testing::Range(1, 50));

TEST(Identity, IsThatOfAWorkerExactlyInAWorker) {
  EXPECT_EQ(gtest_xdist::is_xdist_worker(), gtest_xdist::worker_id() != "master");
  EXPECT_FALSE(gtest_xdist::is_xdist_controller());  // no test runs there
}

}  // namespace
