// Checks whether the workers collected the same tests, and whether plugins left the same of them.
//
// Layer: controller/session. Pure bookkeeping: no process.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_COLLECTION_CHECK_H_
#define GTEST_XDIST_CONTROLLER_SESSION_COLLECTION_CHECK_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/tests/collection.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// A session has one. It checks in two steps:
// 1. The worker has registered and selected the same tests as the controller.
// 2. Its plugins have left the tests that all must have. These are the tests of the first worker;
//    or, if the controller has no plugin, all tests.
class CollectionCheck {
 public:
  // `catalog` must show the tests that gtest has selected.
  explicit CollectionCheck(const Catalog& catalog)
      : catalog_(catalog), selection_(catalog.selected()), digest_(catalog.digest()) {}

  // The digest of the tests that gtest has registered and selected.
  std::uint64_t digest() const { return digest_; }
  bool has_right_digest(const Hello& hello) const { return hello.digest == digest_; }

  // The tests that the worker is going to run. None if it names a test that is not selected, or
  // names one twice.
  std::optional<std::vector<TestIndex>> read(Hello& hello) const {
    if (!hello.order) return selection_;
    std::set<TestIndex> left(selection_.begin(), selection_.end());
    const bool is_possible = std::all_of(hello.order->begin(), hello.order->end(),
                                         [&](TestIndex test) { return left.erase(test) == 1; });
    if (!is_possible) return std::nullopt;
    return std::move(*hello.order);
  }

  // Whether a collection was accepted.
  bool known() const { return first_.has_value(); }

  // The accepted collection, in the order in which its tests are handed out. Until known(), all
  // selected tests.
  const std::vector<TestIndex>& order() const { return first_ ? *first_ : selection_; }

  // All must have `collection`, which comes from `worker` or from the controller. True if plugins
  // have changed it.
  bool accept(const std::vector<TestIndex>& collection, std::string worker) {
    first_ = collection;
    first_worker_ = std::move(worker);
    return collection != selection_;
  }

  // Forgets the accepted collection.
  void forget() { first_.reset(); }

  // How the collection of another worker differs from the accepted one, if it does.
  std::optional<std::string> difference(const std::vector<TestIndex>& collection,
                                        const std::string& worker) const {
    if (collection == order()) return std::nullopt;
    return describe_collection_difference(ids_of(order()), ids_of(collection), first_worker_,
                                          worker);
  }

  // How the tests of a worker that has registered or selected others differ. `ids` are its own.
  std::string difference_of_ids(const std::vector<std::string>& ids,
                                const std::string& worker) const {
    return describe_collection_difference(catalog_.ids(), ids, "controller", worker);
  }

  std::vector<std::string> ids_of(const std::vector<TestIndex>& tests) const {
    std::vector<std::string> ids;
    ids.reserve(tests.size());
    for (const TestIndex test : tests) ids.push_back(catalog_.full_name(test));
    return ids;
  }

 private:
  const Catalog& catalog_;
  const std::vector<TestIndex> selection_;
  const std::uint64_t digest_;
  std::optional<std::vector<TestIndex>> first_;
  std::string first_worker_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_COLLECTION_CHECK_H_
