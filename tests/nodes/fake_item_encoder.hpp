/// An encoder without a model, which does as it is told.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nodes/item_encoder.hpp"

namespace clipdex::test {

/// Thread-safe. The vector of an item is its length and a 1.
class FakeItemEncoder final : public nodes::ItemEncoder {
 public:
  explicit FakeItemEncoder(Kind kind = Kind::image, std::size_t batch = 2)
      : kind_(kind), batch_(batch) {}

  std::map<std::string, Error> errors;  ///< items that have no vector; set before the first call
  std::map<std::string, Error> throws;  ///< items on which the whole call fails; likewise

  Kind kind() const override { return kind_; }
  const ModelIdentity& identity() const override { return identity_; }
  std::size_t batch_best() const override { return batch_; }

  std::vector<Result<Embedding>> encode(std::span<const std::string> items) override {
    std::unique_lock lock(mutex_);
    for (const std::string& item : items) {
      begun_.push_back(item);
      changed_.notify_all();
      changed_.wait(lock, [&] { return !held_.contains(item); });
    }
    std::vector<Result<Embedding>> results;
    for (const std::string& item : items) {
      if (const auto found = throws.find(item); found != throws.end()) {
        throw Exception(found->second);
      }
      if (const auto found = errors.find(item); found != errors.end()) {
        results.emplace_back(found->second);
      } else {
        results.emplace_back(Embedding{static_cast<float>(item.size()), 1});
      }
    }
    return results;
  }

  /// Whoever encodes this item stops there until it is released.
  void hold(const std::string& item) {
    const std::lock_guard lock(mutex_);
    held_.insert(item);
  }
  void release(const std::string& item) {
    const std::lock_guard lock(mutex_);
    held_.erase(item);
    changed_.notify_all();
  }

  /// Waits until someone has begun to encode the item.
  void wait_for(const std::string& item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return std::find(begun_.begin(), begun_.end(), item) != begun_.end(); });
  }

  /// The items that were begun so far, in order.
  std::vector<std::string> begun() const {
    const std::lock_guard lock(mutex_);
    return begun_;
  }

 private:
  const Kind kind_;
  const std::size_t batch_;
  const ModelIdentity identity_{std::string(64, 'c'), 2};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> held_;
  std::vector<std::string> begun_;
};

}  // namespace clipdex::test
