#include "text/post_processor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clipdex::text {
namespace {

using testing::ElementsAre;

const PostProcessor::Piece kText{.is_text = true, .ids = {}};

PostProcessor::Piece special(std::vector<TokenId> ids) {
  return {.is_text = false, .ids = std::move(ids)};
}

TEST(PostProcessor, ByDefaultNothingIsAdded) {
  EXPECT_THAT(PostProcessor().apply({1, 2}), ElementsAre(1, 2));
  EXPECT_EQ(PostProcessor().end_id(), std::nullopt);
}

TEST(PostProcessor, PutsTheSpecialTokensAroundTheText) {
  const PostProcessor processor({special({8}), kText, special({9, 10})});
  EXPECT_THAT(processor.apply({1, 2}), ElementsAre(8, 1, 2, 9, 10));
  EXPECT_THAT(processor.apply({}), ElementsAre(8, 9, 10));
  EXPECT_EQ(processor.end_id(), 10);
}

TEST(PostProcessor, WithNothingBehindTheTextThereIsNoEnd) {
  EXPECT_EQ(PostProcessor({special({8}), kText}).end_id(), std::nullopt);
  EXPECT_EQ(PostProcessor({kText, special({})}).end_id(), std::nullopt);
}

TEST(PostProcessor, OneGoesAroundAnother) {
  const PostProcessor inner({kText, special({9})});
  const PostProcessor outer({special({7}), kText, special({8})});
  EXPECT_THAT(outer.around(inner).apply({1}), ElementsAre(7, 1, 9, 8));
  EXPECT_EQ(outer.around(inner).end_id(), 8);
}

}  // namespace
}  // namespace clipdex::text
