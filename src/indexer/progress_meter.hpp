/// Counting and timing of a run of indexing, and telling the caller about it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "clipdex/library.hpp"

namespace clipdex::indexer {

/// Sums CPU time of many threads, in nanoseconds.
using StageClock = std::atomic<std::int64_t>;

/// Adds the CPU time that its thread spends during its life to a clock. Time spent waiting does not
/// count.
class ThreadTimer {
 public:
  explicit ThreadTimer(StageClock& clock);
  ~ThreadTimer();
  ThreadTimer(const ThreadTimer&) = delete;
  ThreadTimer& operator=(const ThreadTimer&) = delete;

 private:
  StageClock& clock_;
  const std::int64_t began_ns_;
};

/// Keeps the numbers of one run. The clocks and counters may be used from any thread; `tell` and
/// `finish` belong to the thread that owns the report.
class ProgressMeter {
 public:
  static constexpr std::chrono::milliseconds kInterval{100};

  /// @param callback may be empty
  /// @param report   must outlive the meter; `finish` fills its times
  ProgressMeter(const ProgressCallback& callback, IndexReport& report);

  void count_file() { ++files_seen_; }
  void finish_counting() { counting_is_over_ = true; }

  StageClock& decode_clock() { return decode_ns_; }
  StageClock& encode_clock() { return encode_ns_; }
  StageClock& store_clock() { return store_ns_; }

  /// Calls the callback if `kInterval` has passed since the last time.
  void tell();

  /// The callback asked to stop at some time.
  bool stop_requested() const { return stop_requested_; }

  /// Calls the callback for the last time and writes the times into the report.
  void finish();

 private:
  void call(Stage stage);

  const ProgressCallback& callback_;
  IndexReport& report_;
  const std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point told_;
  std::chrono::steady_clock::time_point first_encoded_;
  std::uint64_t encoded_at_first_ = 0;
  std::atomic<std::uint64_t> files_seen_{0};
  std::atomic<bool> counting_is_over_{false};
  std::atomic<bool> stop_requested_{false};
  StageClock decode_ns_{0};
  StageClock encode_ns_{0};
  StageClock store_ns_{0};
};

}  // namespace clipdex::indexer
