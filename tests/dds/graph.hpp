/// A ROS graph of their own for the tests of the room `dds`, and ways to wait for what happens in
/// it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dds/context.hpp"

namespace clipdex::test {

/// Longer than anything takes on a machine that is busy with other tests; only a test that fails
/// waits as long.
inline constexpr std::chrono::seconds kPatience{60};

/// A domain that this process has for itself, on the loopback interface.
dds::ContextOptions own_domain();

/// Waits until a condition holds. @return whether it does
template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

/// What callbacks have been given, in order. Thread-safe.
template <class T>
class Collected {
 public:
  void put(T value) {
    const std::lock_guard lock(mutex_);
    values_.push_back(std::move(value));
    changed_.notify_all();
  }

  std::vector<T> all() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }
  std::size_t size() const { return all().size(); }

  /// All values, as soon as there are `count`; fewer if they do not come.
  std::vector<T> wait_for(std::size_t count, std::chrono::seconds patience = kPatience) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return values_.size() >= count; });
    return values_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<T> values_;
};

}  // namespace clipdex::test
