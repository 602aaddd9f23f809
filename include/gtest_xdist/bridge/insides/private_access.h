// Gives access to the private members of gtest that the library needs.
//
// Layer: bridge/insides; the only file that reaches into gtest. Explicit instantiation gives
// access, because its template arguments are exempt from access checks. Every name below exists,
// with this type and meaning, in GoogleTest 1.10 to 1.18. If a later version drops one, that is a
// compile error here.
#ifndef GTEST_XDIST_BRIDGE_INSIDES_PRIVATE_ACCESS_H_
#define GTEST_XDIST_BRIDGE_INSIDES_PRIVATE_ACCESS_H_

#include <memory>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#if !defined(INSTANTIATE_TEST_SUITE_P)  // its name since 1.10; gtest has no version macro
#error "gtest-xdist needs GoogleTest 1.10 or newer, and this one is older"
#endif

namespace gtest_xdist::internal {

// Defines access(Tag), which the tag declares.
template <class Tag, typename Tag::Pointer pointer>
struct Grant {
  friend constexpr typename Tag::Pointer access(Tag) { return pointer; }
};

#define GTEST_XDIST_GRANT(TagName, PointerType, pointer) \
  struct TagName {                                       \
    using Pointer = PointerType;                         \
    friend constexpr Pointer access(TagName);            \
  };                                                     \
  template struct Grant<TagName, pointer>

template <class Class, class Member>
using MemberOf = Member Class::*;

// Sending events to all listeners as gtest does.
using RepeaterGetter = testing::TestEventListener* (testing::TestEventListeners::*)();
GTEST_XDIST_GRANT(ListenersRepeater, RepeaterGetter, &testing::TestEventListeners::repeater);

// Putting a listener before the default printer, and silencing printers and report writers.
using ListenerSetter = void (testing::TestEventListeners::*)(testing::TestEventListener*);
GTEST_XDIST_GRANT(ListenersSetPrinter, ListenerSetter,
                  &testing::TestEventListeners::SetDefaultResultPrinter);
GTEST_XDIST_GRANT(ListenersSetXmlGenerator, ListenerSetter,
                  &testing::TestEventListeners::SetDefaultXmlGenerator);

// Running one suite, choosing its tests and their order.
using SuiteFunction = void (testing::TestSuite::*)();
using SuiteBool = MemberOf<testing::TestSuite, bool>;
using SuiteTests = MemberOf<testing::TestSuite, std::vector<testing::TestInfo*>>;
using SuiteOrder = MemberOf<testing::TestSuite, std::vector<int>>;
GTEST_XDIST_GRANT(SuiteRun, SuiteFunction, &testing::TestSuite::Run);
GTEST_XDIST_GRANT(SuiteShouldRun, SuiteBool, &testing::TestSuite::should_run_);
GTEST_XDIST_GRANT(SuiteTestInfoList, SuiteTests, &testing::TestSuite::test_info_list_);
GTEST_XDIST_GRANT(SuiteTestIndices, SuiteOrder, &testing::TestSuite::test_indices_);

// Playing back a suite: its set-up and tear-down functions, and its results.
using SuiteHook = MemberOf<testing::TestSuite, void (*)()>;
using SuiteResult = MemberOf<testing::TestSuite, testing::TestResult>;
using SuiteTime = MemberOf<testing::TestSuite, testing::TimeInMillis>;
GTEST_XDIST_GRANT(SuiteSetUp, SuiteHook, &testing::TestSuite::set_up_tc_);
GTEST_XDIST_GRANT(SuiteTearDown, SuiteHook, &testing::TestSuite::tear_down_tc_);
GTEST_XDIST_GRANT(SuiteAdHocResult, SuiteResult, &testing::TestSuite::ad_hoc_test_result_);
GTEST_XDIST_GRANT(SuiteStart, SuiteTime, &testing::TestSuite::start_timestamp_);
GTEST_XDIST_GRANT(SuiteElapsed, SuiteTime, &testing::TestSuite::elapsed_time_);

// Selecting tests as gtest would have, and playing them back.
using TestBool = MemberOf<testing::TestInfo, bool>;
using TestResultMember = MemberOf<testing::TestInfo, testing::TestResult>;
using TestText = MemberOf<testing::TestInfo, const std::unique_ptr<const std::string>>;
using TestFactory = MemberOf<testing::TestInfo, testing::internal::TestFactoryBase* const>;
GTEST_XDIST_GRANT(TestShouldRun, TestBool, &testing::TestInfo::should_run_);
GTEST_XDIST_GRANT(TestIsDisabled, TestBool, &testing::TestInfo::is_disabled_);
GTEST_XDIST_GRANT(TestMatchesFilter, TestBool, &testing::TestInfo::matches_filter_);
GTEST_XDIST_GRANT(TestInOtherShard, TestBool, &testing::TestInfo::is_in_another_shard_);
GTEST_XDIST_GRANT(TestResultOf, TestResultMember, &testing::TestInfo::result_);
GTEST_XDIST_GRANT(TestValue, TestText, &testing::TestInfo::value_param_);
GTEST_XDIST_GRANT(TestFactoryOf, TestFactory, &testing::TestInfo::factory_);

// Hearing that the flags are read.
using ParameterizedRegistry = testing::internal::ParameterizedTestSuiteRegistry;
using RegistryGetter = ParameterizedRegistry& (testing::UnitTest::*)();
using RegisteredSuites = MemberOf<ParameterizedRegistry,
                                  std::vector<testing::internal::ParameterizedTestSuiteInfoBase*>>;
GTEST_XDIST_GRANT(ParameterizedTestRegistry, RegistryGetter,
                  &testing::UnitTest::parameterized_test_registry);
GTEST_XDIST_GRANT(RegistrySuites, RegisteredSuites, &ParameterizedRegistry::test_suite_infos_);

// Running a test's phases one by one.
using TestPhase = void (testing::Test::*)();
GTEST_XDIST_GRANT(TestSetUp, TestPhase, &testing::Test::SetUp);
GTEST_XDIST_GRANT(TestBody, TestPhase, &testing::Test::TestBody);
GTEST_XDIST_GRANT(TestTearDown, TestPhase, &testing::Test::TearDown);

// Filling a result.
using ResultAddPart = void (testing::TestResult::*)(const testing::TestPartResult&);
using ResultRecord = void (testing::TestResult::*)(const std::string&,
                                                   const testing::TestProperty&);
using ResultSetTime = void (testing::TestResult::*)(testing::TimeInMillis);
using ResultClear = void (testing::TestResult::*)();
GTEST_XDIST_GRANT(ResultAddTestPart, ResultAddPart, &testing::TestResult::AddTestPartResult);
GTEST_XDIST_GRANT(ResultRecordProperty, ResultRecord, &testing::TestResult::RecordProperty);
GTEST_XDIST_GRANT(ResultSetStart, ResultSetTime, &testing::TestResult::set_start_timestamp);
GTEST_XDIST_GRANT(ResultSetElapsed, ResultSetTime, &testing::TestResult::set_elapsed_time);
GTEST_XDIST_GRANT(ResultClearAll, ResultClear, &testing::TestResult::Clear);

#undef GTEST_XDIST_GRANT

// Returns the member of `object` that a tag names: private_member<SuiteShouldRun>(suite) = true.
template <class Tag, class Object>
constexpr auto& private_member(Object& object) {
  return object.*access(Tag{});
}

// Calls the member function that a tag names.
template <class Tag, class Object, class... Arguments>
decltype(auto) private_call(Object& object, const Arguments&... arguments) {
  return (object.*access(Tag{}))(arguments...);
}

// Gives `test` another factory and returns the one that it had. The caller owns that one, and
// `test` owns `factory`. The pointer is a const member, so a new object takes its place. C++20
// allows that. In C++17 gtest's reads through the old name are formally undefined, but they work.
inline testing::internal::TestFactoryBase* exchange_factory(
    testing::TestInfo& test, testing::internal::TestFactoryBase* factory) {
  using Pointer = testing::internal::TestFactoryBase*;
  auto* place = const_cast<Pointer*>(&private_member<TestFactoryOf>(test));
  auto* const before = *place;
  ::new (static_cast<void*>(place)) Pointer(factory);
  return before;
}

// Has `test` tell another text of its value parameter. Does nothing if it has no such parameter.
inline void set_value_text(testing::TestInfo& test, const std::string& text) {
  const std::string* const value = private_member<TestValue>(test).get();
  if (value != nullptr) const_cast<std::string&>(*value) = text;
}

// Sends events to all listeners.
inline testing::TestEventListener& repeater() {
  return *private_call<ListenersRepeater>(testing::UnitTest::GetInstance()->listeners());
}

// The result of what happens outside all suites.
inline testing::TestResult& program_result() {
  return const_cast<testing::TestResult&>(testing::UnitTest::GetInstance()->ad_hoc_test_result());
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_INSIDES_PRIVATE_ACCESS_H_
