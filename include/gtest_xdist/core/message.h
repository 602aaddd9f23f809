// What workers and controller say to each other, and its binary form.
//
// Layer: core (standard library only). The set of messages is closed: adding one breaks every
// std::visit that must handle it.
#ifndef GTEST_XDIST_CORE_MESSAGE_H_
#define GTEST_XDIST_CORE_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gtest_xdist/core/codec.h"
#include "gtest_xdist/core/report.h"
#include "gtest_xdist/core/value_map.h"

namespace gtest_xdist::internal {

// What an assertion's result belongs to.
enum class Scope : std::uint8_t { program, suite, test };

inline bool is_valid(Scope scope) { return scope <= Scope::test; }

inline double seconds_of(std::int64_t nanoseconds) {
  constexpr double kNanosecond = 1e-9;
  return static_cast<double>(nanoseconds) * kNanosecond;
}

// Whether these are milliseconds that can be added up: less than thirty thousand years.
inline bool can_be_time(std::int64_t ms) {
  constexpr std::int64_t kLongest = 1'000'000'000'000'000;
  return -kLongest < ms && ms < kLongest;
}

// A stretch of time on the machine's steady clock, which all processes share, in nanoseconds.
struct ClockSpan {
  std::int64_t begin_ns = 0;
  std::int64_t duration_ns = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, ClockSpan& span) {
  visit(span.begin_ns);
  visit(span.duration_ns);
}

// --- worker to controller, in the order in which a worker sends them -----------------------------

// RUN_ALL_TESTS has selected its tests. `digest` stands for the whole collection. `order` is there
// if plugins have changed what is to run: all of it, in their order.
struct Hello {
  std::uint64_t digest = 0;
  std::optional<std::vector<TestIndex>> order;
};

// The answer to Command::send_collection: the full names of the selected tests, in order.
struct CollectionIds {
  std::vector<std::string> ids;
};

// An iteration has begun; `ran` is false where gtest keeps the environments of the first one.
// `usable` is false if a set-up failed fatally or skipped: the worker then runs no item.
struct EnvironmentsUp {
  bool ran = false;
  bool usable = true;
  OutputSlice output;
  ClockSpan time;
};

// An assertion has a result, or a listener recorded one. Sent at once, so that it survives a crash.
// Belongs to the test or suite that the worker is in. `output` is what was printed before it.
struct PartSeen {
  Scope scope = Scope::program;
  OutputSlice output;
  Part part;
};

// SetUpTestSuite has run; the first test of the stretch follows.
struct SuiteUp {
  std::uint32_t suite = 0;
  OutputSlice output;
  ClockSpan time;
};

// `dropped_parts` of the parts seen are not in the test's result any more: a test can clear it.
// `elapsed_ms` is what gtest measures, `time` what the worker does.
struct TestDone {
  TestIndex test = 0;
  std::uint64_t dropped_parts = 0;
  std::int64_t start_ms = 0;
  std::int64_t elapsed_ms = 0;
  ClockSpan time;
  OutputSlice output;
  std::vector<Property> properties;
};

// A test was taken and is not begun, because no test is to start any more: it waits again.
struct TestReturned {
  TestIndex test = 0;
};

// TearDownTestSuite has run: the end of one stretch of a suite on this worker. `fixture_ns` is what
// its set-up and tear-down took, `time` that of the tear-down.
struct SuiteDown {
  std::uint32_t suite = 0;
  std::int64_t start_ms = 0;
  std::int64_t elapsed_ms = 0;
  std::int64_t fixture_ns = 0;
  ClockSpan time;
  OutputSlice output;
  std::vector<Property> properties;
};

struct EnvironmentsDown {
  OutputSlice output;
  ClockSpan time;
};

// The iteration is over. `properties` are those of the whole program.
struct IterationDone {
  std::vector<Property> properties;
};

// What gtest itself printed when it ran no test because of an environment.
struct NativeOutput {
  OutputSlice output;
};

// A hook of a plugin has failed the session, because it has `thrown` or has said so.
struct InternalError {
  std::string message;
  bool thrown = true;
};

// All sessionfinish have run.
struct SessionFinished {
  ValueMap workeroutput;
};

// RUN_ALL_TESTS is about to return; what the process still does is main's business.
struct ProgramDone {};

using WorkerMessage =
    std::variant<Hello, CollectionIds, EnvironmentsUp, PartSeen, SuiteUp, TestDone, TestReturned,
                 SuiteDown, EnvironmentsDown, IterationDone, NativeOutput, InternalError,
                 SessionFinished, ProgramDone>;

template <class Visitor>
void visit_fields(Visitor& visit, Hello& m) {
  visit(m.digest);
  visit(m.order);
}
template <class Visitor>
void visit_fields(Visitor& visit, CollectionIds& m) {
  visit(m.ids);
}
template <class Visitor>
void visit_fields(Visitor& visit, EnvironmentsUp& m) {
  visit(m.ran);
  visit(m.usable);
  visit(m.output);
  visit(m.time);
}
template <class Visitor>
void visit_fields(Visitor& visit, PartSeen& m) {
  visit(m.scope);
  visit(m.output);
  visit(m.part);
}
template <class Visitor>
void visit_fields(Visitor& visit, SuiteUp& m) {
  visit(m.suite);
  visit(m.output);
  visit(m.time);
}
template <class Visitor>
void visit_fields(Visitor& visit, TestDone& m) {
  visit(m.test);
  visit(m.dropped_parts);
  visit(m.start_ms);
  visit(m.elapsed_ms);
  visit(m.time);
  visit(m.output);
  visit(m.properties);
}
template <class Visitor>
void visit_fields(Visitor& visit, TestReturned& m) {
  visit(m.test);
}
template <class Visitor>
void visit_fields(Visitor& visit, SuiteDown& m) {
  visit(m.suite);
  visit(m.start_ms);
  visit(m.elapsed_ms);
  visit(m.fixture_ns);
  visit(m.time);
  visit(m.output);
  visit(m.properties);
}
template <class Visitor>
void visit_fields(Visitor& visit, EnvironmentsDown& m) {
  visit(m.output);
  visit(m.time);
}
template <class Visitor>
void visit_fields(Visitor& visit, IterationDone& m) {
  visit(m.properties);
}
template <class Visitor>
void visit_fields(Visitor& visit, NativeOutput& m) {
  visit(m.output);
}
template <class Visitor>
void visit_fields(Visitor& visit, InternalError& m) {
  visit(m.message);
  visit(m.thrown);
}
template <class Visitor>
void visit_fields(Visitor& visit, SessionFinished& m) {
  visit(m.workeroutput);
}
template <class Visitor>
void visit_fields(Visitor&, ProgramDone&) {}

// Appends the message's kind (its position in the variant) and its fields.
inline void encode(const WorkerMessage& message, std::string& bytes) {
  Encoder encoder(bytes);
  encoder(static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& m) { encoder(m); }, message);
}

