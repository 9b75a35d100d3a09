#include "nodes/server_roster.hpp"

#include <gtest/gtest.h>

namespace clipdex::nodes {
namespace {

using std::chrono::seconds;

constexpr ServerRoster::Clock::time_point kStart{};

/// Two servers that are there, with patience of ten seconds.
ServerRoster both() {
  ServerRoster roster(2, seconds(10));
  roster.set_present(0, true);
  roster.set_present(1, true);
  return roster;
}

TEST(ServerRoster, NobodyIsChosenWhenNobodyIsThere) {
  ServerRoster roster(1, seconds(10));
  EXPECT_EQ(roster.choose({}, {}, kStart), std::nullopt);
  EXPECT_FALSE(roster.any_seen());
  roster.set_present(0, true);
  EXPECT_EQ(roster.choose({}, {}, kStart), 0U);
  roster.set_present(0, false);
  EXPECT_EQ(roster.choose({}, {}, kStart), std::nullopt);
  EXPECT_TRUE(roster.any_seen());
}

TEST(ServerRoster, TheOneWithTheFewestGoalsIsChosenAndEqualOnesTakeTurns) {
  ServerRoster roster = both();
  roster.add_goal(0, kStart);
  EXPECT_EQ(roster.choose({}, {}, kStart), 1U);
  roster.add_goal(1, kStart);
  roster.add_goal(1, kStart);
  EXPECT_EQ(roster.choose({}, {}, kStart), 0U);
  roster.end_goal(1);
  roster.end_goal(1);
  roster.end_goal(0);
  EXPECT_EQ(roster.choose({}, {}, kStart), 0U);  // The other one had the last turn.
}

TEST(ServerRoster, AnotherOneThanTheAvoidedIsChosenIfThereIsOne) {
  ServerRoster roster = both();
  roster.add_goal(1, kStart);
  EXPECT_EQ(roster.choose(0, {}, kStart), 1U);
  roster.set_present(1, false);
  EXPECT_EQ(roster.choose(0, {}, kStart), 0U);
}

TEST(ServerRoster, OneThatRestsIsLeftInPeaceUntilItsTime) {
  ServerRoster roster = both();
  roster.set_resting(0, kStart + seconds(2));
  EXPECT_EQ(roster.choose(1, 0, kStart), std::nullopt);
  EXPECT_EQ(roster.choose(1, 0, kStart + seconds(2)), 0U);
}

TEST(ServerRoster, OneThatHasGoalsAndSaysNothingIsSilentUntilItComesAnew) {
  ServerRoster roster = both();
  roster.add_goal(0, kStart);
  roster.add_goal(1, kStart);
  roster.note_news(1, kStart + seconds(9));
  EXPECT_FALSE(roster.all_present_are_silent({}, kStart + seconds(10)));
  EXPECT_TRUE(roster.all_present_are_silent(0, kStart + seconds(10)));
  EXPECT_EQ(roster.choose(1, {}, kStart + seconds(10)), 1U);
  EXPECT_TRUE(roster.all_present_are_silent({}, kStart + seconds(19)));
  EXPECT_EQ(roster.choose({}, {}, kStart + seconds(19)), std::nullopt);
  roster.set_present(0, false);
  roster.set_present(0, true);
  EXPECT_EQ(roster.choose({}, {}, kStart + seconds(19)), 0U);
}

TEST(ServerRoster, OneWithoutGoalsIsNeverSilent) {
  ServerRoster roster = both();
  roster.add_goal(0, kStart);
  roster.end_goal(0);
  roster.note_news(0, kStart + seconds(1));
  EXPECT_EQ(roster.choose(1, 0, kStart + seconds(100)), 0U);
}

}  // namespace
}  // namespace clipdex::nodes
