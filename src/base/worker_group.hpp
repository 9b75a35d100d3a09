/// Threads that belong together: when one fails, all are told, and the failure reaches the owner.
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace clipdex {

/// The workers of a pipeline. The first exception that leaves a worker is kept, and `on_failure` is
/// called once, from that worker's thread, to release the others (by cancelling queues). Owned and
/// joined by one thread; the destructor joins.
class WorkerGroup {
 public:
  explicit WorkerGroup(std::function<void()> on_failure) : on_failure_(std::move(on_failure)) {}
  ~WorkerGroup() { join(); }
  WorkerGroup(const WorkerGroup&) = delete;
  WorkerGroup& operator=(const WorkerGroup&) = delete;

  /// Runs `work` on a thread of its own.
  void start(std::function<void()> work) {
    threads_.emplace_back([this, work = std::move(work)] {
      try {
        work();
      } catch (...) {
        fail(std::current_exception());
      }
    });
  }

  /// Waits for every worker to end.
  void join() {
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  /// Waits for every worker to end; rethrows the first failure, if there was one.
  void join_and_rethrow() {
    join();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void fail(std::exception_ptr failure) {
    std::lock_guard lock(mutex_);
    if (failure_) return;
    failure_ = std::move(failure);
    on_failure_();
  }

  const std::function<void()> on_failure_;
  std::mutex mutex_;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace clipdex
