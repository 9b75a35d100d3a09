#include "nodes/goal_flight.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "nodes/goal_codes.hpp"

namespace clipdex::nodes {
namespace {

using dds::clip_msgs::ClipItem;
using std::chrono::seconds;
using Verdict = GoalFlight::Verdict;

constexpr GoalFlight::Clock::time_point kStart{};
constexpr GoalFlight::Limits kLimits{seconds(30), seconds(5), seconds(1)};

ClipItem image(const std::string& url, std::vector<float> feature = {3, 4}) {
  ClipItem item;
  item.type = true;
  item.url = url;
  item.feature = std::move(feature);
  return item;
}

TEST(ReadAnswer, AVectorIsNormalisedAndLabelled) {
  ClipItem item = image("/a");
  item.extra = model_words({"abc", 2});
  const ItemAnswer answer = read_answer(item);
  EXPECT_EQ(answer.vector.value(), (Embedding{0.6F, 0.8F}));
  EXPECT_EQ(answer.label, (ModelIdentity{"abc", 2}));
}

TEST(ReadAnswer, WhatIsNoVectorIsAnErrorWithASentence) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(read_answer(image("/a", {})).vector.error().message,
            "the encoder gave neither a vector nor a reason");
  for (const auto& feature : {std::vector<float>{0, 0}, std::vector<float>{1, nan}}) {
    const ItemAnswer answer = read_answer(image("/a", feature));
    EXPECT_EQ(answer.vector.error().code, ErrorCode::corrupt);
    EXPECT_EQ(answer.vector.error().message, "the encoder gave a vector without a direction");
  }
  ClipItem item = image("/a");
  item.extra = model_words({"abc", 3});
  EXPECT_EQ(read_answer(item).vector.error().message,
            "the encoder gave a vector of another size than it says");
}

TEST(ReadAnswer, AReasonCountsMoreThanAVector) {
  ClipItem item = image("/a");
  item.extra = {error_word({ErrorCode::too_large, "it has 1e9 pixels"})};
  const ItemAnswer answer = read_answer(item);
  EXPECT_EQ(answer.vector.error().code, ErrorCode::too_large);
  EXPECT_EQ(answer.vector.error().message, "it has 1e9 pixels");
}

TEST(GoalFlight, IsAnsweredWhenEveryItemIsWhateverTheResult) {
  GoalFlight flight({"/a", "/b"}, kStart);
  flight.take_feedback(image("/b"), kStart);
  EXPECT_EQ(flight.verdict(kStart, kStart, kLimits), Verdict::open);
  flight.take_feedback(image("/a"), kStart);
  EXPECT_EQ(flight.verdict(kStart, kStart, kLimits), Verdict::answered);
  flight.take_result(dds::GoalStatus::aborted, 12, kStart);
  EXPECT_EQ(flight.verdict(kStart, kStart, kLimits), Verdict::answered);
}

TEST(GoalFlight, FeedbackAboutOtherThingsOrTwiceChangesNothing) {
  GoalFlight flight({"/a", "/b"}, kStart);
  flight.take_feedback(image("/c"), kStart);
  flight.take_feedback(image("/a"), kStart);
  flight.take_feedback(image("/a", {1, 0}), kStart);
  EXPECT_EQ(flight.answered(), 1U);
  EXPECT_EQ(flight.answers()[0]->vector.value(), (Embedding{0.6F, 0.8F}));
  EXPECT_FALSE(flight.answers()[1].has_value());
}

TEST(GoalFlight, ThePlaceThatTheServerSaysIsTakenIfItCanBeRight) {
  GoalFlight flight({"/a", "/b", "/a"}, kStart);
  ClipItem item = image("/a");
  item.extra = {extra_word(kIndexKey, "2")};
  flight.take_feedback(item, kStart);
  EXPECT_FALSE(flight.answers()[0].has_value());
  EXPECT_TRUE(flight.answers()[2].has_value());
  item = image("/b");
  item.extra = {extra_word(kIndexKey, "7")};
  flight.take_feedback(item, kStart);
  EXPECT_TRUE(flight.answers()[1].has_value());
}

TEST(GoalFlight, EndsSomeTimeAfterItsResultSinceFeedbackMayBeLate) {
  GoalFlight flight({"/a", "/b"}, kStart);
  flight.take_result(dds::GoalStatus::succeeded, 0, kStart);
  EXPECT_EQ(flight.verdict(kStart, kStart, kLimits), Verdict::open);
  flight.take_feedback(image("/a"), kStart + seconds(1));
  EXPECT_EQ(flight.verdict(kStart + seconds(1), kStart, kLimits), Verdict::open);
  EXPECT_EQ(flight.verdict(kStart + seconds(2), kStart, kLimits), Verdict::ended);
}

TEST(GoalFlight, IsQuietAfterAPauseMuchLongerThanThoseBefore) {
  GoalFlight flight({"/a", "/b", "/c"}, kStart);
  flight.take_feedback(image("/a"), kStart);
  EXPECT_EQ(flight.verdict(kStart + seconds(4), kStart, kLimits), Verdict::open);
  EXPECT_EQ(flight.verdict(kStart + seconds(5), kStart, kLimits), Verdict::quiet);
  flight.take_feedback(image("/b"), kStart + seconds(2));
  EXPECT_EQ(flight.verdict(kStart + seconds(17), kStart, kLimits), Verdict::open);
  EXPECT_EQ(flight.verdict(kStart + seconds(18), kStart, kLimits), Verdict::quiet);
}

TEST(GoalFlight, IsSilentWhenItsServerSaysNothingAboutAnyGoal) {
  const GoalFlight flight({"/a"}, kStart);
  EXPECT_EQ(flight.verdict(kStart + seconds(29), {}, kLimits), Verdict::open);
  EXPECT_EQ(flight.verdict(kStart + seconds(30), {}, kLimits), Verdict::silent);
  EXPECT_EQ(flight.verdict(kStart + seconds(30), kStart + seconds(10), kLimits), Verdict::open);
}

TEST(GoalFlight, IsRefusedWhenTheServerDidNotTakeIt) {
  GoalFlight flight({"/a"}, kStart);
  flight.take_response(true);
  EXPECT_EQ(flight.verdict(kStart, kStart, kLimits), Verdict::open);
  flight.take_response(false);
  EXPECT_EQ(flight.verdict(kStart, kStart, kLimits), Verdict::refused);
}

}  // namespace
}  // namespace clipdex::nodes
