// The values of once() in this process: makes them, finds them, and tears them down.
//
// Layer: process/once. It does not know the types of values: once.h does. A role says before main
// whether this process is a worker or a controller. Without a role it shares its values with no
// other process.
#ifndef GTEST_XDIST_PROCESS_ONCE_ONCE_VALUES_H_
#define GTEST_XDIST_PROCESS_ONCE_ONCE_VALUES_H_

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/text/text.h"
#include "gtest_xdist/core/value_map.h"
#include "gtest_xdist/process/exit_hook.h"
#include "gtest_xdist/process/files/file_lock.h"
#include "gtest_xdist/process/once/code_place.h"
#include "gtest_xdist/process/once/once_store.h"

namespace gtest_xdist {

// once() cannot give a value. what() is a text for a person, with the value's name.
class OnceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace internal {

class OnceValues;
class TempDirectory;

OnceValues& once_values();

// A process has one, but tests make more. Several threads may call the members.
class OnceValues {
 public:
  // A session's directory, and its path.
  using Directory = std::pair<std::shared_ptr<const TempDirectory>, std::string>;

  // An Encode gives the bytes of a value. A Keep takes the Encode of a value that has been made.
  using Encode = FunctionRef<std::string()>;
  using Keep = FunctionRef<void(Encode encode)>;

  using Fail = FunctionRef<void(const std::string& message)>;

  // A thread's turn: from the question whether a value exists, until it exists. Only one thread has
  // a turn at a time, whatever the value is: the values' locks are the kernel's, which does not
  // tell the threads of a process apart.
  class Turn {
   public:
    // Blocks while another thread has its turn. Throws OnceError if the name is empty, or if this
    // thread is making the same value already.
    Turn(OnceValues& values, const std::string& name) : values_(values) {
      if (name.empty()) throw OnceError("once(\"\"): the name of a value must not be empty");
      const bool is_nested = values.turn_of_ == std::this_thread::get_id();
      if (!is_nested) lock_ = std::unique_lock(values.turn_);
      std::vector<std::string>& making = values.making_;
      const auto same = std::find(making.begin(), making.end(), name);
      if (same != making.end()) {
        std::vector<std::string> circle(same, making.end());
        circle.push_back(name);
        throw OnceError(chain(circle));
      }
      values.turn_of_ = std::this_thread::get_id();
      making.push_back(name);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      values_.making_.pop_back();
      if (lock_) values_.turn_of_ = std::thread::id();
    }

   private:
    OnceValues& values_;
    std::unique_lock<std::mutex> lock_;
  };

  // --- who this process is -----------------------------------------------------------------------

  // In a worker: the values are in the session's directory, and the controller tears them down.
  void join(const std::string& session_directory) {
    place_ = [session_directory] { return Directory(nullptr, session_directory); };
    is_guest_ = true;
  }

  // In a controller: `make_directory` makes the directory of a session when it is first needed.
  void lead(std::function<Directory()> make_directory) { place_ = std::move(make_directory); }

  // In a controller: the session's directory, for its workers. They may use the values until
  // end_session(). Throws what `make_directory` throws.
  std::shared_ptr<const TempDirectory> share() {
    const std::lock_guard guard(turn_);
    is_shared_ = true;
    return directory().first;
  }

  // Calls `serve`, perhaps several times, if this program uses once() anywhere: now if that is
  // known, or as soon as it is. This is before main, or when a library is loaded. Null: calls
  // nothing.
  void observe_use(void (*serve)()) {
    serve_ = serve;
    if (is_used_ && serve_ != nullptr) serve_();
  }
  bool announce_use() {
    is_used_ = true;
    if (serve_ != nullptr) serve_();
    return true;
  }

  // Has `watch(true)` called before this process makes a value, and `watch(false)` after that. A
  // value that is made for another one is part of it.
  void observe_making(void (*watch)(bool begins)) { watch_ = watch; }

  // --- values ------------------------------------------------------------------------------------

  // The object that cache() has kept; null if there is none. `type` is the address of the TypeKey.
  const void* cached(const std::string& name, const void* type) const {
    const std::lock_guard guard(cache_mutex_);
    const auto found = cache_.find({name, type});
    return found == cache_.end() ? nullptr : found->second.get();
  }

  // Keeps the object as long as the process lives.
  const void* cache(const std::string& name, const void* type, std::shared_ptr<const void> object) {
    const std::lock_guard guard(cache_mutex_);
    return cache_.insert_or_assign({name, type}, std::move(object)).first->second.get();
  }

  // The bytes of the value, which another process may have made. If none has, calls `make(keep)`,
  // which calls `keep` or throws. Call this in a Turn. Blocks while another process makes the
  // value. Throws OnceError, and what `make` throws.
  std::string obtain(const std::string& name, const std::string& type,
                     FunctionRef<void(Keep keep)> make,
                     const FunctionRef<OnceTearDown()>* tear_down) {
    std::unique_ptr<FileLock> held;
    const std::optional<OnceRecord> record = attempt(name, [&] {
      need_store();
      held = lock(name);
      return store_->find(name);
    });
    if (record) {
      held.reset();  // others need not wait while this one reads
      if (record->type == type) return attempt(name, [&] { return store_->bytes(name); });
      throw OnceError(quoted(name) + " is " + with_article(record->type) + " and is asked for as " +
                      type);
    }
    std::string made;
    const Watched watched(making_.size() == 1 ? watch_ : nullptr);
    make([&](Encode encode) {
      attempt(name, [&] {
        made = encode();
        OnceTearDown place;
        if (tear_down != nullptr) place = (*tear_down)();
        store_->put(name, type, tear_down != nullptr ? &place : nullptr, made);
      });
    });
    return made;
  }

