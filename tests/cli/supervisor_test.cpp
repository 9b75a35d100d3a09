#include "cli/supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clipdex/error.hpp"
#include "support/places.hpp"

namespace clipdex::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Child shell(const std::string& label, const std::string& script, bool is_needed = false) {
  return {label, "/bin/sh", {"-c", script}, is_needed};
}

/// What a run gave.
struct Outcome {
  int status = -1;
  std::vector<std::string> out;
  std::vector<std::string> err;
};

/// @param stop_after a line after which the user wants the end
Outcome run(const std::vector<Child>& children, const std::string& stop_after = "") {
  Outcome outcome;
  bool stop = false;
  outcome.status =
      supervise(children, {[&](bool is_stdout, std::string_view line) {
                             (is_stdout ? outcome.out : outcome.err).emplace_back(line);
                             stop = stop || line == stop_after;
                           },
                           [&] { return stop; }});
  return outcome;
}

TEST(Supervise, LinesCarryTheirLabelAndKeepTheirStream) {
  const Outcome outcome = run({shell("one-1", "echo a; echo b >&2; printf c")});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, ElementsAre("[one-1] a", "[one-1] c"));
  EXPECT_THAT(outcome.err, ElementsAre("[one-1] b"));
}

TEST(Supervise, TheLeadersStatusIsTheStatusAndTheOthersEndWithIt) {
  const Outcome outcome = run(
      {shell("helper-1", "trap 'echo ended; exit 0' INT; echo up; while :; do sleep 0.05; done"),
       shell("leader-2", "sleep 0.3; exit 7")});
  EXPECT_EQ(outcome.status, 7);
  EXPECT_THAT(outcome.out, ElementsAre("[helper-1] up", "[helper-1] ended"));
}

TEST(Supervise, ANeededHelperThatEndsIsTheEndOfAll) {
  const Outcome outcome = run(
      {shell("helper-1", "echo it failed >&2; exit 3", true), shell("leader-2", "exec sleep 60")});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, ElementsAre("[helper-1] it failed",
                                       "helper-1 ended with status 3 before the work was done"));
}

TEST(Supervise, AHelperThatIsNotNeededMayEnd) {
  const Outcome outcome = run({shell("helper-1", "exit 3"), shell("leader-2", "sleep 0.5")});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.err, Contains(HasSubstr("helper-1 ended with status 3")));
}

TEST(Supervise, AStopReachesTheLeaderFirst) {
  const Outcome outcome = run(
      {shell("helper-1", "trap 'echo helper; exit 0' INT; while :; do sleep 0.05; done"),
       shell("leader-2",
             "trap 'sleep 0.3; echo leader; exit 1' INT; echo up; while :; do sleep 0.05; done")},
      "[leader-2] up");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, ElementsAre("[leader-2] up", "[leader-2] leader", "[helper-1] helper"));
}

TEST(Supervise, ALeaderThatIsTooYoungToHeedTheStopIsStoppedAllTheSame) {
  const Outcome outcome =
      run({shell("leader-1", "echo up; while :; do sleep 0.05; done")}, "[leader-1] up");
  EXPECT_EQ(outcome.status, 1);
}

TEST(Supervise, ALeaderThatASignalEndsHasFailed) {
  const Outcome outcome = run({shell("leader-1", "kill -9 $$")});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, Contains("leader-1 was ended by the signal Killed"));
}

TEST(Supervise, AProgramThatCannotBeRunIsNamedAndWhatRanIsEnded) {
  const test::TemporaryDirectory scratch;
  const std::string mark = (scratch.path() / "mark").native();
  try {
    run({shell("helper-1", "sleep 5; touch '" + mark + "'"),
         {"leader-2", "/no/such/node", {}, false}});
    FAIL() << "nothing was thrown";
  } catch (const Exception& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("/no/such/node cannot be run"),
                                    HasSubstr("No such file or directory")));
  }
  EXPECT_FALSE(std::filesystem::exists(mark));
}

}  // namespace
}  // namespace clipdex::cli
