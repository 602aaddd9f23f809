#include "gtest_xdist/hooks/deferred.h"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

#include "support/thrown.h"

namespace gtest_xdist {
namespace {

struct Animal {
  virtual ~Animal() = default;
  virtual std::string sound() const { return "none"; }
};
struct Cat : Animal {
  std::string sound() const override { return "meow"; }
};
using AnimalAnswer = Answer<std::unique_ptr<Animal>>;

int calls_of_function = 0;
void function() { ++calls_of_function; }

TEST(Deferred, RunsItsCallableOnce) {
  int calls = 0;
  Deferred<> deferred = [&] { ++calls; };
  EXPECT_TRUE(deferred);
  EXPECT_EQ(calls, 0);
  deferred();
  EXPECT_FALSE(deferred);
  EXPECT_EQ(calls, 1);
}

TEST(Deferred, MayHoldNothing) {
  const auto nothing = []() -> After { return {}; };
  EXPECT_FALSE(nothing());
  EXPECT_FALSE(Deferred<int>());
}

TEST(Deferred, IsNotRunByItsDestructor) {
  int calls = 0;
  {
    const Deferred<> deferred = [&] { ++calls; };
  }
  EXPECT_EQ(calls, 0);
}

TEST(Deferred, PassesArgumentsOn) {
  std::string log;
  int number = 1;
  Deferred<int&, const std::string&> deferred = [&](int& n, const std::string& text) {
    log = text;
    n = 2;
  };
  deferred(number, "text");
  EXPECT_EQ(number, 2);
  EXPECT_EQ(log, "text");
}

TEST(Deferred, OwnsWhatCannotBeCopied) {
  int seen = 0;
  Deferred<> first = [&, owned = std::make_unique<int>(7)] { seen = *owned; };
  Deferred<> second = std::move(first);
  EXPECT_FALSE(first);  // moved from
  second();
  EXPECT_EQ(seen, 7);
  EXPECT_FALSE(std::is_copy_constructible_v<Deferred<>>);
  EXPECT_FALSE(std::is_copy_assignable_v<Deferred<>>);
}

TEST(Deferred, DropsItsCallableAfterTheRun) {
  auto owned = std::make_shared<int>(7);
  const std::weak_ptr<int> watched = owned;
  Deferred<> deferred = [owned = std::move(owned)] { EXPECT_EQ(*owned, 7); };
  EXPECT_FALSE(watched.expired());
  deferred();
  EXPECT_TRUE(watched.expired());
}

TEST(Deferred, IsGoneAfterThrowing) {
  auto owned = std::make_shared<int>(7);
  const std::weak_ptr<int> watched = owned;
  Deferred<> deferred = [owned = std::move(owned)] { throw std::runtime_error("boom"); };
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { deferred(); }), "boom");
  EXPECT_FALSE(deferred);
  EXPECT_TRUE(watched.expired());
}

TEST(Deferred, MayBeReplacedByItsOwnCallable) {
  std::string log;
  Deferred<> deferred;
  deferred = [&, text = std::string("a text too long to be stored in place")] {
    deferred = [&] { log += "second"; };
    log += text + ", ";
  };
  deferred();
  ASSERT_TRUE(deferred);
  deferred();
  EXPECT_EQ(log, "a text too long to be stored in place, second");
}

TEST(Deferred, IsMadeOfAnythingThatCanBeCalled) {
  int calls = 0;
  const auto constant = [&, own = std::string("c")] { calls += static_cast<int>(own.size()); };
  auto variable = [&, own = 0]() mutable { calls += ++own; };
  for (int i = 0; i < 2; ++i) {
    Deferred<> of_constant = constant;  // a copy
    of_constant();
    Deferred<> of_variable = variable;  // a copy, so `own` begins at 0 again
    of_variable();
  }
  EXPECT_EQ(calls, 4);

  calls_of_function = 0;
  Deferred<> of_function = function;
  of_function();
  Deferred<> of_pointer = &function;
  of_pointer();
  EXPECT_EQ(calls_of_function, 2);

  const auto with_result = [&] { return ++calls; };
  Deferred<> of_one_with_result = with_result;
  of_one_with_result();
  EXPECT_EQ(calls, 5);

  const auto of_int = [](int) {};
  EXPECT_FALSE((std::is_constructible_v<Deferred<>, decltype(of_int)>));
  EXPECT_TRUE((std::is_constructible_v<Deferred<int>, decltype(of_int)>));
  EXPECT_FALSE((std::is_constructible_v<Deferred<>, int>));
}

