// What makes a name a bad identity: tests that share their full name, and parameters whose text
// differs from one process to the next.

#include "support.h"

namespace {

class Namesake : public testing::Test {
 public:
  explicit Namesake(int number) : number_(number) {}
  void TestBody() override {
    support::note("namesake " + std::to_string(number_));
    RecordProperty("number", number_);
    EXPECT_NE(2, number_) << "only the third of them fails";
  }

 private:
  int number_;
};

const bool registered = [] {
  for (int number = 0; number < 6; ++number)
    testing::RegisterTest("Namesake", "Same", nullptr, nullptr, __FILE__, __LINE__,
                          [=]() -> Namesake* { return new Namesake(number); });
  return true;
}();

int somewhere = 0;

class Address : public testing::TestWithParam<const void*> {};
TEST_P(Address, IsNotNull) { EXPECT_NE(nullptr, GetParam()); }
TEST_P(Address, IsNull) { EXPECT_TRUE(GetParam() == nullptr) << "it is not"; }
INSTANTIATE_TEST_SUITE_P(Of, Address, testing::Values(&registered, &somewhere, nullptr));

struct Padded {
  char letter;
  long number;  // seven bytes lie between the two, holding whatever was there before
};

class Bytes : public testing::TestWithParam<Padded> {};
TEST_P(Bytes, AreFive) { EXPECT_EQ(5, GetParam().number); }
INSTANTIATE_TEST_SUITE_P(Of, Bytes, testing::Values(Padded{'a', 5}, Padded{'b', 6}));

}  // namespace
