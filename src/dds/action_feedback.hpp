/// How an action server sends feedback faster than its readers may be, without losing any.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "dds/endpoint.hpp"

namespace clipdex::dds {

/// Writes samples so that never more than `kUnacknowledgedMax` are on their way: ROS's default
/// depth is 10, and a reader that waits for a lost sample drops what comes on top of 10 others.
///
/// A reader that stops to acknowledge holds the writer up once, for `kWaitMax`; from then on each
/// wait takes `kStalledWaitMax` at most, until everything is acknowledged again or that reader is
/// gone. Thread-safe.
class FeedbackFlow {
 public:
  static constexpr int kUnacknowledgedMax = 8;
  static constexpr std::chrono::milliseconds kWaitMax{1000};
  static constexpr std::chrono::milliseconds kStalledWaitMax{20};

  explicit FeedbackFlow(std::unique_ptr<RawWriter> writer) : writer_(std::move(writer)) {}

  /// Sends one sample, after waiting where it must.
  /// @param is_over asked at short intervals while waiting; `true` ends the wait
  /// @return whether the sample was handed to DDS
  bool write(const Payload& payload, const std::function<bool()>& is_over);

  /// Waits until all that was written is acknowledged, no longer than `write` would. For what must
  /// reach the readers after the feedback.
  void settle(const std::function<bool()>& is_over);

 private:
  void wait(const std::function<bool()>& is_over);

  std::mutex mutex_;
  std::unique_ptr<RawWriter> writer_;
  int unacknowledged_ = 0;  ///< at most; what was written since everything was acknowledged
  bool stalled_ = false;
};

}  // namespace clipdex::dds
