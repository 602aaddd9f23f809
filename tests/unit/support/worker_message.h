// Messages as objects that may be any of them, for tests that hold some of each kind.
#ifndef GTEST_XDIST_TESTS_UNIT_SUPPORT_WORKER_MESSAGE_H_
#define GTEST_XDIST_TESTS_UNIT_SUPPORT_WORKER_MESSAGE_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "gtest_xdist/core/messages/message.h"

namespace gtest_xdist::internal {

// In the order of their kinds.
using WorkerMessage =
    std::variant<Hello, CollectionIds, EnvironmentsUp, PartSeen, SuiteUp, TestDone, TestReturned,
                 SuiteDown, EnvironmentsDown, IterationDone, NativeOutput, InternalError,
                 SessionFinished, ProgramDone>;

inline WorkerMessage decode_worker_message(std::string_view bytes) {
  std::optional<WorkerMessage> decoded;
  visit_message(bytes, [&](const auto& message) { decoded = message; });
  return *decoded;
}

inline std::string bytes_of(const WorkerMessage& message) {
  std::string bytes;
  std::visit([&](const auto& m) { encode_message(m, bytes); }, message);
  return bytes;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TESTS_UNIT_SUPPORT_WORKER_MESSAGE_H_
