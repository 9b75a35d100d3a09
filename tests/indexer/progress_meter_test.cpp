#include "indexer/progress_meter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace clipdex::indexer {
namespace {

using ::testing::SizeIs;

class ProgressMeterTest : public ::testing::Test {
 protected:
  /// Keeps asking until the interval has passed and the callback was called.
  Progress wait_for_call() {
    const std::size_t before = told_.size();
    while (told_.size() == before) meter_.tell();
    return told_.back();
  }

  ProgressReply reply_ = ProgressReply::go_on;
  std::vector<Progress> told_;
  const ProgressCallback callback_ = [this](const Progress& progress) {
    told_.push_back(progress);
    return reply_;
  };
  IndexReport report_;
  ProgressMeter meter_{callback_, report_};
};

TEST_F(ProgressMeterTest, TellsHowManyFilesAreDoneOfThoseSeenSoFar) {
  for (int i = 0; i < 100; ++i) meter_.count_file();
  report_.added = 1;
  report_.changed = 2;
  report_.moved = 3;
  report_.copied = 4;
  report_.unchanged = 5;
  report_.failed = 6;
  report_.not_images = 7;
  report_.removed = 1000;        // Not among the files that were seen.
  report_.failed_before = 1000;  // Part of those unchanged.
  const Progress progress = wait_for_call();
  EXPECT_EQ(progress.done, 28u);
  EXPECT_EQ(progress.total, 100u);
  EXPECT_EQ(progress.failed, 6u);
}

TEST_F(ProgressMeterTest, TheTotalIsFinalOnceTheScanIsOver) {
  meter_.count_file();
  Progress progress = wait_for_call();
  EXPECT_EQ(progress.stage, Stage::scan);
  EXPECT_FALSE(progress.total_is_final);
  meter_.count_file();
  meter_.finish_counting();
  progress = wait_for_call();
  EXPECT_EQ(progress.stage, Stage::store);
  EXPECT_TRUE(progress.total_is_final);
  EXPECT_EQ(progress.total, 2u);
}

TEST_F(ProgressMeterTest, DoesNotCallMoreOftenThanItsInterval) {
  const auto begin = std::chrono::steady_clock::now();
  wait_for_call();
  wait_for_call();
  const auto passed = std::chrono::steady_clock::now() - begin;
  EXPECT_LE((told_.size() - 1) * ProgressMeter::kInterval, passed);
}

TEST_F(ProgressMeterTest, TheRateIsZeroBeforeTheFirstImageAndCountsFromThere) {
  EXPECT_EQ(wait_for_call().encoded_per_second, 0);
  report_.encoded = 5;
  meter_.tell();
  EXPECT_EQ(wait_for_call().encoded_per_second, 0) << "none since the first ones were seen";
  report_.encoded = 6;
  EXPECT_GT(wait_for_call().encoded_per_second, 0);
}

TEST_F(ProgressMeterTest, RemembersThatTheCallbackAskedToStop) {
  wait_for_call();
  EXPECT_FALSE(meter_.stop_requested());
  reply_ = ProgressReply::stop;
  wait_for_call();
  EXPECT_TRUE(meter_.stop_requested());
  reply_ = ProgressReply::go_on;
  wait_for_call();
  EXPECT_TRUE(meter_.stop_requested()) << "once asked, it stays";
  meter_.finish();
  EXPECT_TRUE(report_.stopped);
}

TEST_F(ProgressMeterTest, FinishCallsAtOnceAndThereIsNothingLeftToStop) {
  reply_ = ProgressReply::stop;
  report_.added = 3;
  for (int i = 0; i < 3; ++i) meter_.count_file();
  meter_.finish_counting();
  meter_.finish();
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_[0].stage, Stage::finish);
  EXPECT_EQ(told_[0].done, 3u);
  EXPECT_EQ(told_[0].total, 3u);
  EXPECT_FALSE(report_.stopped);
}

TEST_F(ProgressMeterTest, TheClocksBecomeSecondsOfTheReport) {
  meter_.decode_clock() += 1'500'000'000;
  meter_.encode_clock() += 2'000'000'000;
  meter_.store_clock() += 250'000'000;
  meter_.finish();
  EXPECT_DOUBLE_EQ(report_.decode_s, 1.5);
  EXPECT_DOUBLE_EQ(report_.encode_s, 2);
  EXPECT_DOUBLE_EQ(report_.store_s, 0.25);
  EXPECT_GT(report_.elapsed_s, 0);
}

TEST(ProgressMeter, WorksWithoutACallback) {
  const ProgressCallback none;
  IndexReport report;
  ProgressMeter meter(none, report);
  meter.tell();
  meter.finish();
  EXPECT_FALSE(meter.stop_requested());
  EXPECT_GT(report.elapsed_s, 0);
}

TEST(ThreadTimer, AddsTheTimeItsThreadWorked) {
  StageClock clock{5};
  {
    const ThreadTimer timer(clock);
    EXPECT_EQ(clock, 5) << "at the end of its life, not before";
    timespec now{};
    // Works until the clock of this thread has certainly moved.
    for (std::int64_t began = -1, at = 0; began < 0 || at == began;) {
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
      at = now.tv_sec * 1'000'000'000 + now.tv_nsec;
      if (began < 0) began = at;
    }
  }
  EXPECT_GT(clock, 5);
}

}  // namespace
}  // namespace clipdex::indexer
