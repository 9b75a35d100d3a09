#include "dds/event_loop.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <string>

#include "base/log.hpp"

namespace clipdex::dds {
namespace {

// Longer delays would overflow the clock; nobody waits for them anyway.
constexpr EventLoop::Clock::duration kDelayMax = std::chrono::hours(24 * 365);

void run_and_log_failure(const std::function<void()>& task) {
  const std::string failed = "a task of the event loop failed: ";
  try {
    task();
  } catch (const std::exception& error) {
    log_line(LogLevel::warning, failed + error.what());
  } catch (...) {
    log_line(LogLevel::warning, failed + "something was thrown that is no exception");
  }
}

}  // namespace

EventLoop::EventLoop() : thread_([this] { run(); }), thread_id_(thread_.get_id()) {}

EventLoop::~EventLoop() {
  assert(!is_on_loop() || ended_);
  stop();
}

void EventLoop::post(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  tasks_.push_back(std::move(task));
  woken_.notify_one();
}

EventLoop::TimerId EventLoop::post_after(Clock::duration delay, std::function<void()> task) {
  const Clock::time_point due = Clock::now() + std::min(delay, kDelayMax);
  const std::lock_guard lock(mutex_);
  const TimerId id = ++last_timer_;
  if (stopped_) return id;
  timers_.emplace(due, std::pair(id, std::move(task)));
  woken_.notify_one();
  return id;
}

void EventLoop::cancel(TimerId id) {
  decltype(timers_)::node_type cancelled;  // Destroyed after the lock is released.
  const std::lock_guard lock(mutex_);
  const auto timer = std::find_if(timers_.begin(), timers_.end(),
                                  [&](const auto& entry) { return entry.second.first == id; });
  if (timer != timers_.end()) cancelled = timers_.extract(timer);
}

void EventLoop::run_and_wait(const std::function<void()>& task) {
  if (is_on_loop()) return task();
  std::unique_lock lock(mutex_);
  bool done = false;
  std::exception_ptr failure;
  if (!stopped_) {
    // The references stay good: this function does not return before the task is done or the
    // loop has ended.
    tasks_.emplace_back([&] {
      std::exception_ptr thrown;
      try {
        task();
      } catch (...) {
        thrown = std::current_exception();
      }
      const std::lock_guard relock(mutex_);
      failure = std::move(thrown);
      done = true;
      finished_.notify_all();
    });
    woken_.notify_one();
  }
  finished_.wait(lock, [&] { return done || ended_; });
  lock.unlock();
  if (!done) return task();
  if (failure) std::rethrow_exception(failure);
}

void EventLoop::stop() {
  decltype(tasks_) dropped_tasks;
  decltype(timers_) dropped_timers;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped_tasks.swap(tasks_);
    dropped_timers.swap(timers_);
    woken_.notify_one();
  }
  if (is_on_loop()) return;
  const std::lock_guard lock(join_mutex_);
  if (thread_.joinable()) thread_.join();
}

void EventLoop::run() {
  std::unique_lock lock(mutex_);
  // A timer and a task take turns, so that neither starves the other.
  bool timers_first = true;
  while (!stopped_) {
    Task task = next(lock, timers_first);
    if (!task) continue;
    lock.unlock();
    run_and_log_failure(task);
    task = nullptr;  // Destroyed without the lock.
    lock.lock();
  }
  ended_ = true;
  finished_.notify_all();
}

EventLoop::Task EventLoop::next(std::unique_lock<std::mutex>& lock, bool& timers_first) {
  const bool is_due = !timers_.empty() && timers_.begin()->first <= Clock::now();
  Task task;
  if (is_due && (timers_first || tasks_.empty())) {
    task = std::move(timers_.extract(timers_.begin()).mapped().second);
    timers_first = false;
  } else if (!tasks_.empty()) {
    task = std::move(tasks_.front());
    tasks_.pop_front();
    timers_first = true;
  } else if (timers_.empty()) {
    woken_.wait(lock);
  } else {
    const Clock::time_point due = timers_.begin()->first;  // The timer may be gone meanwhile.
    woken_.wait_until(lock, due);
  }
  return task;
}

}  // namespace clipdex::dds
