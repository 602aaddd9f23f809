// Whether the workers collected the same tests, and what their plugins left of them.
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

// One for a session. Two steps: first, that a worker has registered and selected what the
// controller has; then, that plugins left of it what all must have: what they left in the worker
// that came first, or, where the controller knows of no plugin, all of it.
class CollectionCheck {
 public:
  // `catalog` must outlive this, and show what gtest has selected.
  explicit CollectionCheck(const Catalog& catalog)
      : catalog_(catalog), selection_(catalog.selected()), digest_(catalog.digest()) {}

  // Of what gtest has registered and selected.
  std::uint64_t digest() const { return digest_; }
  bool has_right_digest(const Hello& hello) const { return hello.digest == digest_; }

  // What the worker is going to run; none if that cannot be.
  std::optional<std::vector<TestIndex>> read(Hello& hello) const {
    if (!hello.order) return selection_;
    std::set<TestIndex> left(selection_.begin(), selection_.end());
    const bool is_possible = std::all_of(hello.order->begin(), hello.order->end(),
                                         [&](TestIndex test) { return left.erase(test) == 1; });
    if (!is_possible) return std::nullopt;
    return std::move(*hello.order);
  }

  // Whether accept() has been told what is to be run.
  bool known() const { return first_.has_value(); }

  // What is to be run, in the order in which it is handed out: all that is selected, until it is
  // known.
  const std::vector<TestIndex>& order() const { return first_ ? *first_ : selection_; }

  // The collection of `worker`, or of the controller, is what all must have. True if plugins have
  // changed it.
  bool accept(const std::vector<TestIndex>& collection, std::string worker) {
    first_ = collection;
    first_worker_ = std::move(worker);
    return collection != selection_;
  }

  // What was accepted does not hold.
  void forget() { first_.reset(); }

  // How the collection of another worker differs from what was accepted, if it does.
  std::optional<std::string> difference(const std::vector<TestIndex>& collection,
                                        const std::string& worker) const {
    if (collection == order()) return std::nullopt;
    return describe_collection_difference(ids_of(order()), ids_of(collection), first_worker_,
                                          worker);
  }

  // The same of a worker that has registered, or selected, other tests: `ids` are its own.
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
