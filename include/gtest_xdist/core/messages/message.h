// The messages between workers and controller, and their binary form.
//
// Layer: core/messages (standard library only). The set of messages is closed: MessageKind names
// all of them, and visit_message() has a case for each. There is no variant of all messages,
// because it would take a compiler longer than the rest of this file.
#ifndef GTEST_XDIST_CORE_MESSAGES_MESSAGE_H_
#define GTEST_XDIST_CORE_MESSAGES_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/core/value_map.h"
#include "gtest_xdist/core/wire/codec.h"

namespace gtest_xdist::internal {

// The level that an assertion's result belongs to.
enum class Scope : std::uint8_t { program, suite, test };

inline bool is_valid(Scope scope) { return scope <= Scope::test; }

inline double seconds_of(std::int64_t nanoseconds) {
  constexpr double kNanosecond = 1e-9;
  return static_cast<double>(nanoseconds) * kNanosecond;
}

// Whether the milliseconds are few enough to be added up: less than 32,000 years, and more than
// minus that.
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

// The first byte of a message.
enum class MessageKind : std::uint8_t {
  hello,
  collection_ids,
  environments_up,
  part_seen,
  suite_up,
  test_done,
  test_returned,
  suite_down,
  environments_down,
  iteration_done,
  native_output,
  internal_error,
  session_finished,
  program_done,
};

// RUN_ALL_TESTS has selected its tests. `digest` stands for the whole collection. `order` is there
// if plugins have changed the tests to run: it has all of them, in their order. `values` are the
// texts of all tests' value parameters; none if they are those of the controller.
struct Hello {
  static constexpr MessageKind kKind = MessageKind::hello;
  std::uint64_t digest = 0;
  std::optional<std::vector<TestIndex>> order;
  std::vector<std::string> values = {};
};

// The answer to Command::send_collection: the full names of the selected tests, in order.
struct CollectionIds {
  static constexpr MessageKind kKind = MessageKind::collection_ids;
  std::vector<std::string> ids;
};

// An iteration has begun. `ran` is false if gtest keeps the environments of the first iteration.
// `usable` is false if a set-up has failed fatally or skipped: then the worker runs no test.
struct EnvironmentsUp {
  static constexpr MessageKind kKind = MessageKind::environments_up;
  bool ran = false;
  bool usable = true;
  OutputSlice output;
  ClockSpan time;
};

// An assertion, or a listener, has recorded a result. It belongs to the program, or to the suite or
// test that the worker is in. The worker sends it at once, so that it survives a crash. `output`
// was printed before it.
struct PartSeen {
  static constexpr MessageKind kKind = MessageKind::part_seen;
  Scope scope = Scope::program;
  OutputSlice output;
  Part part;
};

// SetUpTestSuite has run; the first test of the stretch follows.
struct SuiteUp {
  static constexpr MessageKind kKind = MessageKind::suite_up;
  std::uint32_t suite = 0;
  OutputSlice output;
  ClockSpan time;
};

// A test has ended. `dropped_parts` is how many of the parts seen are no longer in the test's
// result: a test can clear it. gtest measures `elapsed_ms`, and the worker measures `time`.
struct TestDone {
  static constexpr MessageKind kKind = MessageKind::test_done;
  TestIndex test = 0;
  std::uint64_t dropped_parts = 0;
  std::int64_t start_ms = 0;
  std::int64_t elapsed_ms = 0;
  ClockSpan time;
  OutputSlice output;
  std::vector<Property> properties;
};

// The worker has taken a test, but does not begin it, because no test may start any more. The test
// waits again.
struct TestReturned {
  static constexpr MessageKind kKind = MessageKind::test_returned;
  TestIndex test = 0;
};

// TearDownTestSuite has run: one stretch of a suite ends on this worker. `fixture_ns` is the time
// of set-up and tear-down together, and `time` is that of the tear-down.
struct SuiteDown {
  static constexpr MessageKind kKind = MessageKind::suite_down;
  std::uint32_t suite = 0;
  std::int64_t start_ms = 0;
  std::int64_t elapsed_ms = 0;
  std::int64_t fixture_ns = 0;
  ClockSpan time;
  OutputSlice output;
  std::vector<Property> properties;
};

struct EnvironmentsDown {
  static constexpr MessageKind kKind = MessageKind::environments_down;
  OutputSlice output;
  ClockSpan time;
};

// The iteration is over. `properties` are those of the whole program.
struct IterationDone {
  static constexpr MessageKind kKind = MessageKind::iteration_done;
  std::vector<Property> properties;
};

// The output of gtest itself when it ran no test because of an environment.
struct NativeOutput {
  static constexpr MessageKind kKind = MessageKind::native_output;
  OutputSlice output;
};

// A plugin's hook has failed the session. `thrown`: by an exception; otherwise it has asked for it.
struct InternalError {
  static constexpr MessageKind kKind = MessageKind::internal_error;
  std::string message;
  bool thrown = true;
};

// All sessionfinish hooks have run.
struct SessionFinished {
  static constexpr MessageKind kKind = MessageKind::session_finished;
  ValueMap workeroutput;
};

// RUN_ALL_TESTS is about to return. After that main decides what the process does.
struct ProgramDone {
  static constexpr MessageKind kKind = MessageKind::program_done;
};

template <class Visitor>
void visit_fields(Visitor& visit, Hello& m) {
  visit(m.digest);
  visit(m.order);
  visit(m.values);
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

// Appends the message's kind and its fields.
template <class Message>
void encode_message(const Message& message, std::string& bytes) {
  Encoder encoder(bytes);
  encoder(static_cast<std::uint8_t>(Message::kKind));
  encoder(message);
}

// Reads everything that follows the kind as a Message, and calls `visit` with it.
template <class Message, class Visitor>
void visit_rest(Decoder& decoder, Visitor& visit) {
  Message message;
  decoder(message);
  decoder.expect_end();
  visit(message);
}

// Calls `visit` with the message that `bytes` hold. Throws DecodeError, before that call, unless
// they hold exactly one.
template <class Visitor>
void visit_message(std::string_view bytes, Visitor visit) {
  Decoder decoder(bytes);
  std::uint8_t kind = 0;
  decoder(kind);
  switch (static_cast<MessageKind>(kind)) {
    case MessageKind::hello:
      return visit_rest<Hello>(decoder, visit);
    case MessageKind::collection_ids:
      return visit_rest<CollectionIds>(decoder, visit);
    case MessageKind::environments_up:
      return visit_rest<EnvironmentsUp>(decoder, visit);
    case MessageKind::part_seen:
      return visit_rest<PartSeen>(decoder, visit);
    case MessageKind::suite_up:
      return visit_rest<SuiteUp>(decoder, visit);
    case MessageKind::test_done:
      return visit_rest<TestDone>(decoder, visit);
    case MessageKind::test_returned:
      return visit_rest<TestReturned>(decoder, visit);
    case MessageKind::suite_down:
      return visit_rest<SuiteDown>(decoder, visit);
    case MessageKind::environments_down:
      return visit_rest<EnvironmentsDown>(decoder, visit);
    case MessageKind::iteration_done:
      return visit_rest<IterationDone>(decoder, visit);
    case MessageKind::native_output:
      return visit_rest<NativeOutput>(decoder, visit);
    case MessageKind::internal_error:
      return visit_rest<InternalError>(decoder, visit);
    case MessageKind::session_finished:
      return visit_rest<SessionFinished>(decoder, visit);
    case MessageKind::program_done:
      return visit_rest<ProgramDone>(decoder, visit);
  }
  throw DecodeError("a message of unknown kind " + std::to_string(kind));
}

// --- controller to worker ------------------------------------------------------------------------

// Tests do not travel as commands: the worker takes them from its deque.
enum class Command : std::uint8_t {
  send_collection,       // answer with CollectionIds
  settle,                // no item is planned: tear the suite down, then wait for more
  end_iteration,         // leave the item loop, so that the iteration ends
  end_failed_iteration,  // likewise, and RUN_ALL_TESTS returns 1: something has failed
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

#endif  // GTEST_XDIST_CORE_MESSAGES_MESSAGE_H_
