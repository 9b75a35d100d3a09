#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/tokenizer.hpp"

namespace clipdex::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FitToContext, PadsAShortText) {
  const FittedTokens fitted =
      fit_to_context({9, 1, 10}, {.context_length = 5, .pad_id = 7, .fixed_length = true}, 10);
  EXPECT_THAT(fitted.ids, ElementsAre(9, 1, 10, 7, 7));
  EXPECT_EQ(fitted.used, 3U);
  EXPECT_FALSE(fitted.was_cut);
}

TEST(FitToContext, LeavesAShortTextShortWhereTheLengthIsNotFixed) {
  const FittedTokens fitted =
      fit_to_context({9, 1, 10}, {.context_length = 5, .pad_id = 7, .fixed_length = false}, 10);
  EXPECT_THAT(fitted.ids, ElementsAre(9, 1, 10));
  EXPECT_EQ(fitted.used, 3U);
}

TEST(FitToContext, ATextThatFitsExactlyIsNotCut) {
  const FittedTokens fitted = fit_to_context({9, 1, 10}, {.context_length = 3}, 10);
  EXPECT_THAT(fitted.ids, ElementsAre(9, 1, 10));
  EXPECT_FALSE(fitted.was_cut);
}

TEST(FitToContext, CutsALongTextAndKeepsTheEndToken) {
  const FittedTokens fitted = fit_to_context({9, 1, 2, 3, 10}, {.context_length = 3}, 10);
  EXPECT_THAT(fitted.ids, ElementsAre(9, 1, 10));
  EXPECT_EQ(fitted.used, 3U);
  EXPECT_TRUE(fitted.was_cut);
}

TEST(FitToContext, CutsPlainlyWhereNoTokenEndsASequence) {
  const FittedTokens fitted = fit_to_context({1, 2, 3}, {.context_length = 2}, std::nullopt);
  EXPECT_THAT(fitted.ids, ElementsAre(1, 2));
  EXPECT_TRUE(fitted.was_cut);
}

TEST(FitToContext, AContextOfNothingHoldsNothing) {
  const FittedTokens fitted = fit_to_context({1, 2}, {.context_length = 0}, 10);
  EXPECT_THAT(fitted.ids, IsEmpty());
  EXPECT_TRUE(fitted.was_cut);
}

TEST(FitToContext, NoIdsAreAllPadding) {
  const FittedTokens fitted = fit_to_context({}, {.context_length = 2, .pad_id = 1}, 10);
  EXPECT_THAT(fitted.ids, ElementsAre(1, 1));
  EXPECT_EQ(fitted.used, 0U);
}

}  // namespace
}  // namespace clipdex::text
