#include "dds/action_goals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace clipdex::dds {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

using Clock = GoalLedger::Clock;

GoalId goal(std::uint8_t number) {
  GoalId id;
  id.uuid[0] = number;
  return id;
}

SampleIdentity request(std::int64_t number) { return {{}, number}; }

Payload payload(std::size_t bytes) { return Payload(bytes); }

GoalInfo about(const GoalId& id, std::int32_t seconds = 0) { return {id, {seconds, 0}}; }

std::vector<GoalId> ids(const GoalLedger::CancelPlan& plan) {
  std::vector<GoalId> found;
  for (const GoalInfo& info : plan.goals) found.push_back(info.goal_id);
  return found;
}

/// Three goals, accepted at the seconds 10, 20 and 30.
GoalLedger three_goals(Clock::duration result_kept = std::chrono::minutes(15)) {
  GoalLedger ledger(result_kept);
  for (std::uint8_t i = 1; i <= 3; ++i) ledger.add(goal(i), {i * 10, 0});
  return ledger;
}

TEST(GoalLedger, AGoalExecutesFromTheStart) {
  GoalLedger ledger = three_goals();
  EXPECT_EQ(ledger.status(goal(1)), GoalStatus::executing);
  EXPECT_EQ(ledger.status(goal(9)), GoalStatus::unknown);
}

TEST(GoalLedger, AnIdIsTakenOnceEvenAfterItsGoalHasEnded) {
  GoalLedger ledger = three_goals();
  EXPECT_FALSE(ledger.add(goal(1), {99, 0}));
  ledger.finish(goal(1), GoalStatus::succeeded, payload(1), Clock::now());
  EXPECT_FALSE(ledger.add(goal(1), {99, 0}));
  EXPECT_EQ(ledger.status_array().status_list.size(), 3U);
}

TEST(GoalLedger, TheStatusArrayListsGoalsInTheOrderOfAcceptanceWithTheirStamps) {
  GoalLedger ledger(std::chrono::minutes(15));
  ledger.add(goal(7), {1, 500});
  ledger.add(goal(3), {2, 0});
  ledger.finish(goal(7), GoalStatus::aborted, payload(1), Clock::now());
  const auto list = ledger.status_array().status_list;
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].goal_info.goal_id, goal(7));
  EXPECT_EQ(list[0].goal_info.stamp, (Time{1, 500}));
  EXPECT_EQ(list[0].status, 6);
  EXPECT_EQ(list[1].goal_info.goal_id, goal(3));
  EXPECT_EQ(list[1].status, 2);
}

TEST(GoalLedger, TheFirstEndingCounts) {
  GoalLedger ledger = three_goals();
  const auto now = Clock::now();
  EXPECT_TRUE(ledger.finish(goal(1), GoalStatus::succeeded, payload(4), now));
  EXPECT_FALSE(ledger.finish(goal(1), GoalStatus::aborted, payload(8), now));
  EXPECT_EQ(ledger.status(goal(1)), GoalStatus::succeeded);
  ASSERT_NE(ledger.result(goal(1)), nullptr);
  EXPECT_EQ(ledger.result(goal(1))->size(), 4U);
  EXPECT_FALSE(ledger.finish(goal(9), GoalStatus::aborted, payload(8), now)) << "no such goal";
}

TEST(GoalLedger, WhoeverWaitsForAResultIsGivenToTheEndingAndOnce) {
  GoalLedger ledger = three_goals();
  EXPECT_FALSE(ledger.is_waited_for(goal(2)));
  EXPECT_TRUE(ledger.wait_for_result(goal(2), request(5)));
  EXPECT_TRUE(ledger.wait_for_result(goal(2), request(6)));
  EXPECT_TRUE(ledger.is_waited_for(goal(2)));
  EXPECT_EQ(ledger.result(goal(2)), nullptr) << "it has not ended";
  EXPECT_THAT(ledger.finish(goal(2), GoalStatus::canceled, payload(1), Clock::now()),
              Optional(ElementsAre(request(5), request(6))));
  EXPECT_FALSE(ledger.is_waited_for(goal(2)));
}

TEST(GoalLedger, DoesNotKeepMoreRequestsThanItsMaximum) {
  GoalLedger ledger = three_goals();
  for (std::size_t i = 0; i < GoalLedger::kWaitingMax; ++i) {
    ASSERT_TRUE(ledger.wait_for_result(goal(1), request(1)));
  }
  EXPECT_FALSE(ledger.wait_for_result(goal(1), request(1)));
  EXPECT_TRUE(ledger.wait_for_result(goal(2), request(1))) << "another goal";
  EXPECT_FALSE(ledger.wait_for_result(goal(9), request(1))) << "no such goal";
}

TEST(GoalLedgerCancel, ZeroIdAndZeroStampMeanAllThatCanBeCancelled) {
  GoalLedger ledger = three_goals();
  ledger.finish(goal(1), GoalStatus::succeeded, payload(1), Clock::now());
  const auto plan = ledger.plan_cancel({});
  EXPECT_EQ(plan.return_code, CancelGoal::kNone);
  EXPECT_THAT(ids(plan), ElementsAre(goal(2), goal(3)));
}

