// The registered plugins, and the order in which each hook calls them.
//
// Layer: hooks (standard library only). Not safe for several threads.
#ifndef GTEST_XDIST_HOOKS_PLUGIN_MANAGER_H_
#define GTEST_XDIST_HOOKS_PLUGIN_MANAGER_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/core/build/same_build.h"  // a plugin in a file of another build would be lost
#include "gtest_xdist/hooks/hook.h"
#include "gtest_xdist/hooks/plugin.h"

namespace gtest_xdist {

namespace internal {

// One plugin's implementation of one hook.
struct Implementation {
  std::shared_ptr<Plugin> plugin;
  std::string name;
  Order order = Order::normal;
};

// In the order of calling. Never changed: a call that is under way keeps its own.
using Implementations = std::shared_ptr<const std::vector<Implementation>>;

}  // namespace internal

class PluginManager {
 public:
  // Adds a plugin. If the name is blocked, it adds nothing and returns false. Throws
  // std::invalid_argument if the name is empty or taken, or the plugin is null or registered
  // already. A plugin that is registered before RUN_ALL_TESTS() sees the whole session. A plugin
  // that is registered later sees the rest of it; in a serial run, only if another plugin was
  // registered before RUN_ALL_TESTS().
  bool register_plugin(std::shared_ptr<Plugin> plugin, const std::string& name) {
    if (!plugin) throw std::invalid_argument("plugin '" + name + "' is a null pointer");
    if (name.empty()) throw std::invalid_argument("a plugin needs a name");
    if (is_blocked(name)) return false;
    if (get_plugin(name)) {
      throw std::invalid_argument("a plugin named '" + name + "' is registered already");
    }
    for (const Registered& other : plugins_) {
      if (other.plugin == plugin) {
        throw std::invalid_argument("plugin '" + name + "' is registered already, as '" +
                                    other.name + "'");
      }
    }
    Registered registered{std::move(plugin), name, {}};
    for (std::size_t i = 0; i < kHookCount; ++i) {
      registered.orders[i] = registered.plugin->order(static_cast<Hook>(i));
    }
    plugins_.push_back(registered);
    forget_order();
    const Observer observer = observer_;  // it may end its own observation
    if (observer) observer(registered.plugin, name);
    return true;
  }

  // Removes a plugin and returns it; null if there is none of that name. A call that has begun
  // still reaches it.
  std::shared_ptr<Plugin> unregister(const std::string& name) {
    const auto it = find(name);
    if (it == plugins_.end()) return nullptr;
    std::shared_ptr<Plugin> plugin = it->plugin;
    plugins_.erase(it);
    forget_order();
    return plugin;
  }

  // Null if there is none of that name.
  std::shared_ptr<Plugin> get_plugin(const std::string& name) const {
    const auto it = std::find_if(plugins_.begin(), plugins_.end(),
                                 [&](const Registered& other) { return other.name == name; });
    return it == plugins_.end() ? nullptr : it->plugin;
  }

  // Removes the plugin of that name, if there is one. register_plugin() then refuses the name.
  void block(const std::string& name) {
    unregister(name);
    blocked_.insert(name);
  }

  bool is_blocked(const std::string& name) const { return blocked_.count(name) != 0; }

  bool empty() const { return plugins_.empty(); }

  // In the order of registration.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Registered& plugin : plugins_) names.push_back(plugin.name);
    return names;
  }

  // --- for the session ---------------------------------------------------------------------------

  internal::Implementations implementations(Hook hook) const {
    internal::Implementations& known = implementations_[static_cast<std::size_t>(hook)];
    if (!known) known = in_order(hook);
    return known;
  }

  // Calls `observer` for every plugin that is registered from now on, right after that. Null: none.
  using Observer = std::function<void(const std::shared_ptr<Plugin>&, const std::string& name)>;
  void observe_registration(Observer observer) { observer_ = std::move(observer); }

 private:
  struct Registered {
    std::shared_ptr<Plugin> plugin;
    std::string name;
    std::array<Order, kHookCount> orders;
  };

  std::vector<Registered>::iterator find(const std::string& name) {
    return std::find_if(plugins_.begin(), plugins_.end(),
                        [&](const Registered& plugin) { return plugin.name == name; });
  }

  internal::Implementations in_order(Hook hook) const {
    auto ordered = std::make_shared<std::vector<internal::Implementation>>();
    for (const Order order : internal::kOrders) {
      const bool first_comes_first = order == Order::wrapper_trylast || order == Order::trylast;
      for (std::size_t i = 0; i < plugins_.size(); ++i) {
        const Registered& plugin = plugins_[first_comes_first ? i : plugins_.size() - 1 - i];
        if (plugin.orders[static_cast<std::size_t>(hook)] != order) continue;
        ordered->push_back({plugin.plugin, plugin.name, order});
      }
    }
    return ordered;
  }

  void forget_order() { implementations_ = {}; }

  std::vector<Registered> plugins_;  // in the order of registration
  std::set<std::string> blocked_;
  Observer observer_;
  mutable std::array<internal::Implementations, kHookCount>
      implementations_;  // made when asked for
};

// The plugins of this process.
GTEST_XDIST_INTERNAL_SHARED inline PluginManager& plugins() {
  static PluginManager manager;
  return manager;
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_HOOKS_PLUGIN_MANAGER_H_
