#include <gtest/gtest.h>

#include <filesystem>

#include "store/rows.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

class CatalogueScores : public ::testing::Test {
 protected:
  ScoreBackground background() const {
    return {.prompts_version = 3,
            .images = 2,
            .prompts = {test::unit_vector(7), test::unit_vector(8)},
            .best_excesses = {0.5F, 2}};
  }

  const clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "clip.db";
  Catalogue library_ = Catalogue::open(file_, Access::write);
  const ModelId model_ = library_.ensure_model(test::identity(), "model", "");
};

TEST_F(CatalogueScores, TheVectorOfAnImageIsReadAlone) {
  const ImageId id = library_.put_image(test::record("/a.jpg"));
  EXPECT_FALSE(library_.vector(id, model_));
  library_.put_vector(id, model_, test::unit_vector(1));
  EXPECT_EQ(library_.vector(id, model_), test::unit_vector(1));
  EXPECT_FALSE(library_.vector(id, model_ + 1));
  EXPECT_FALSE(library_.vector(id + 1, model_));
}

TEST_F(CatalogueScores, ABackgroundIsKeptAndReplaced) {
  EXPECT_FALSE(library_.score_background(model_));
  library_.set_score_background(model_, background());
  ScoreBackground other = background();
  other.images = 9;
  library_.set_score_background(model_, other);
  const auto found = Catalogue::open(file_, Access::read).score_background(model_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->prompts_version, 3);
  EXPECT_EQ(found->images, 9U);
  EXPECT_EQ(found->prompts, background().prompts);
  EXPECT_EQ(found->best_excesses, background().best_excesses);
}

TEST_F(CatalogueScores, ABackgroundIsNoChangeOfTheLibrary) {
  const std::string before = library_.content_version();
  library_.set_score_background(model_, background());
  EXPECT_EQ(library_.content_version(), before);
}

TEST_F(CatalogueScores, ABackgroundThatDoesNotFitIsNone) {
  ScoreBackground odd = background();
  odd.prompts[0].pop_back();
  library_.set_score_background(model_, odd);
  EXPECT_FALSE(library_.score_background(model_));
}

TEST_F(CatalogueScores, ItGoesWithItsModel) {
  library_.set_score_background(model_, background());
  library_.remove_model(model_);
  EXPECT_FALSE(library_.score_background(model_));
  EXPECT_TRUE(library_.models().empty());
}

}  // namespace
}  // namespace clipdex::store
