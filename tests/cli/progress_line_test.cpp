#include "cli/progress_line.hpp"

#include <gtest/gtest.h>

namespace clipdex::cli {
namespace {

TEST(ProgressLine, TimesReadAsPeopleSayThem) {
  EXPECT_EQ(format_seconds(8.4), "8 s");
  EXPECT_EQ(format_seconds(125), "2 min 05 s");
  EXPECT_EQ(format_seconds(12000), "3 h 20 min");
}

TEST(ProgressLine, TheTimeLeftIsToldOnceTheNumberOfFilesIsKnown) {
  Progress progress;
  progress.done = 50;
  progress.total = 100;
  progress.encoded_per_second = 10;
  EXPECT_EQ(format_progress(progress, 200), "scanning: 50 of 100 files so far  10.0 images/s");
  progress.total_is_final = true;
  progress.failed = 2;
  EXPECT_EQ(format_progress(progress, 200),
            "[============            ] 50/100  10.0 images/s  5 s left  2 failed");
}

TEST(ProgressLine, ALineNeverWraps) {
  Progress progress;
  progress.total_is_final = true;
  EXPECT_LT(format_progress(progress, 20).size(), 20U);
}

}  // namespace
}  // namespace clipdex::cli
