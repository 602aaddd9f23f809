#include "gtest_xdist/hooks/plugin_manager.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/plugin.h"

#include "support/thrown.h"

namespace gtest_xdist {
namespace {

using Names = std::vector<std::string>;

class Ordered : public Plugin {
 public:
  explicit Ordered(std::function<Order(Hook)> order) : order_(std::move(order)) {}
  Order order(Hook hook) const override { return order_(hook); }

 private:
  std::function<Order(Hook)> order_;
};

std::shared_ptr<Plugin> plain() { return std::make_shared<Plugin>(); }
std::shared_ptr<Plugin> ordered(Order order) {
  return std::make_shared<Ordered>([order](Hook) { return order; });
}

// The names of the plugins in the order in which they are called, put together.
std::string calls(const internal::Implementations& implementations) {
  std::string text;
  for (const internal::Implementation& implementation : *implementations) {
    text += implementation.name;
  }
  return text;
}
std::string calls(const PluginManager& manager, Hook hook = Hook::sessionfinish) {
  return calls(manager.implementations(hook));
}

void add(PluginManager& manager, const Names& names) {
  for (const std::string& name : names) EXPECT_TRUE(manager.register_plugin(plain(), name));
}

std::string refusal(PluginManager& manager, std::shared_ptr<Plugin> plugin,
                    const std::string& name) {
  return text_of_thrown<std::invalid_argument>(
      [&] { manager.register_plugin(std::move(plugin), name); });
}

// T, W, L: wrapper_tryfirst, wrapper, wrapper_trylast; t, n, l: tryfirst, normal, trylast.
Order order_of(char letter) {
  switch (letter) {
    case 'T':
      return Order::wrapper_tryfirst;
    case 'W':
      return Order::wrapper;
    case 'L':
      return Order::wrapper_trylast;
    case 't':
      return Order::tryfirst;
    case 'l':
      return Order::trylast;
    default:
      return Order::normal;
  }
}

// `registered` has a letter for each plugin, see order_of(); the first is named "a", the second
// "b"… `called` is what pluggy 1.0.0 does with hookwrapper, tryfirst and trylast.
TEST(PluginManager, CallsInTheOrderOfPluggy) {
  struct Row {
    const char* registered;
    const char* called;
  };
  const Row pairs[] = {
      {"TT", "ba"}, {"TW", "ab"}, {"TL", "ab"}, {"Tt", "ab"}, {"Tn", "ab"}, {"Tl", "ab"},
      {"WT", "ba"}, {"WW", "ba"}, {"WL", "ab"}, {"Wt", "ab"}, {"Wn", "ab"}, {"Wl", "ab"},
      {"LT", "ba"}, {"LW", "ba"}, {"LL", "ab"}, {"Lt", "ab"}, {"Ln", "ab"}, {"Ll", "ab"},
      {"tT", "ba"}, {"tW", "ba"}, {"tL", "ba"}, {"tt", "ba"}, {"tn", "ab"}, {"tl", "ab"},
      {"nT", "ba"}, {"nW", "ba"}, {"nL", "ba"}, {"nt", "ba"}, {"nn", "ba"}, {"nl", "ab"},
      {"lT", "ba"}, {"lW", "ba"}, {"lL", "ba"}, {"lt", "ba"}, {"ln", "ba"}, {"ll", "ab"},
  };
  const Row many[] = {
      {"nnnnn", "edcba"},
      {"TTTTT", "edcba"},
      {"WWWWW", "edcba"},
      {"LLLLL", "abcde"},
      {"ttttt", "edcba"},
      {"lllll", "abcde"},
      {"TWLtnl", "abcdef"},
      {"lntLWT", "fedcba"},
      {"TTWWLLttnnll", "badcefhgjikl"},
      {"llnnttLLWWTT", "lkjighfedcab"},
      {"TWLtnlTWLtnl", "gahbcijdkefl"},
      {"lntLWTlntLWT", "lfkedjichbag"},
      {"lTntWLltTWWnLTtltlLWLTnn", "vnibtkjefmsuqohdxwlcagpr"},
      {"tlLtntlnWlTnLLTlWTtWTnLW", "urokxtqicmnwsfdavlhebgjp"},
      {"nLLTlWtnnnLtWlTWtTWTLltl", "trodspmfbckuwqlgjihaenvx"},
      {"LltlnnWWTTWLlTTWltLtLntn", "onjipkhgalsuwtrcxvfebdmq"},
      {"TlWLntlTWtnnWlTtnLlLLTtW", "vohaxmicdrtuwpjfqlkebgns"},
      {"TLlnltlnWTLnLLTWntTWttWl", "sojawtpibkmnvurfqlhdcegx"},
      {"TllLWWnLnTttTtnLWlLnWTtl", "vmjauqfedhpswnlktoigbcrx"},
      {"LltlltLtTWnWLTTtTlLWWnnn", "qoniutljagmsphfcxwvkbder"},
  };
  const auto check = [](const Row& row) {
    PluginManager manager;
    char name = 'a';
    for (const char letter : std::string(row.registered)) {
      manager.register_plugin(ordered(order_of(letter)), std::string(1, name++));
    }
    EXPECT_EQ(calls(manager), row.called) << row.registered;
  };
  for (const Row& row : pairs) check(row);
  for (const Row& row : many) check(row);
}

TEST(PluginManager, EachHookHasAnOrderOfItsOwn) {
  PluginManager manager;
  manager.register_plugin(std::make_shared<Ordered>([](Hook hook) {
                            return hook == Hook::configure ? Order::tryfirst : Order::normal;
                          }),
                          "a");
  add(manager, {"b"});
  for (std::size_t i = 0; i < kHookCount; ++i) {
    const auto hook = static_cast<Hook>(i);
    EXPECT_EQ(calls(manager, hook), hook == Hook::configure ? "ab" : "ba") << name_of(hook);
  }
}

TEST(PluginManager, AsksForTheOrderOnce) {
  PluginManager manager;
  std::vector<Hook> asked;
  Order order = Order::tryfirst;
  manager.register_plugin(std::make_shared<Ordered>([&](Hook hook) {
                            asked.push_back(hook);
                            return order;
                          }),
                          "a");
  ASSERT_EQ(asked.size(), kHookCount);
  for (std::size_t i = 0; i < kHookCount; ++i) EXPECT_EQ(asked[i], static_cast<Hook>(i));

  order = Order::trylast;
  add(manager, {"b"});
  EXPECT_EQ(calls(manager), "ab");
  EXPECT_EQ(asked.size(), kHookCount);
}

TEST(PluginManager, KnowsItsPlugins) {
  PluginManager manager;
  EXPECT_TRUE(manager.empty());
  EXPECT_EQ(manager.names(), Names{});
  EXPECT_EQ(manager.get_plugin("a"), nullptr);
  EXPECT_EQ(calls(manager), "");

  const auto first = plain();
  const auto second = plain();
  EXPECT_TRUE(manager.register_plugin(first, "b"));
  EXPECT_TRUE(manager.register_plugin(second, "a"));
  EXPECT_FALSE(manager.empty());
  EXPECT_EQ(manager.names(), (Names{"b", "a"}));
  EXPECT_EQ(manager.get_plugin("b"), first);
  EXPECT_EQ(manager.get_plugin("a"), second);
  EXPECT_EQ(manager.get_plugin("A"), nullptr);
  EXPECT_EQ(calls(manager), "ab");
  EXPECT_EQ(manager.implementations(Hook::configure)->front().plugin, second);
}

TEST(PluginManager, RefusesWhatIsNoPluginOrAlreadyThere) {
  PluginManager manager;
  const auto plugin = plain();
  manager.register_plugin(plugin, "a");
  EXPECT_EQ(refusal(manager, nullptr, "b"), "plugin 'b' is a null pointer");
  EXPECT_EQ(refusal(manager, plain(), ""), "a plugin needs a name");
  EXPECT_EQ(refusal(manager, plain(), "a"), "a plugin named 'a' is registered already");
  EXPECT_EQ(refusal(manager, plugin, "b"), "plugin 'b' is registered already, as 'a'");
  EXPECT_EQ(manager.names(), Names{"a"});
  EXPECT_EQ(calls(manager), "a");
}

TEST(PluginManager, IsAsItWasIfAPluginCannotSayItsOrder) {
  PluginManager manager;
  add(manager, {"a"});
  const auto plugin = std::make_shared<Ordered>([](Hook hook) {
    if (hook == Hook::internalerror) throw std::runtime_error("boom");
    return Order::normal;
  });
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { manager.register_plugin(plugin, "b"); }),
            "boom");
  EXPECT_EQ(manager.names(), Names{"a"});
  EXPECT_EQ(calls(manager), "a");
}