template <std::size_t Kind = 0>
WorkerMessage decode_kind(std::size_t kind, Decoder& decoder) {
  if constexpr (Kind == std::variant_size_v<WorkerMessage>) {
    throw DecodeError("a message of unknown kind " + std::to_string(kind));
  } else {
    if (kind != Kind) return decode_kind<Kind + 1>(kind, decoder);
    std::variant_alternative_t<Kind, WorkerMessage> message;
    decoder(message);
    return message;
  }
}

// Throws DecodeError unless `bytes` are exactly one message.
inline WorkerMessage decode_worker_message(std::string_view bytes) {
  Decoder decoder(bytes);
  std::uint8_t kind = 0;
  decoder(kind);
  WorkerMessage message = decode_kind(kind, decoder);
  decoder.expect_end();
  return message;
}

// --- controller to worker ------------------------------------------------------------------------

// Work itself does not travel as a command: the worker takes it from its deque.
enum class Command : std::uint8_t {
  send_collection,       // answer with CollectionIds
  settle,                // no item is planned for you: tear the suite down, then wait for more
  end_iteration,         // leave the item loop; environments are torn down
  end_failed_iteration,  // likewise, and RUN_ALL_TESTS is to return 1: something failed somewhere
  run_natively,  // after a failed environment: let gtest do what it does then, and report it
};

inline bool is_valid(Command command) { return command <= Command::run_natively; }

inline Command decode_command(std::string_view bytes) {
  Decoder decoder(bytes);
  Command command{};
  decoder(command);
  decoder.expect_end();
  return command;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_MESSAGE_H_
