/// One thread on which everything that the room `dds` calls back runs, in order.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace clipdex::dds {

/// A queue of tasks and timers with its own thread. Every public function may be called from any
/// thread, the loop's own included. Tasks must not block for long: goals are answered from here.
/// The queue needs no maximum of its own: a reader posts no more tasks than its inbox has places
/// (endpoint.cpp), and everything else comes once a peer or a goal. What a task throws is logged as
/// a warning (base/log.hpp) and goes no further. A dropped task is destroyed without the loop's
/// lock held.
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using TimerId = std::uint64_t;

  EventLoop();
  ~EventLoop();  ///< as `stop`; never on the loop itself
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void post(std::function<void()> task);

  /// Runs a task once, not before `delay` has passed.
  TimerId post_after(Clock::duration delay, std::function<void()> task);

  /// The timer will not begin any more. Unknown ids, 0 among them, are no mistake.
  void cancel(TimerId id);

  /// Runs `task` on the loop and waits until it is done; on the loop itself, runs it at once. After
  /// `stop` it runs on the caller's thread, when the loop's has ended. What it throws reaches the
  /// caller. For state that only the loop may touch.
  void run_and_wait(const std::function<void()>& task);

  /// Drops what waits, lets the task that runs come to its end, and joins the thread. Further tasks
  /// are dropped. On the loop itself it only drops; the thread ends after the task that called.
  void stop();

 private:
  using Task = std::function<void()>;

  void run();
  Task next(std::unique_lock<std::mutex>& lock, bool& timers_first);
  bool is_on_loop() const noexcept { return std::this_thread::get_id() == thread_id_; }

  std::mutex mutex_;
  std::condition_variable woken_;     ///< there is something to do
  std::condition_variable finished_;  ///< a task of `run_and_wait`, or the thread
  std::deque<Task> tasks_;
  std::multimap<Clock::time_point, std::pair<TimerId, Task>> timers_;
  TimerId last_timer_ = 0;
  bool stopped_ = false;
  bool ended_ = false;  ///< no task runs, nor will
  std::mutex join_mutex_;
  std::thread thread_;  // Last but for its identity: it uses everything above.
  const std::thread::id thread_id_;
};

}  // namespace clipdex::dds