TEST(PluginManager, GivesAPluginBackThatIsUnregistered) {
  PluginManager manager;
  const auto plugin = ordered(Order::tryfirst);
  manager.register_plugin(plugin, "a");
  add(manager, {"b", "c"});
  EXPECT_EQ(calls(manager), "acb");
  EXPECT_EQ(manager.unregister("d"), nullptr);
  EXPECT_EQ(manager.unregister("a"), plugin);
  EXPECT_EQ(manager.names(), (Names{"b", "c"}));
  EXPECT_EQ(calls(manager), "cb");
  EXPECT_EQ(manager.unregister("a"), nullptr);
}

TEST(PluginManager, APluginMayComeBackAndIsTheLastThen) {
  PluginManager manager;
  add(manager, {"a", "b"});
  EXPECT_EQ(calls(manager), "ba");
  EXPECT_TRUE(manager.register_plugin(manager.unregister("a"), "a"));
  EXPECT_EQ(calls(manager), "ab");
  EXPECT_TRUE(manager.register_plugin(manager.unregister("b"), "c"));  // by another name
  EXPECT_EQ(calls(manager), "ca");
}

TEST(PluginManager, OwnsPluginsUntilTheyAreUnregistered) {
  PluginManager manager;
  auto plugin = plain();
  const std::weak_ptr<Plugin> watched = plugin;
  manager.register_plugin(std::move(plugin), "a");
  EXPECT_EQ(calls(manager), "a");
  EXPECT_FALSE(watched.expired());
  manager.unregister("a");
  EXPECT_TRUE(watched.expired());
}

