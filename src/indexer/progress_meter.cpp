#include "indexer/progress_meter.hpp"

#include <ctime>

namespace clipdex::indexer {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

std::int64_t thread_cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

ThreadTimer::ThreadTimer(StageClock& clock) : clock_(clock), began_ns_(thread_cpu_ns()) {}

ThreadTimer::~ThreadTimer() { clock_ += thread_cpu_ns() - began_ns_; }

ProgressMeter::ProgressMeter(const ProgressCallback& callback, IndexReport& report)
    : callback_(callback),
      report_(report),
      began_(std::chrono::steady_clock::now()),
      told_(began_),
      first_encoded_(began_) {}

void ProgressMeter::tell() {
  const auto now = std::chrono::steady_clock::now();
  if (encoded_at_first_ == 0 && report_.encoded > 0) {
    encoded_at_first_ = report_.encoded;
    first_encoded_ = now;
  }
  if (now - told_ < kInterval) return;
  told_ = now;
  call(counting_is_over_ ? Stage::store : Stage::scan);
}

void ProgressMeter::finish() {
  call(Stage::finish);
  report_.stopped = stop_requested_;
  report_.elapsed_s = seconds_between(began_, std::chrono::steady_clock::now());
  report_.decode_s = static_cast<double>(decode_ns_) / kNanosecondsPerSecond;
  report_.encode_s = static_cast<double>(encode_ns_) / kNanosecondsPerSecond;
  report_.store_s = static_cast<double>(store_ns_) / kNanosecondsPerSecond;
}

void ProgressMeter::call(Stage stage) {
  if (!callback_) return;
  const double since_first = seconds_between(first_encoded_, std::chrono::steady_clock::now());
  const auto encoded = static_cast<double>(report_.encoded - encoded_at_first_);
  Progress progress;
  progress.stage = stage;
  progress.done = report_.added + report_.changed + report_.moved + report_.copied +
                  report_.unchanged + report_.failed + report_.not_images;
  progress.total_is_final = counting_is_over_;  // Asked first: what it promises is the total below.
  progress.total = files_seen_;
  progress.failed = report_.failed;
  progress.encoded_per_second = since_first > 0 ? encoded / since_first : 0;
  if (callback_(progress) == ProgressReply::stop && stage != Stage::finish) stop_requested_ = true;
}

}  // namespace clipdex::indexer
