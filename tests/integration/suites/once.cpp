// Tests that share values of once(). $MODE says what goes wrong with them.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

// The header alone: another file of the binary includes the library.
#include <gtest_xdist/once.h>
#include <gtest_xdist/plugin.h>

#include "support.h"

namespace {

using gtest_xdist::once;

const std::string mode = support::variable("MODE");

struct Server {
  std::string host;
  std::map<std::string, std::optional<int>> ports;
  std::vector<double> weights;
  bool operator==(const Server& other) const {
    return host == other.host && ports == other.ports && weights == other.weights;
  }
};

template <class Visitor>
void visit_fields(Visitor& visit, Server& server) {
  visit(server.host);
  visit(server.ports);
  visit(server.weights);
}

// Whether this is the first call in any process of the run.
bool is_first_time(const std::string& what) {
  const bool is_first = !std::ifstream(what).is_open();
  std::ofstream(what) << "x";
  return is_first;
}

Server start_server() {
  support::note("try to make server");
  if (mode == "throws" && is_first_time("server")) throw std::runtime_error("no server today");
  if (mode == "dies" && is_first_time("server")) ::raise(SIGKILL);
  if (mode == "assertion") {
    EXPECT_TRUE(false) << "a warning of the maker";
  }
  support::note("make server");
  return {"localhost", {{"http", 80}, {"none", std::nullopt}}, {0.5, 1e300}};
}

void stop_server(const Server& server) {
  support::note("tear down " + server.host + " in '" + support::worker() + "'");
  if (mode == "tear-down throws") throw std::runtime_error("it does not stop");
  if (mode == "tear-down asserts") {
    EXPECT_EQ(server.host, "elsewhere");
  }
}

void expect_server() {
  const Server expected{"localhost", {{"http", 80}, {"none", std::nullopt}}, {0.5, 1e300}};
  EXPECT_TRUE(once("server", start_server, stop_server) == expected);
}

// The first to be made, and so the last to go.
const std::string& directory() {
  return once(
      "a/directory",
      [] {
        support::note("make directory");
        return std::string("dir");
      },
      [](const std::string& path) { support::note("tear down " + path); });
}

// Made with the help of another value.
int nested() {
  return once(
      "nested",
      [] {
        const int size = static_cast<int>(directory().size());
        support::note("make nested");
        return size;
      },
      [](int size) { support::note("tear down " + std::to_string(size)); });
}

class Once : public testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite() {
    if (mode == "set-up") expect_server();
  }
};

TEST_P(Once, GivesTheSameToAll) {
  if (mode == "") {
    EXPECT_EQ(nested(), 3);
  }
  expect_server();
  if (mode == "all die") ::raise(SIGKILL);
}

INSTANTIATE_TEST_SUITE_P(Many, Once, testing::Range(0, 24));

// Two tests on two workers: each makes one value when it asks for the other one's.
int ask_in_a_circle(const std::string& outer, const std::string& inner) {
  return once(outer, [&] {
    // The one for reading can be opened when the one for writing is.
    ::mkfifo("meeting", 0600);
    ::close(::open("meeting", outer == "a" ? O_RDONLY : O_WRONLY));
    return once(inner, [] { return 1; }) + 1;
  });
}

TEST(Circle, FromA) {
  if (mode == "circle") {
    EXPECT_EQ(ask_in_a_circle("a", "b"), 2);
  }
}

TEST(Circle, FromB) {
  if (mode == "circle") {
    EXPECT_EQ(ask_in_a_circle("b", "a"), 2);
  }
}

class Huge : public testing::TestWithParam<int> {};

TEST_P(Huge, IsWhole) {
  if (mode != "huge") return;
  constexpr std::size_t kBlocks = 100'000;
  using Block = std::array<std::byte, 1'000>;
  const auto block_at = [](std::size_t i) {
    Block block;
    block.fill(static_cast<std::byte>(i));
    std::memcpy(block.data(), &i, sizeof i);
    return block;
  };
  const std::vector<std::byte>& bytes = once("huge", [&] {
    support::note("make huge");
    std::vector<std::byte> made(kBlocks * sizeof(Block));
    for (std::size_t i = 0; i < kBlocks; ++i) {
      std::memcpy(&made[i * sizeof(Block)], block_at(i).data(), sizeof(Block));
    }
    return made;
  });
  ASSERT_EQ(bytes.size(), kBlocks * sizeof(Block));
  for (std::size_t i = 0; i < kBlocks; ++i) {
    const Block expected = block_at(i);
    ASSERT_EQ(std::memcmp(&bytes[i * sizeof(Block)], expected.data(), sizeof(Block)), 0) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Many, Huge, testing::Range(0, 4));

class OnceEnvironment : public testing::Environment {
  void SetUp() override {
    if (mode == "environment") expect_server();
  }
  void TearDown() override {
    if (mode == "environment tear-down") expect_server();
  }
};

const auto* const environment = testing::AddGlobalTestEnvironment(new OnceEnvironment);

class OncePlugin : public gtest_xdist::Plugin {
  gtest_xdist::After sessionstart(gtest_xdist::Session&) override {
    if (mode == "plugin") expect_server();
    return {};
  }
  gtest_xdist::After sessionfinish(gtest_xdist::Session&, int) override {
    if (mode == "plugin finish") expect_server();
    return {};
  }
};

const bool has_plugin = mode.rfind("plugin", 0) == 0 &&
                        gtest_xdist::plugins().register_plugin(std::make_shared<OncePlugin>(), "p");

// Ends the process that the user started in the middle of the run.
class Quitter : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo&) override {
    if (support::worker().empty()) std::exit(3);
  }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (mode == "main") expect_server();
  if (mode == "exit") testing::UnitTest::GetInstance()->listeners().Append(new Quitter);
  int status = RUN_ALL_TESTS();
  if (mode == "main again") status |= RUN_ALL_TESTS();
  if (mode == "main at last") expect_server();
  return status;
}
