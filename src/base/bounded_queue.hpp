/// A queue between two stages of a pipeline: it has a name and a maximum, and whoever is too fast
/// waits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace clipdex {

/// A bounded first-in first-out queue for any number of producers and consumers.
///
/// Its life: items are pushed; `close` says that no more will come, and consumers drain what is
/// left; or `cancel` drops what is left and releases everyone at once, which is how a failing stage
/// stops its neighbours. Every member function may be called from any thread.
template <class T>
class BoundedQueue {
 public:
  /// @param name      what the queue carries, for messages and debuggers, such as "decoded images"
  /// @param items_max how many items may wait; at least 1
  BoundedQueue(std::string name, std::size_t items_max)
      : name_(std::move(name)), items_max_(items_max == 0 ? 1 : items_max) {}

  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  /// Appends an item; waits while the queue is full.
  /// @return false, with the item dropped, when the queue was closed or cancelled.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [&] { return closed_ || items_.size() < items_max_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    has_items_.notify_one();
    return true;
  }

  /// Takes the oldest item; waits while the queue is empty and open.
  /// @return nothing once the queue is closed and drained, or cancelled.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    has_items_.wait(lock, [&] { return closed_ || !items_.empty(); });
    return take_front();
  }

  /// As `pop`, but gives up after `wait_max`; `is_drained` tells the two kinds of nothing apart.
  std::optional<T> pop_for(std::chrono::milliseconds wait_max) {
    std::unique_lock lock(mutex_);
    has_items_.wait_for(lock, wait_max, [&] { return closed_ || !items_.empty(); });
    return take_front();
  }

  /// Whether the queue is closed and empty: nothing will ever come out again.
  bool is_drained() {
    std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }

  /// Takes the oldest item if there is one now; never waits for one.
  std::optional<T> try_pop() {
    std::unique_lock lock(mutex_);
    return take_front();
  }

  /// No more items will come. Waiting producers give up; consumers drain the rest.
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    has_items_.notify_all();
    has_room_.notify_all();
  }

  /// Closes the queue and drops what waits in it.
  void cancel() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    items_.clear();
    has_items_.notify_all();
    has_room_.notify_all();
  }

  const std::string& name() const noexcept { return name_; }
  std::size_t items_max() const noexcept { return items_max_; }

 private:
  std::optional<T> take_front() {  // The caller holds mutex_.
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    has_room_.notify_one();
    return item;
  }

  const std::string name_;
  const std::size_t items_max_;
  std::mutex mutex_;
  std::condition_variable has_items_;
  std::condition_variable has_room_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace clipdex