  // Calls `f`. If that throws a std::exception, throws an OnceError with the value's name.
  template <class F>
  static std::invoke_result_t<F> attempt(const std::string& name, F f) {
    try {
      return f();
    } catch (const OnceError&) {
      throw;
    } catch (const std::exception& error) {
      throw OnceError(quoted(name) + ": " + error.what());
    }
  }

  // Tears the session's values down, the last one first, and forgets them: a later once() makes
  // them again. Call this when no other process uses them any more. Calls `fail` for each error.
  // Does nothing in a worker, or in a fork of the process that has the values.
  void end_session(Fail fail) {
    is_shared_ = false;
    if (is_guest_ || (place_ && (directory_.second.empty() || owner_ != ::getpid()))) return;
    try {
      // Workers may have made values even if this process has used none.
      if (!store_ && place_ && OnceStore::exists(store_path())) need_store();
      while (const std::optional<OnceRecord> record = last()) {
        if (record->has_tear_down) tear_down(*record, fail);
        store_->erase(record->name);
      }
    } catch (const std::runtime_error& error) {
      fail(std::string("the values of once() cannot be torn down: ") + error.what());
    }
    store_.reset();
    directory_ = {};
    const std::lock_guard guard(cache_mutex_);
    for (auto& [name, object] : cache_) kept_.push_back(std::move(object));
    cache_.clear();
  }

 private:
  class Watched {
   public:
    explicit Watched(void (*watch)(bool begins)) : watch_(watch) {
      if (watch_ != nullptr) watch_(true);
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    ~Watched() {
      if (watch_ != nullptr) watch_(false);
    }

   private:
    void (*const watch_)(bool begins);
  };

  static std::string quoted(const std::string& name) { return "once(\"" + name + "\")"; }

  // "once("a") waits for once("b"), which waits for once("c")".
  static std::string chain(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
      text += (&name == &names.front() ? ""
               : &name == &names[1]    ? " waits for "
                                       : ", which waits for ") +
              quoted(name);
    }
    return text;
  }

  const Directory& directory() {
    if (directory_.second.empty()) {
      directory_ = place_();
      owner_ = ::getpid();
    }
    return directory_;
  }

  std::string store_path() { return directory().second + "/once"; }

  void need_store() {
    if (store_) return;
    if (place_) {
      store_.emplace(store_path());
    } else {
      store_.emplace();
    }
    if (!is_guest_ && !std::exchange(ends_at_exit_, true)) call_at_exit<&OnceValues::at_exit>();
  }

  std::unique_ptr<FileLock> lock(const std::string& name) const {
    try {
      return store_->lock(name);
    } catch (const Deadlock&) {
      throw OnceError(
          chain(making_) + ", which another process makes and which waits for " +
          (making_.size() == 2 ? quoted(making_[0]) : "one of these, directly or through others"));
    }
  }

  std::optional<OnceRecord> last() const { return store_ ? store_->last() : std::nullopt; }

  void tear_down(const OnceRecord& record, Fail fail) const {
    try {
      const auto run = reinterpret_cast<void (*)(Code, const std::string&)>(  //
          code_at(record.tear_down.run));
      run(code_at(record.tear_down.function), store_->bytes(record.name));
    } catch (...) {
      fail("the tear-down of " + quoted(record.name) + " failed: " + describe_current_exception());
    }
  }

  // Tears down the values that were made after the last RUN_ALL_TESTS, or in a process without one.
  // If workers may still use the values, the process ends in the middle of a session; then they
  // stay.
  static void at_exit(int) {
    OnceValues& values = once_values();
    if (values.is_shared_) return;
    bool failed = false;
    values.end_session([&](const std::string& message) {
      std::fflush(stdout);
      std::fprintf(stderr, "gtest-xdist: error: %s\n", message.c_str());
      failed = true;
    });
    if (!failed) return;
    std::fflush(nullptr);
    std::_Exit(EXIT_FAILURE);
  }

  std::function<Directory()> place_;  // makes or names the session's directory; none: memory
  bool is_guest_ = false;             // whether this is a worker
  bool is_shared_ = false;            // whether workers may use the values
  void (*serve_)() = nullptr;
  void (*watch_)(bool begins) = nullptr;
  bool is_used_ = false;
  bool ends_at_exit_ = false;

  std::mutex turn_;
  std::atomic<std::thread::id> turn_of_{};
  std::vector<std::string> making_;  // by the thread whose turn it is, the outermost first
  Directory directory_;              // of this session, once there is one
  ::pid_t owner_ = 0;                // the process that made it
  std::optional<OnceStore> store_;   // of this session, once it is needed

  mutable std::mutex cache_mutex_;
  std::map<std::pair<std::string, const void*>, std::shared_ptr<const void>> cache_;
  std::vector<std::shared_ptr<const void>> kept_;  // of sessions that have ended
};

// The values of this process. Never destroyed: static destructors may ask.
GTEST_XDIST_INTERNAL_SHARED inline OnceValues& once_values() {
  static OnceValues& own = *new OnceValues;
  return own;
}

}  // namespace internal
}  // namespace gtest_xdist

#endif  // GTEST_XDIST_PROCESS_ONCE_ONCE_VALUES_H_
