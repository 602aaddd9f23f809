// A plugin that notes the calls of its hooks.
#ifndef SUPPORT_RECORDER_H_
#define SUPPORT_RECORDER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/hooks/session_hooks.h"

namespace gtest_xdist::internal {

inline std::string joined(const std::vector<std::string>& texts, const std::string& separator) {
  std::string all;
  for (const std::string& text : texts) all += (&text == texts.data() ? "" : separator) + text;
  return all;
}

// Objects that a hook may be called with, by address.
using Labels = std::map<const void*, std::string>;

// Notes each call in `heard`, as "testnodedown(node, killed)"; then does what is in `scripts`.
class Recorder : public Plugin {
  using Texts = std::vector<std::string>;
  using Items = std::vector<Item>;

 public:
  explicit Recorder(const Labels& labels) : labels_(labels) {}

  Texts heard;
  std::map<Hook, std::function<After()>> scripts;
  std::optional<unsigned> workers;       // the answer to auto_num_workers
  std::unique_ptr<Scheduler> scheduler;  // the answer to make_scheduler
  Items* items = nullptr;                // of collection_modifyitems

  After configure(Config& a) override { return hear(Hook::configure, a); }
  After sessionstart(Session& a) override { return hear(Hook::sessionstart, a); }
  After sessionfinish(Session& a, int b) override { return hear(Hook::sessionfinish, a, b); }
  After unconfigure(Config& a) override { return hear(Hook::unconfigure, a); }
  Answer<unsigned> auto_num_workers(Config& a) override {
    hear(Hook::auto_num_workers, a);
    return workers ? Answer<unsigned>(*workers) : Answer<unsigned>();
  }
  After setupnodes(Config& a, const Texts& b) override { return hear(Hook::setupnodes, a, b); }
  After configure_node(WorkerController& a) override { return hear(Hook::configure_node, a); }
  Answer<std::unique_ptr<Scheduler>> make_scheduler(Config& a) override {
    hear(Hook::make_scheduler, a);
    return std::move(scheduler);
  }
  After testnodeready(WorkerController& a) override { return hear(Hook::testnodeready, a); }
  After node_collection_finished(WorkerController& a, const Texts& b) override {
    return hear(Hook::node_collection_finished, a, b);
  }
  After testnodedown(WorkerController& a, const std::optional<std::string>& b) override {
    return hear(Hook::testnodedown, a, b.value_or("no error"));
  }
  Answer<bool> handlecrashitem(const Item& a, TestReport& b, Scheduler& c) override {
    hear(Hook::handlecrashitem, a, b, c);
    return {};
  }
  After runtest_logstart(const Item& a) override { return hear(Hook::runtest_logstart, a); }
  After runtest_logreport(const TestReport& a) override { return hear(Hook::runtest_logreport, a); }
  After runtest_logfinish(const Item& a) override { return hear(Hook::runtest_logfinish, a); }
  After collection_modifyitems(Session& a, Items& b) override {
    items = &b;
    return hear(Hook::collection_modifyitems, a, b);
  }
  After collection_finish(Session& a) override { return hear(Hook::collection_finish, a); }
  After terminal_summary(TerminalReporter& a) override { return hear(Hook::terminal_summary, a); }
  After internalerror(const std::string& a) override { return hear(Hook::internalerror, a); }

 private:
  template <class... Arguments>
  After hear(Hook hook, const Arguments&... arguments) {
    heard.push_back(std::string(name_of(hook)) + "(" + joined({text(arguments)...}, ", ") + ")");
    const auto script = scripts.find(hook);
    return script == scripts.end() ? After() : script->second();
  }
  static std::string text(const std::string& plain) { return plain; }
  static std::string text(int number) { return std::to_string(number); }
  static std::string text(const Texts& ids) { return joined(ids, " "); }
  static std::string text(const Items& items) {
    Texts ids;
    for (const Item& item : items) ids.push_back(item.id);
    return text(ids);
  }
  template <class Object>
  std::string text(const Object& object) {
    const auto it = labels_.find(&object);
    return it == labels_.end() ? "a stranger" : it->second;
  }

  const Labels& labels_;
};

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_RECORDER_H_
