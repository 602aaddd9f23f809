#include "gtest_xdist/controller/collection_check.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/private_access.h"

namespace gtest_xdist::internal {
namespace {

using Tests = std::vector<TestIndex>;

// The tests are those of this binary, of which the first three are selected.
class CollectionCheckTest : public testing::Test {
 protected:
  CollectionCheckTest() {
    for (TestIndex i = 0; i < catalog_.size(); ++i) {
      bool& should_run = private_member<TestShouldRun>(catalog_.test(i));
      selected_before_.push_back(std::exchange(should_run, i < 3));
    }
    check_.emplace(catalog_);
  }
  ~CollectionCheckTest() override {
    for (TestIndex i = 0; i < catalog_.size(); ++i) {
      private_member<TestShouldRun>(catalog_.test(i)) = selected_before_[i];
    }
  }

  CollectionCheck& check() { return *check_; }

  Hello hello(std::optional<Tests> order) const { return {catalog_.digest(), std::move(order)}; }

  Catalog catalog_;
  std::optional<CollectionCheck> check_;
  std::vector<bool> selected_before_;
};

TEST_F(CollectionCheckTest, KnowsAWorkerThatHasOtherTests) {
  EXPECT_TRUE(check().has_right_digest(hello({})));
  EXPECT_FALSE(check().has_right_digest({catalog_.digest() + 1, {}}));
}

TEST_F(CollectionCheckTest, WithoutAnOrderAWorkerHasWhatIsSelected) {
  Hello m = hello({});
  EXPECT_EQ(check().read(m), (Tests{0, 1, 2}));
  EXPECT_FALSE(check().known());
  EXPECT_EQ(check().order(), (Tests{0, 1, 2}));
  EXPECT_FALSE(check().accept(catalog_.selected(), "gw0"));
  EXPECT_TRUE(check().known());
}

TEST_F(CollectionCheckTest, AnOrderIsMadeOfSelectedTestsEachOnce) {
  const TestIndex first = 0;
  const TestIndex second = 1;
  for (const Tests& possible : {Tests{}, Tests{second}, Tests{second, first}}) {
    Hello m = hello(possible);
    EXPECT_EQ(check().read(m), possible);
  }
  for (const Tests& impossible :
       {Tests{first, first}, Tests{first, 3}, Tests{catalog_.size()}, Tests{kNoTest}}) {
    Hello m = hello(impossible);
    EXPECT_EQ(check().read(m), std::nullopt) << format_index_list(impossible);
  }
}

TEST_F(CollectionCheckTest, TheFirstCollectionIsTheMeasure) {
  const TestIndex first = 0;
  const TestIndex second = 1;
  EXPECT_TRUE(check().accept({second, first}, "gw1"));
  EXPECT_EQ(check().order(), (Tests{second, first}));
  EXPECT_EQ(check().difference({second, first}, "gw0"), std::nullopt);
  const std::optional<std::string> difference = check().difference({second}, "gw0");
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->rfind("Different tests were collected between gw1 and gw0. ", 0), 0U);
  EXPECT_NE(difference->find("\n-" + catalog_.full_name(first) + "\n"), std::string::npos);
  EXPECT_TRUE(check().difference({first, second}, "gw0")) << "the order counts";
}

TEST_F(CollectionCheckTest, ShowsWhatAWorkerHasRegisteredInstead) {
  std::vector<std::string> ids = catalog_.ids();
  ids.push_back("Only.There");
  const std::string difference = check().difference_of_ids(ids, "gw2");
  EXPECT_EQ(difference.rfind("Different tests were collected between controller and gw2. ", 0), 0U);
  EXPECT_NE(difference.find("\n+Only.There\n"), std::string::npos);
}

}  // namespace
}  // namespace gtest_xdist::internal
