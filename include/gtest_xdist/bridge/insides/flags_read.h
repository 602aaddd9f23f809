// Calls a function when gtest has read its flags.
//
// Layer: bridge/insides. gtest has no event for it, but it registers parameterized tests right
// afterwards: at the end of InitGoogleTest(), or in RUN_ALL_TESTS() if that was not called. So an
// entry in the list of such suites gets a call then. The flags may come from the command line, a
// file, or main. Does not know what the function does.
#ifndef GTEST_XDIST_BRIDGE_INSIDES_FLAGS_READ_H_
#define GTEST_XDIST_BRIDGE_INSIDES_FLAGS_READ_H_

#include <functional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/private_access.h"

namespace gtest_xdist::internal {

// A suite without tests.
class FlagsReadEntry : public testing::internal::ParameterizedTestSuiteInfoBase {
 public:
  static constexpr const char* kName = "(gtest-xdist)";  // no suite can have this name

  explicit FlagsReadEntry(std::function<void()> call) : call_(std::move(call)) {}

  const std::string& GetTestSuiteName() const override { return name_; }
  testing::internal::TypeId GetTestSuiteTypeId() const override {
    return testing::internal::GetTypeId<FlagsReadEntry>();
  }
  void RegisterTests() override { call_(); }

 private:
  const std::function<void()> call_;
  const std::string name_ = kName;
};

inline auto& registered_suites() {
  return private_member<RegistrySuites>(
      private_call<ParameterizedTestRegistry>(*testing::UnitTest::GetInstance()));
}

// Has gtest call `call` once, before gtest makes a listener that depends on a flag. Call this
// before main.
inline void when_flags_are_read(std::function<void()> call) {
  registered_suites().push_back(new FlagsReadEntry(std::move(call)));  // gtest owns it
}

// Whether when_flags_are_read() has been called in this process, by this copy of the library or by
// one in another part of the program.
inline bool flags_are_awaited() {
  const auto& suites = registered_suites();
  for (const auto* suite : suites) {
    if (suite->GetTestSuiteName() == FlagsReadEntry::kName) return true;
  }
  return false;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_INSIDES_FLAGS_READ_H_
