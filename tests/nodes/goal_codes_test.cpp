#include "nodes/goal_codes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace clipdex::nodes {
namespace {

using testing::ElementsAre;

constexpr int kCodes = static_cast<int>(ErrorCode::internal) + 1;

TEST(GoalCodes, EveryErrorHasANumberOfItsOwnThatLeadsBackToIt) {
  std::set<std::int32_t> numbers;
  for (int i = 0; i < kCodes; ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const std::int32_t number = goal_code_of(code);
    EXPECT_NE(number, kGoalOk);
    EXPECT_EQ(error_of_goal_code(number), code) << number;
    numbers.insert(number);
  }
  EXPECT_EQ(numbers.size(), static_cast<std::size_t>(kCodes));
}

TEST(GoalCodes, NumbersThatClientsKnowNeverChange) {
  EXPECT_EQ(goal_code_of(ErrorCode::invalid_argument), 1);
  EXPECT_EQ(goal_code_of(ErrorCode::not_found), 2);
  EXPECT_EQ(goal_code_of(ErrorCode::corrupt), 5);
  EXPECT_EQ(goal_code_of(ErrorCode::stopped), 11);
  EXPECT_EQ(goal_code_of(ErrorCode::internal), 12);
}

TEST(GoalCodes, ANumberThatIsNoneOfOursIsInternal) {
  EXPECT_EQ(error_of_goal_code(-7), ErrorCode::internal);
  EXPECT_EQ(error_of_goal_code(99), ErrorCode::internal);
}

TEST(ExtraWords, AKeyIsFoundAsAWhole) {
  const std::vector<std::string> extra{"models=2", "model", "model=a=b", "model=c", "=d"};
  EXPECT_EQ(find_extra(extra, "model"), "a=b");
  EXPECT_EQ(find_extra(extra, "mode"), std::nullopt);
  EXPECT_EQ(find_extra({}, "model"), std::nullopt);
}

TEST(ExtraWords, AnIdentityComesBack) {
  const ModelIdentity identity{std::string(64, 'a'), 512};
  EXPECT_THAT(model_words(identity), ElementsAre("model=" + std::string(64, 'a'), "dimension=512"));
  EXPECT_EQ(find_model(model_words(identity)), identity);
}

TEST(ExtraWords, HalfAnIdentityIsNone) {
  EXPECT_EQ(find_model({"model=abc"}), std::nullopt);
  EXPECT_EQ(find_model({"dimension=512"}), std::nullopt);
  EXPECT_EQ(find_model({"model=abc", "dimension=512x"}), std::nullopt);
  EXPECT_EQ(find_model({"model=abc", "dimension=0"}), std::nullopt);
  EXPECT_EQ(find_model({"model=", "dimension=512"}), std::nullopt);
}

TEST(ExtraWords, AnErrorComesBackWithItsSentence) {
  const std::string word = error_word({ErrorCode::too_large, "a.png: it is huge: 9 pixels"});
  EXPECT_EQ(word, "error=too_large: a.png: it is huge: 9 pixels");
  const auto error = find_error({"x=y", word});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::too_large);
  EXPECT_EQ(error->message, "a.png: it is huge: 9 pixels");
}

TEST(ExtraWords, AnErrorWithoutACodeIsInternal) {
  const auto error = find_error({"error=it broke"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::internal);
  EXPECT_EQ(error->message, "it broke");
  EXPECT_EQ(find_error({"model=abc"}), std::nullopt);
}

}  // namespace
}  // namespace clipdex::nodes
