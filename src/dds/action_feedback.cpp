#include "dds/action_feedback.hpp"

namespace clipdex::dds {
namespace {

// How often `is_over` is asked.
constexpr std::chrono::milliseconds kSlice{10};

}  // namespace

bool FeedbackFlow::write(const Payload& payload, const std::function<bool()>& is_over) {
  const std::lock_guard lock(mutex_);
  if (unacknowledged_ >= kUnacknowledgedMax) wait(is_over);
  if (writer_->write(payload) == 0) return false;
  ++unacknowledged_;
  return true;
}

void FeedbackFlow::settle(const std::function<bool()>& is_over) {
  const std::lock_guard lock(mutex_);
  if (unacknowledged_ > 0) wait(is_over);
}

void FeedbackFlow::wait(const std::function<bool()>& is_over) {
  const auto deadline = std::chrono::steady_clock::now() + (stalled_ ? kStalledWaitMax : kWaitMax);
  while (!writer_->wait_for_acknowledgements(kSlice)) {
    if (is_over()) return;
    if (std::chrono::steady_clock::now() < deadline) continue;
    // Some reader is stuck. Count anew, so that the others get pauses to catch up in.
    stalled_ = true;
    unacknowledged_ = 0;
    return;
  }
  stalled_ = false;
  unacknowledged_ = 0;
}

}  // namespace clipdex::dds