TEST(GoalLedgerCancel, NothingToCancelAmongAllIsNoError) {
  const auto plan = GoalLedger(std::chrono::minutes(15)).plan_cancel({});
  EXPECT_EQ(plan.return_code, CancelGoal::kNone);
  EXPECT_THAT(plan.goals, IsEmpty());
}

TEST(GoalLedgerCancel, AnIdWithAZeroStampMeansThatGoal) {
  const auto plan = three_goals().plan_cancel(about(goal(2)));
  EXPECT_EQ(plan.return_code, CancelGoal::kNone);
  EXPECT_THAT(ids(plan), ElementsAre(goal(2)));
}

TEST(GoalLedgerCancel, AnUnknownIdIsSaidToBeUnknown) {
  const auto plan = three_goals().plan_cancel(about(goal(9)));
  EXPECT_EQ(plan.return_code, CancelGoal::kUnknownGoalId);
  EXPECT_THAT(plan.goals, IsEmpty());
}

TEST(GoalLedgerCancel, AnEndedGoalIsSaidToBeTerminated) {
  GoalLedger ledger = three_goals();
  ledger.finish(goal(2), GoalStatus::succeeded, payload(1), Clock::now());
  const auto plan = ledger.plan_cancel(about(goal(2)));
  EXPECT_EQ(plan.return_code, CancelGoal::kGoalTerminated);
  EXPECT_THAT(plan.goals, IsEmpty());
}

TEST(GoalLedgerCancel, ACancelingGoalIsAnsweredAsRclDoes) {
  GoalLedger ledger = three_goals();
  EXPECT_TRUE(ledger.set_canceling(goal(2)));
  EXPECT_EQ(ledger.status(goal(2)), GoalStatus::canceling);
  EXPECT_FALSE(ledger.set_canceling(goal(2)));
  EXPECT_EQ(ledger.plan_cancel(about(goal(2))).return_code, CancelGoal::kGoalTerminated);
}

TEST(GoalLedgerCancel, AStampMeansAllGoalsAcceptedAtOrBeforeIt) {
  EXPECT_THAT(ids(three_goals().plan_cancel(about({}, 20))), ElementsAre(goal(1), goal(2)));
}

TEST(GoalLedgerCancel, AStampWithAnIdMeansThatGoalToo) {
  EXPECT_THAT(ids(three_goals().plan_cancel(about(goal(3), 10))), ElementsAre(goal(1), goal(3)));
}

TEST(GoalLedgerCancel, StampsAreComparedByNanoseconds) {
  GoalLedger ledger(std::chrono::minutes(15));
  ledger.add(goal(1), {5, 100});
  EXPECT_THAT(ledger.plan_cancel({{}, {5, 99}}).goals, IsEmpty());
  EXPECT_EQ(ledger.plan_cancel({{}, {5, 100}}).goals.size(), 1U);
}

TEST(GoalLedgerExpiry, EndedGoalsAreForgottenAfterTheirTimeAndOthersAreNot) {
  GoalLedger ledger = three_goals(std::chrono::seconds(60));
  const auto now = Clock::now();
  EXPECT_FALSE(ledger.next_expiry()) << "nothing has ended";
  ledger.finish(goal(1), GoalStatus::succeeded, payload(1), now);
  ledger.finish(goal(2), GoalStatus::succeeded, payload(1), now + std::chrono::seconds(30));
  EXPECT_THAT(ledger.next_expiry(), Optional(now + std::chrono::seconds(60)));

  ledger.expire(now + std::chrono::seconds(59));
  EXPECT_NE(ledger.result(goal(1)), nullptr);

  ledger.expire(now + std::chrono::seconds(60));
  EXPECT_EQ(ledger.result(goal(1)), nullptr);
  EXPECT_EQ(ledger.status(goal(1)), GoalStatus::unknown);
  EXPECT_NE(ledger.result(goal(2)), nullptr);
  EXPECT_THAT(ledger.next_expiry(), Optional(now + std::chrono::seconds(90)));

  ledger.expire(now + std::chrono::hours(1));
  EXPECT_THAT(ledger.active(), ElementsAre(goal(3)));
  EXPECT_EQ(ledger.status_array().status_list.size(), 1U);
}

TEST(GoalLedgerExpiry, BeyondTheMaximumTheOldestEndedGoalExpiresEarly) {
  GoalLedger ledger(std::chrono::hours(1));
  const auto now = Clock::now();
  const auto numbered = [](std::size_t i) {
    GoalId id;
    id.uuid[0] = static_cast<std::uint8_t>(i);
    id.uuid[1] = static_cast<std::uint8_t>(i >> 8);
    return id;
  };
  for (std::size_t i = 0; i <= GoalLedger::kEndedMax; ++i) {
    ledger.add(numbered(i), {});
    ledger.finish(numbered(i), GoalStatus::succeeded, payload(1), now + std::chrono::seconds(i));
  }
  EXPECT_EQ(ledger.result(numbered(0)), nullptr);
  EXPECT_NE(ledger.result(numbered(1)), nullptr);
  EXPECT_EQ(ledger.status_array().status_list.size(), GoalLedger::kEndedMax);
}

}  // namespace
}  // namespace clipdex::dds
