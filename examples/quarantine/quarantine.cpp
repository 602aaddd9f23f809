// A plugin for tests that are known to be bad. The file $QUARANTINE has the id of a test on each
// line, and these tests do not run. A test that crashes runs once more, in another worker.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gtest_xdist/plugin.h>

namespace {

class Quarantine : public gtest_xdist::Plugin {
  using After = gtest_xdist::After;

  After configure(gtest_xdist::Config&) override {
    const char* const path = std::getenv("QUARANTINE");
    std::ifstream file(path == nullptr ? "/dev/null" : path);
    if (!file) throw std::runtime_error(std::string("cannot read '") + path + "'");
    for (std::string id; std::getline(file, id);) ids_.insert(id);
    return {};
  }

  After collection_modifyitems(gtest_xdist::Session&,
                               std::vector<gtest_xdist::Item>& items) override {
    const auto is_quarantined = [&](const auto& item) { return ids_.count(item.id) != 0; };
    items.erase(std::remove_if(items.begin(), items.end(), is_quarantined), items.end());
    return {};
  }

  gtest_xdist::Answer<bool> handlecrashitem(const gtest_xdist::Item& item,
                                            gtest_xdist::TestReport& report,
                                            gtest_xdist::Scheduler& scheduler) override {
    if (!retried_.insert(item.id).second) return {};
    scheduler.mark_test_pending(item.index);
    report.outcome = gtest_xdist::Outcome::rerun;
    return true;
  }

  After terminal_summary(gtest_xdist::TerminalReporter& reporter) override {
    for (const std::string& id : ids_) reporter.write_line("in quarantine: " + id);
    for (const std::string& id : retried_) reporter.write_line("crashed and run again: " + id);
    return {};
  }

  std::set<std::string> ids_;
  std::set<std::string> retried_;
};

GTEST_XDIST_PLUGIN(Quarantine)

TEST(Good, Passes) {}
TEST(Good, PassesToo) {}

TEST(Bad, IsBroken) { FAIL() << "as everybody knows"; }

// Crashes unless an earlier attempt has left a trace.
TEST(Bad, IsFlaky) {
  const char* const trace = std::getenv("TRACE");
  if (trace == nullptr || std::filesystem::exists(trace)) return;
  std::ofstream(trace) << "tried";
  std::abort();
}

}  // namespace
