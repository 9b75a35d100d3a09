/// How a node learns that it should end: Ctrl-C, `kill`, a closed terminal.
#pragma once

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

namespace clipdex::nodes {

/// Takes SIGINT, SIGTERM and SIGHUP for as long as it lives (the last one not under nohup). One a
/// process, made before any other thread, so that every thread inherits the blocked signals.
///
/// The first signal asks to stop. `ros2 launch` may send another on top of the terminal's, so the
/// second does nothing more; the third ends the process at once, for whoever is stuck. Thread-safe.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool is_requested() const;

  /// Waits until a stop is requested, without using the processor.
  void wait() const;

  /// As `wait`, for at most `wait_max`. @return whether a stop is requested
  bool wait_for(std::chrono::milliseconds wait_max) const;

  /// Calls `call` once when a stop is requested, on a thread of its own, or at once on this one if
  /// it was requested before. Takes the place of the call named before; an empty one takes it away,
  /// and waits for one that is running. `call` must not throw, nor call this function.
  void on_stop(std::function<void()> call);

  /// Asks to stop, as a signal would.
  void request();

 private:
  void watch();

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool requested_ = false;
  std::mutex call_mutex_;  ///< held while the call runs; taken before `mutex_`
  std::function<void()> call_;
  sigset_t mask_before_{};
  int signals_ = -1;  ///< a signalfd
  int end_ = -1;      ///< an eventfd: the watching thread must end
  std::thread watcher_;
};

}  // namespace clipdex::nodes
