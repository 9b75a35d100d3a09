#include "nodes/goal_schedule.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>

namespace clipdex::nodes {
namespace {

using dds::clip_msgs::GetFeatures;

/// A goal with so many images, which no server knows.
std::shared_ptr<GoalWork> make_work(std::uint8_t number, std::size_t count) {
  dds::GoalId id;
  id.uuid[0] = number;
  auto goal = std::make_shared<dds::ServerGoal<GetFeatures>>(
      id, GetFeatures::Goal{true, std::vector<std::string>(count, "x"), {}});
  const auto& urls = goal->goal().urls;
  return std::make_shared<GoalWork>(std::move(goal), urls);
}

/// The next portion as "GOAL:BEGIN-END", done at once.
std::string take_and_finish(GoalSchedule& schedule) {
  const std::optional<Portion> portion = schedule.take();
  if (!portion) return "closed";
  const bool is_over = schedule.finish(*portion);
  return std::to_string(portion->work->goal->id().uuid[0]) + ":" + std::to_string(portion->begin) +
         "-" + std::to_string(portion->end) + (is_over ? " over" : "");
}

TEST(GoalSchedule, GoalsTakeTurns) {
  GoalSchedule schedule(10, 2);
  schedule.add(make_work(1, 5));
  schedule.add(make_work(2, 1));
  EXPECT_EQ(take_and_finish(schedule), "1:0-2");
  EXPECT_EQ(take_and_finish(schedule), "2:0-1 over");
  EXPECT_EQ(take_and_finish(schedule), "1:2-4");
  EXPECT_EQ(take_and_finish(schedule), "1:4-5 over");
}

TEST(GoalSchedule, AGoalWithoutItemsGivesOneEmptyPortion) {
  GoalSchedule schedule(10, 2);
  schedule.add(make_work(1, 0));
  EXPECT_EQ(take_and_finish(schedule), "1:0-0 over");
}

TEST(GoalSchedule, AGoalIsOverWhenItsLastPortionIsDoneWhicheverThatIs) {
  GoalSchedule schedule(10, 2);
  schedule.add(make_work(1, 4));
  const auto first = schedule.take();
  const auto second = schedule.take();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(schedule.finish(*second));
  EXPECT_TRUE(schedule.finish(*first));
}

TEST(GoalSchedule, AGoalThatFailedGivesNoFurtherPortion) {
  GoalSchedule schedule(10, 1);
  const auto work = make_work(1, 9);
  schedule.add(work);
  const auto first = schedule.take();
  const auto second = schedule.take();
  ASSERT_TRUE(first && second);
  work->fatal = Error{ErrorCode::internal, "it broke"};
  EXPECT_FALSE(schedule.finish(*first));
  EXPECT_TRUE(schedule.finish(*second));
  schedule.add(make_work(2, 1));
  EXPECT_EQ(take_and_finish(schedule), "2:0-1 over");
}

TEST(GoalSchedule, RoomIsCountedInGoalsThatAreNotOver) {
  GoalSchedule schedule(2, 1);
  schedule.add(make_work(1, 1));
  EXPECT_TRUE(schedule.has_room());
  schedule.add(make_work(2, 1));
  EXPECT_FALSE(schedule.has_room());
  const auto portion = schedule.take();
  EXPECT_FALSE(schedule.has_room()) << "it is still being done";
  ASSERT_TRUE(portion);
  schedule.finish(*portion);
  EXPECT_TRUE(schedule.has_room());
}

TEST(GoalSchedule, AHurriedGoalIsNext) {
  GoalSchedule schedule(10, 1);
  for (const std::uint8_t number : {1, 2, 3}) schedule.add(make_work(number, 1));
  schedule.hurry(make_work(3, 1)->goal->id());
  schedule.hurry(make_work(9, 1)->goal->id());
  EXPECT_EQ(take_and_finish(schedule), "3:0-1 over");
  EXPECT_EQ(take_and_finish(schedule), "1:0-1 over");
  EXPECT_EQ(take_and_finish(schedule), "2:0-1 over");
}

TEST(GoalSchedule, ClosingWakesWhoWaitsAndLeavesTheGoals) {
  GoalSchedule schedule(10, 1);
  std::string seen;
  std::thread waiting([&] { seen = take_and_finish(schedule); });
  schedule.close();
  waiting.join();
  EXPECT_EQ(seen, "closed");
  EXPECT_FALSE(schedule.has_room());
  schedule.add(make_work(1, 2));
  EXPECT_EQ(take_and_finish(schedule), "closed");
  EXPECT_EQ(schedule.drain().size(), 1U);
  EXPECT_TRUE(schedule.drain().empty());
}

}  // namespace
}  // namespace clipdex::nodes
