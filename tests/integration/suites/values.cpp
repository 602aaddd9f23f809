// A plugin that sends values of every kind to each worker and back. $MODE makes it send huge ones,
// read them as what they are not, or not at all.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest_xdist/plugin.h>

#include "support.h"

namespace {

using gtest_xdist::After;
using gtest_xdist::ValueMap;

struct Point {
  std::int32_t x = 0;
  std::optional<double> weight;
  bool operator==(const Point& other) const { return x == other.x && weight == other.weight; }
};

template <class Visitor>
void visit_fields(Visitor& visit, Point& point) {
  visit(point.x);
  visit(point.weight);
}

using Everything =
    std::map<std::string,
             std::vector<std::tuple<bool, std::int64_t, std::pair<Point, std::string>>>>;

Everything everything() {
  return {{"none", {}},
          {"some", {{true, -1, {{7, 0.5}, std::string("a\0b", 3)}}, {false, 1LL << 40, {{}, ""}}}}};
}

std::vector<std::byte> bytes(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 31 >> 3);
  return bytes;
}

class Values : public gtest_xdist::Plugin {
  const std::string mode_ = support::variable("MODE");
  const std::size_t size_ = mode_ == "huge" ? 100'000'000 : 10;

  After configure_node(gtest_xdist::WorkerController& node) override {
    node.workerinput.set("everything", everything());
    node.workerinput.set("bytes", bytes(size_));
    if (mode_ == "reserved") node.workerinput.set("workercount", "many");
    if (mode_ == "reserved") node.workerinput.set("dist", 3.5);
    return {};
  }

  After configure(gtest_xdist::Config& config) override {
    if (!config.workerinput) return {};
    const ValueMap& input = *config.workerinput;
    const bool is_right = input.get<Everything>("everything") == everything() &&
                          input.get<std::vector<std::byte>>("bytes") == bytes(size_) &&
                          input.get<std::string>("workerid") == gtest_xdist::worker_id() &&
                          input.get<unsigned>("workercount") == config.numprocesses &&
                          input.get<std::string>("testrunuid") == gtest_xdist::testrun_uid();
    support::note(is_right ? "input is right" : "input is wrong");
    if (mode_ == "wrong type of input") input.get<std::string>("everything");
    if (mode_ == "no such input") input.get<int>("byte");
    return {};
  }

  After sessionfinish(gtest_xdist::Session& session, int) override {
    if (mode_ == "fail") session.fail("because it must");
    if (!session.config.workeroutput) return {};
    session.config.workeroutput->set("everything", everything());
    session.config.workeroutput->set("bytes", bytes(size_));
    if (mode_ == "unregister") gtest_xdist::plugins().unregister("Values");
    if (mode_ == "no output") session.config.workeroutput.reset();
    return {};
  }

  After testnodedown(gtest_xdist::WorkerController& node,
                     const std::optional<std::string>&) override {
    if (mode_ == "no output") {
      support::note(node.workeroutput->empty() ? "output is right" : "output is wrong");
      return {};
    }
    const bool is_right = node.workeroutput->get<Everything>("everything") == everything() &&
                          node.workeroutput->get<std::vector<std::byte>>("bytes") == bytes(size_);
    support::note(is_right ? "output is right" : "output is wrong");
    if (mode_ == "wrong type of output") node.workeroutput->get<std::vector<int>>("bytes");
    return {};
  }
};

GTEST_XDIST_PLUGIN(Values)

TEST(A, Passes) {}
TEST(B, Passes) {}

}  // namespace
