// A plugin that shows which tests took most memory. It works in serial runs and with workers: each
// worker sends its measurements to the controller.
#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest_xdist/plugin.h>

namespace {

// A line of /proc/self/status such as "VmRSS:   5120 kB".
long kilobytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long value = 0;
    if (word == name + ":" && status >> value) return value;
  }
  return 0;
}

long resident() { return kilobytes("VmRSS"); }

// The most memory that was resident since forget_peak().
long peak() { return std::max(resident(), kilobytes("VmHWM")); }
void forget_peak() { std::ofstream("/proc/self/clear_refs") << 5; }

struct Usage {
  long setup = 0;  // memory that the test's set-up left resident, in kB
  long call = 0;   // peak growth of memory while the body ran, in kB
};

template <class Visitor>
void visit_fields(Visitor& visit, Usage& usage) {
  visit(usage.setup);
  visit(usage.call);
}

class MemoryUsage : public gtest_xdist::Plugin {
  using After = gtest_xdist::After;

  // Around the hooks of all other plugins: memory that they take for a test counts as the test's.
  gtest_xdist::Order order(gtest_xdist::Hook) const override { return gtest_xdist::Order::wrapper; }

  After runtest_setup(const gtest_xdist::Item& item) override {
    const long before = resident();
    return [this, id = item.id, before] { usage_[id].setup = resident() - before; };
  }

  After runtest_call(const gtest_xdist::Item& item) override {
    forget_peak();
    const long before = resident();
    return [this, id = item.id, before] { usage_[id].call = peak() - before; };
  }

  After sessionfinish(gtest_xdist::Session& session, int) override {
    if (session.config.workeroutput) session.config.workeroutput->set("memory_usage", usage_);
    return {};
  }

  After testnodedown(gtest_xdist::WorkerController& node,
                     const std::optional<std::string>&) override {
    if (node.workeroutput) usage_.merge(node.workeroutput->get<Measured>("memory_usage"));
    return {};
  }

  After terminal_summary(gtest_xdist::TerminalReporter& reporter) override {
    std::vector<std::pair<std::string, Usage>> tests(usage_.begin(), usage_.end());
    std::sort(tests.begin(), tests.end(),
              [](const auto& a, const auto& b) { return a.second.call > b.second.call; });
    tests.resize(std::min<std::size_t>(tests.size(), 5));
    reporter.section("TOP 5 tests which took most RAM");
    for (const auto& [id, usage] : tests) {
      reporter.write_line("setup(" + std::to_string(usage.setup) + "Kb) usage (" +
                          std::to_string(usage.call) + "Kb) - " + id);
    }
    return {};
  }

  using Measured = std::map<std::string, Usage>;
  Measured usage_;
};

GTEST_XDIST_PLUGIN(MemoryUsage)

}  // namespace
