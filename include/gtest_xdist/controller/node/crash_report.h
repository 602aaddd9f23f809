// Words the messages about a worker that died.
//
// Layer: controller/node. Does not know what follows from the death.
#ifndef GTEST_XDIST_CONTROLLER_NODE_CRASH_REPORT_H_
#define GTEST_XDIST_CONTROLLER_NODE_CRASH_REPORT_H_

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>

#include "gtest_xdist/controller/node/place.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/process/exit_status.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// "killed by signal 11 (SIGSEGV)", or why the controller killed it.
inline std::string describe_end(const WorkerNode& node, const ExitStatus& status) {
  if (!node.is_accused())
    return node.end_reason() != nullptr ? node.end_reason()->why : status.describe();
  // It may have died of the same thing before it was killed.
  return status.killed_by(SIGKILL) ? "ended, because " + node.accusation()
                                   : status.describe() + "; " + node.accusation();
}

// As describe_end(), for messages without the place: "timed out: it took longer than ...".
inline std::string describe_node_down(const WorkerNode& node, const ExitStatus& status) {
  const std::string how = describe_end(node, status);
  if (node.is_accused()) return how;
  if (node.end_reason() != nullptr) return node.end_reason()->what + ": " + how;
  return how + (status.killed_by(SIGKILL) ? ", as the kernel does when memory runs out" : "");
}

// "worker 'gw1' crashed"; the verb of its EndReason replaces "crashed".
inline std::string begin_of_failure(const WorkerNode& node) {
  const bool is_ended = !node.is_accused() && node.end_reason() != nullptr;
  return "worker '" + node.name() + "' " + (is_ended ? node.end_reason()->what : "crashed");
}

// The status with which main wanted to end the worker; not known if it did not get so far.
inline ExitStatus status_that_main_said(const WorkerNode& node) {
  const std::int32_t said = node.slot().exit_status.load();
  return said == WorkerSlot::kNoExitStatus ? ExitStatus() : ExitStatus::of_exit(said);
}

// Whether a process that got through its tests ended with 0, or with the status that its main
// returned. (A leak report, say, changes the status.)
inline bool ended_as_main_said(const WorkerNode& node, const ExitStatus& status) {
  if (status.success()) return true;
  const ExitStatus said = status_that_main_said(node);
  return status.exited() && said.known() && status.code() == said.code();
}

// The failure of the test that the worker was running. In a set-up that is the first test of the
// stretch. If the worker has overwritten the slot or the deque, later tests may be guilty as well.
inline std::string crashed_while_running(const WorkerNode& node, const std::string& test,
                                         const std::string& how) {
  const bool in_set_up = node.phase() == Phase::suite_up;
  const std::size_t others = node.other_suspects();
  std::string text = begin_of_failure(node) + " while running '" + test + "'";
  if (others == 1) text += " or its next test";
  if (others > 1) text += " or one of its next " + std::to_string(others) + " tests";
  return text + ": " + how + (in_set_up ? " in SetUpTestSuite" : "");
}

inline std::string crashed_in_tear_down(const WorkerNode& node, const std::string& suite,
                                        const std::string& how) {
  return begin_of_failure(node) + " in TearDownTestSuite of '" + suite + "': " + how;
}

// What the worker printed last. A main that gives up says why.
inline std::string last_words(const WorkerNode& node) {
  constexpr std::uint64_t kMost = 2000;  // bytes
  const OutputSlice tail = node.tail();
  std::string text = node.output.out.end_of(tail.out, kMost);
  if (node.output.err.valid()) text += node.output.err.end_of(tail.err, kMost);
  text.erase(text.find_last_not_of('\n') + 1);
  return text.empty() ? text : "; its output ends with:\n" + text;
}

// The failure of the run, if neither a test nor a suite is to blame.
inline std::string crashed_elsewhere(const WorkerNode& node, const std::string& how) {
  const std::string words = node.life().has_arrived() ? "" : last_words(node);
  return begin_of_failure(node) + " " + words_of(node.phase()).place + ": " + how + words;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_CRASH_REPORT_H_
