#include "gtest_xdist/controller/session/collection_check.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/scratch_selection.h"

namespace gtest_xdist::internal {
namespace {

using Tests = std::vector<TestIndex>;

// The tests are those of this binary, of which the first three are selected.
class CollectionCheckTest : public testing::Test {
 protected:
  Hello hello(std::optional<Tests> order) const { return {catalog_.digest(), std::move(order)}; }

  const Catalog catalog_;
  const ScratchSelection selection_{catalog_, 3};
  CollectionCheck check_{catalog_};
};

TEST_F(CollectionCheckTest, KnowsAWorkerThatHasOtherTests) {
  EXPECT_TRUE(check_.has_right_digest(hello({})));
  EXPECT_FALSE(check_.has_right_digest({catalog_.digest() + 1, {}}));
}

TEST_F(CollectionCheckTest, WithoutAnOrderAWorkerHasWhatIsSelected) {
  Hello m = hello({});
  EXPECT_EQ(check_.read(m), (Tests{0, 1, 2}));
  EXPECT_FALSE(check_.known());
  EXPECT_EQ(check_.order(), (Tests{0, 1, 2}));
  EXPECT_FALSE(check_.accept(catalog_.selected(), "gw0"));
  EXPECT_TRUE(check_.known());
}

TEST_F(CollectionCheckTest, AnOrderIsMadeOfSelectedTestsEachOnce) {
  const TestIndex first = 0;
  const TestIndex second = 1;
  for (const Tests& possible : {Tests{}, Tests{second}, Tests{second, first}}) {
    Hello m = hello(possible);
    EXPECT_EQ(check_.read(m), possible);
  }
  for (const Tests& impossible :
       {Tests{first, first}, Tests{first, 3}, Tests{catalog_.size()}, Tests{kNoTest}}) {
    Hello m = hello(impossible);
    EXPECT_EQ(check_.read(m), std::nullopt) << format_index_list(impossible);
  }
}

TEST_F(CollectionCheckTest, TheFirstCollectionIsTheMeasure) {
  const TestIndex first = 0;
  const TestIndex second = 1;
  EXPECT_TRUE(check_.accept({second, first}, "gw1"));
  EXPECT_EQ(check_.order(), (Tests{second, first}));
  EXPECT_EQ(check_.difference({second, first}, "gw0"), std::nullopt);
  const std::optional<std::string> difference = check_.difference({second}, "gw0");
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->rfind("Different tests were collected between gw1 and gw0. ", 0), 0U);
  EXPECT_NE(difference->find("\n-" + catalog_.full_name(first) + "\n"), std::string::npos);
  EXPECT_TRUE(check_.difference({first, second}, "gw0")) << "the order counts";
}

TEST_F(CollectionCheckTest, ShowsWhatAWorkerHasRegisteredInstead) {
  std::vector<std::string> ids = catalog_.ids();
  ids.push_back("Only.There");
  const std::string difference = check_.difference_of_ids(ids, "gw2");
  EXPECT_EQ(difference.rfind("Different tests were collected between controller and gw2. ", 0), 0U);
  EXPECT_NE(difference.find("\n+Only.There\n"), std::string::npos);
}

}  // namespace
}  // namespace gtest_xdist::internal