TEST(Answer, MayBeNone) {
  const auto none = []() -> Answer<unsigned> { return {}; };
  EXPECT_FALSE(none().value());
  EXPECT_FALSE(none().wrapper());
}

TEST(Answer, IsAValue) {
  const auto four = []() -> Answer<unsigned> { return 4; };
  EXPECT_EQ(four().value(), 4U);
  EXPECT_FALSE(four().wrapper());
  const auto text = []() -> Answer<std::string> { return "text"; };
  EXPECT_EQ(text().value(), "text");
}

TEST(Answer, ZeroAndFalseAreValues) {
  const auto zero = []() -> Answer<unsigned> { return 0U; };
  EXPECT_EQ(zero().value(), 0U);
  const auto no = []() -> Answer<bool> { return false; };
  EXPECT_EQ(no().value(), false);
  const auto yes = []() -> Answer<bool> { return true; };
  EXPECT_EQ(yes().value(), true);
}

TEST(Answer, IsAPointerToADerivedClass) {
  const auto temporary = []() -> AnimalAnswer { return std::make_unique<Cat>(); };
  const auto variable = []() -> AnimalAnswer {
    auto cat = std::make_unique<Cat>();
    return cat;
  };
  for (const auto& make : {std::function<AnimalAnswer()>(temporary), {variable}}) {
    AnimalAnswer answer = make();
    ASSERT_TRUE(answer.value());
    EXPECT_EQ((*answer.value())->sound(), "meow");
  }
}

TEST(Answer, ANullPointerIsNone) {
  const auto null = []() -> AnimalAnswer { return nullptr; };
  EXPECT_FALSE(null().value());
  const auto null_of_base = []() -> AnimalAnswer { return std::unique_ptr<Animal>(); };
  EXPECT_FALSE(null_of_base().value());
  const auto null_of_derived = []() -> AnimalAnswer { return std::unique_ptr<Cat>(); };
  EXPECT_FALSE(null_of_derived().value());
}

TEST(Answer, IsAWrapperIfItTakesTheResult) {
  const auto wrap = []() -> Answer<unsigned> {
    return [step = std::make_unique<unsigned>(5)](std::optional<unsigned>& result) {
      result = result.value_or(0) + *step;
    };
  };
  Answer<unsigned> answer = wrap();
  EXPECT_FALSE(answer.value());
  ASSERT_TRUE(answer.wrapper());
  std::optional<unsigned> result = 2;
  answer.wrapper()(result);
  EXPECT_EQ(result, 7U);
  EXPECT_FALSE(answer.wrapper());
}

// Such a lambda converts to a pointer, and that to bool.
TEST(Answer, ALambdaWithoutCaptureIsAWrapperAlsoForBool) {
  const auto wrap = []() -> Answer<bool> {
    return [](std::optional<bool>& result) { result = !result.value_or(false); };
  };
  Answer<bool> answer = wrap();
  EXPECT_FALSE(answer.value());
  ASSERT_TRUE(answer.wrapper());
  std::optional<bool> result = true;
  answer.wrapper()(result);
  EXPECT_EQ(result, false);
}

TEST(Answer, IsNotMadeOfWhatIsNeither) {
  const auto takes_nothing = [] {};
  EXPECT_FALSE((std::is_constructible_v<Answer<unsigned>, decltype(takes_nothing)>));
  EXPECT_FALSE((std::is_constructible_v<Answer<bool>, decltype(takes_nothing)>));
  EXPECT_FALSE((std::is_constructible_v<Answer<bool>, const char*>));
  EXPECT_FALSE((std::is_constructible_v<Answer<unsigned>, std::string>));
  EXPECT_FALSE((std::is_constructible_v<AnimalAnswer, std::unique_ptr<int>>));
  EXPECT_FALSE((std::is_constructible_v<AnimalAnswer, Cat*>));  // who would own it?
}

}  // namespace
}  // namespace gtest_xdist
