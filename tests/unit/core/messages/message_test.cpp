#include "gtest_xdist/core/messages/message.h"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/thrown.h"
#include "support/wire.h"
#include "support/worker_message.h"

namespace gtest_xdist::internal {
namespace {

// Every field of a message as text, written out by hand: a field that visit_fields() forgets shows.
std::string text(const ByteRange& range) {
  return std::to_string(range.begin) + "-" + std::to_string(range.end);
}
std::string text(const OutputSlice& slice) { return text(slice.out) + "/" + text(slice.err); }
std::string text(const ClockSpan& span) {
  return std::to_string(span.begin_ns) + "+" + std::to_string(span.duration_ns);
}
std::string text(const std::vector<Property>& properties) {
  std::string all;
  for (const Property& property : properties) all += property.key + "=" + property.value + ";";
  return all;
}
std::string text(const Part& part) {
  return std::to_string(static_cast<int>(part.type)) + " " + part.file + ":" +
         std::to_string(part.line) + " " + part.message;
}
std::string text(const Hello& m) {
  return std::to_string(m.digest) + (m.order ? " " + format_index_list(*m.order) : "");
}
std::string text(const CollectionIds& m) {
  std::string all;
  for (const std::string& id : m.ids) all += id + ";";
  return all;
}
std::string text(const EnvironmentsUp& m) {
  return std::to_string(m.ran) + " " + std::to_string(m.usable) + " " + text(m.output) + " " +
         text(m.time);
}
std::string text(const PartSeen& m) {
  return std::to_string(static_cast<int>(m.scope)) + " " + text(m.output) + " " + text(m.part);
}
std::string text(const SuiteUp& m) {
  return std::to_string(m.suite) + " " + text(m.output) + " " + text(m.time);
}
std::string text(const TestDone& m) {
  return std::to_string(m.test) + " " + std::to_string(m.dropped_parts) + " " +
         std::to_string(m.start_ms) + " " + std::to_string(m.elapsed_ms) + " " + text(m.time) +
         " " + text(m.output) + " " + text(m.properties);
}
std::string text(const TestReturned& m) { return std::to_string(m.test); }
std::string text(const SuiteDown& m) {
  return std::to_string(m.suite) + " " + std::to_string(m.start_ms) + " " +
         std::to_string(m.elapsed_ms) + " " + std::to_string(m.fixture_ns) + " " + text(m.time) +
         " " + text(m.output) + " " + text(m.properties);
}
std::string text(const EnvironmentsDown& m) { return text(m.output) + " " + text(m.time); }
std::string text(const IterationDone& m) { return text(m.properties); }
std::string text(const NativeOutput& m) { return text(m.output); }
std::string text(const InternalError& m) { return m.message + (m.thrown ? " thrown" : ""); }
std::string text(const SessionFinished& m) {
  std::string all;
  for (const std::string& name : m.workeroutput.names()) {
    all += name + "=" + m.workeroutput.get<std::string>(name) + ";";
  }
  return all;
}
std::string text(const ProgramDone&) { return "done"; }

std::string text(const WorkerMessage& message) {
  return std::visit([](const auto& m) { return text(m); }, message);
}

// One of each kind, no field at its default.
std::vector<WorkerMessage> samples() {
  const ClockSpan time{123'456'789'012, 34'567};
  const OutputSlice output{{1, 200}, {3, 40'000'000'000}};
  ValueMap workeroutput;
  workeroutput.set("a", "b");
  workeroutput.set("", "c");
  const std::vector<Property> properties = {{"key", "value"}, {"", "\n"}};
  return {
      Hello{0xfedcba9876543210, std::vector<TestIndex>{3, 0, kNoTest - 1}},
      Hello{1, {}, {"", "value", "\n"}},
      CollectionIds{{"A.b", "", "P/V.w/0"}},
      EnvironmentsUp{true, false, output, time},
      PartSeen{Scope::test, output, {PartType::fatal_failure, "a.cpp", 12, "text\n"}},
      SuiteUp{5, output, time},
      TestDone{kNoTest - 1, 4, 1'700'000'000'000, 86'400'000, time, output, properties},
      TestReturned{7},
      SuiteDown{6, 1'700'000'000'001, 9, 8, time, output, properties},
      EnvironmentsDown{output, time},
      IterationDone{properties},
      NativeOutput{output},
      InternalError{"plugin 'X' failed", false},
      SessionFinished{workeroutput},
      ProgramDone{},
  };
}

std::string decode_error(std::string_view bytes) {
  return text_of_thrown<DecodeError>([&] { decode_worker_message(bytes); });
}

TEST(Message, EveryKindHasASample) {
  std::set<std::size_t> kinds;
  for (const WorkerMessage& message : samples()) kinds.insert(message.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<WorkerMessage>);
}

TEST(Message, KindsAreNumberedInTheirOrder) {
  for (const WorkerMessage& message : samples()) {
    const auto kind = std::visit([](const auto& m) { return m.kKind; }, message);
    EXPECT_EQ(static_cast<std::size_t>(kind), message.index());
  }
}

TEST(Message, EveryKindSurvivesTheRoundTrip) {
  for (const WorkerMessage& message : samples()) {
    const WorkerMessage again = decode_worker_message(bytes_of(message));
    EXPECT_EQ(again.index(), message.index());
    EXPECT_EQ(text(again), text(message));
  }
}

TEST(Message, IsAppended) {
  std::string bytes = "before";
  encode_message(Hello{1, {}}, bytes);
  EXPECT_EQ(bytes, std::string("before\0\2\0\0", 10));
}

TEST(Message, EveryTruncationIsNoticed) {
  for (const WorkerMessage& message : samples()) {
    const std::string bytes = bytes_of(message);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_THROW(decode_worker_message(std::string_view(bytes).substr(0, length)), DecodeError)
          << "kind " << message.index() << ", " << length << " bytes";
    }
  }
}

TEST(Message, BytesLeftOverAreNoticed) {
  for (const WorkerMessage& message : samples()) {
    EXPECT_EQ(decode_error(bytes_of(message) + "x"), "1 bytes too many") << message.index();
  }
}

TEST(Message, UnknownKindsAreNoticed) {
  EXPECT_EQ(decode_error(encoded(std::variant_size_v<WorkerMessage>)),
            "a message of unknown kind " + std::to_string(std::variant_size_v<WorkerMessage>));
  EXPECT_EQ(decode_error(encoded(255)), "a message of unknown kind 255");
  EXPECT_EQ(decode_error(encoded(256)), "the number 256 is not within 0 to 255");
  EXPECT_EQ(decode_error(""), "a number that breaks off");
}

TEST(Message, EnumeratorsOutOfRangeAreNoticed) {
  WorkerMessage message = PartSeen{static_cast<Scope>(3), {}, {}};
  EXPECT_EQ(decode_error(bytes_of(message)), "an enumerator out of range");
  message = PartSeen{Scope::test, {}, {static_cast<PartType>(4), "", 0, ""}};
  EXPECT_EQ(decode_error(bytes_of(message)), "an enumerator out of range");
}

TEST(Message, AnyBytesAreAMessageOrADecodeError) {
  Random random(3);
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 100'000; ++round) {
    const std::string bytes =
        encoded(random.between<std::size_t>(0, std::variant_size_v<WorkerMessage>)) +
        random.bytes(random.between<std::size_t>(0, 29));
    try {
      const WorkerMessage message = decode_worker_message(bytes);
      ++accepted;
      ASSERT_EQ(text(decode_worker_message(bytes_of(message))), text(message));
    } catch (const DecodeError&) {
      ++refused;
    }
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(refused, 1000);
}

TEST(Command, EveryOneSurvivesTheRoundTrip) {
  for (const Command command : {Command::send_collection, Command::settle, Command::end_iteration,
                                Command::end_failed_iteration, Command::run_natively}) {
    EXPECT_EQ(decode_command(encoded(command)), command);
  }
}

TEST(Command, AnythingElseIsNoticed) {
  const auto error = [](std::string_view bytes) {
    return text_of_thrown<DecodeError>([&] { decode_command(bytes); });
  };
  EXPECT_EQ(error(""), "a number that breaks off");
  EXPECT_EQ(error(encoded(5)), "an enumerator out of range");
  EXPECT_EQ(error(encoded(1) + encoded(1)), "1 bytes too many");
}

}  // namespace
}  // namespace gtest_xdist::internal