TEST(PluginManager, ABlockedNameIsNotRegistered) {
  PluginManager manager;
  std::size_t told = 0;
  manager.observe_registration([&](const auto&, const auto&) { ++told; });
  EXPECT_FALSE(manager.is_blocked("a"));
  manager.block("a");
  manager.block("a");
  EXPECT_TRUE(manager.is_blocked("a"));
  EXPECT_FALSE(manager.register_plugin(plain(), "a"));
  EXPECT_TRUE(manager.empty());
  EXPECT_EQ(calls(manager), "");
  EXPECT_EQ(told, 0U);
  EXPECT_TRUE(manager.register_plugin(plain(), "b"));
}

TEST(PluginManager, BlockingRemovesWhatIsThere) {
  PluginManager manager;
  add(manager, {"a", "b"});
  const auto plugin = manager.get_plugin("a");
  manager.block("a");
  EXPECT_EQ(manager.names(), Names{"b"});
  EXPECT_EQ(calls(manager), "b");
  EXPECT_EQ(manager.unregister("a"), nullptr);
  EXPECT_FALSE(manager.register_plugin(plugin, "a"));
  EXPECT_TRUE(manager.register_plugin(plugin, "c"));
}

TEST(PluginManager, ImplementationsDoNotChangeUnderTheirReader) {
  PluginManager manager;
  add(manager, {"a", "b"});
  const internal::Implementations before = manager.implementations(Hook::sessionfinish);
  manager.unregister("a");
  add(manager, {"c"});
  EXPECT_EQ(calls(before), "ba");
  EXPECT_EQ(calls(manager), "cb");
}

TEST(PluginManager, TellsOfRegistrations) {
  PluginManager manager;
  add(manager, {"early"});
  std::string told;
  manager.observe_registration([&](const std::shared_ptr<Plugin>& plugin, const std::string& name) {
    told += name + (manager.get_plugin(name) == plugin ? " is there, " : " is not there, ");
    if (name == "a") add(manager, {"from within"});
  });
  add(manager, {"a"});
  refusal(manager, plain(), "a");
  manager.unregister("a");
  EXPECT_EQ(told, "a is there, from within is there, ");
  manager.observe_registration(nullptr);
  add(manager, {"late"});
  EXPECT_EQ(told, "a is there, from within is there, ");
}

struct WithSemicolon : Plugin {};
struct Without : Plugin {};
GTEST_XDIST_PLUGIN(WithSemicolon);
GTEST_XDIST_PLUGIN(Without)

TEST(RegistrationBeforeMain, IsByTheNameOfTheClass) {
  EXPECT_EQ(plugins().names(), (Names{"WithSemicolon", "Without"}));
  EXPECT_NE(dynamic_cast<WithSemicolon*>(plugins().get_plugin("WithSemicolon").get()), nullptr);
  EXPECT_NE(dynamic_cast<Without*>(plugins().get_plugin("Without").get()), nullptr);
}

struct Boom : Plugin {
  Boom() { throw std::runtime_error("boom"); }
};
struct Odd : Plugin {
  Odd() { throw 42; }
};

TEST(RegistrationBeforeMainDeathTest, EndsTheProcessIfItFails) {
  EXPECT_EXIT(internal::register_before_main<Boom>("Boom"), testing::ExitedWithCode(2),
              "^gtest-xdist: error: GTEST_XDIST_PLUGIN\\(Boom\\): boom\n$");
  EXPECT_EXIT(internal::register_before_main<Odd>("Odd"), testing::ExitedWithCode(2),
              "^gtest-xdist: error: GTEST_XDIST_PLUGIN\\(Odd\\): "
              "an exception that is no std::exception\n$");
  EXPECT_EXIT(internal::register_before_main<Without>("Without"), testing::ExitedWithCode(2),
              "^gtest-xdist: error: GTEST_XDIST_PLUGIN\\(Without\\): "
              "a plugin named 'Without' is registered already\n$");
}

}  // namespace
}  // namespace gtest_xdist
