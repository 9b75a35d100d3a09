#include "library/model_tools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/model_locator.hpp"
#include "support/library_scene.hpp"

namespace clipdex::library {
namespace {

namespace fs = std::filesystem;
using test::throws_error;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Pair;
using ::testing::SizeIs;

class ModelTools : public test::LibraryScene {
 protected:
  /// The value that goes with a label; empty when there is none.
  static std::string value_of(const ModelFacts& facts, const std::string& label) {
    for (const auto& [name, value] : facts) {
      if (name == label) return value;
    }
    return {};
  }

  const fs::path shelf_ = home_ / "data/clipdex/models";
};

TEST_F(ModelTools, APackageIsDescribedFromNameToIdentity) {
  const ModelFacts facts = describe_model(small_model().native());
  EXPECT_THAT(facts.front(), Pair("name", "immich"));
  EXPECT_EQ(value_of(facts, "directory"), small_model().native());
  EXPECT_EQ(value_of(facts, "layout"), "Immich");
  EXPECT_EQ(value_of(facts, "image tower"), (small_model() / "visual/model.onnx").native());
  EXPECT_EQ(value_of(facts, "text tower"), (small_model() / "textual/model.onnx").native());
  EXPECT_EQ(value_of(facts, "tokenizer"), (small_model() / "textual/tokenizer.json").native());
  EXPECT_THAT(value_of(facts, "tokens"), ::testing::Not(IsEmpty()));
  EXPECT_EQ(value_of(facts, "images"),
            "32 x 32 pixels, short side resized and centre cut out, bicubic, mean 0.4815 0.4578 "
            "0.4082, standard deviation 0.2686 0.2613 0.2758");
  EXPECT_THAT(value_of(facts, "texts"), MatchesRegex("[0-9]+ tokens, padded with [0-9]+"));
  EXPECT_THAT(value_of(facts, "identity"), MatchesRegex("[0-9a-f]+"));
  EXPECT_THAT(value_of(facts, "identity"), SizeIs(64));
  EXPECT_THAT(value_of(facts, "note"), IsEmpty());
}

TEST_F(ModelTools, AnotherPreprocessingIsDescribedAsWell) {
  const fs::path copy = test::copy_model("immich", home_);
  test::replace_in_file(copy / "visual/preprocess_cfg.json", "shortest", "squash");
  test::replace_in_file(copy / "visual/preprocess_cfg.json", "bicubic", "bilinear");
  EXPECT_THAT(value_of(describe_model(copy.native()), "images"),
              HasSubstr("32 x 32 pixels, both sides resized, bilinear, mean"));
}

TEST_F(ModelTools, TheDemoModelIsTheDefaultAndCarriesANote) {
  const ModelFacts facts = describe_model("");
  EXPECT_EQ(value_of(facts, "directory"), demo_model_directory().native());
  EXPECT_EQ(value_of(facts, "note"), "the small demo model that comes with clipdex");
}

TEST_F(ModelTools, WhatIsNotWholeIsNotDescribed) {
  const fs::path copy = test::copy_model("immich", home_);
  fs::remove(copy / "textual/tokenizer.json");
  EXPECT_THAT([&] { describe_model(copy.native()); },
              throws_error(ErrorCode::not_found, "tokenizer.json"));
  EXPECT_THAT([&] { describe_model("nosuch"); },
              throws_error(ErrorCode::not_found, "there is no model called 'nosuch'"));
}

TEST_F(ModelTools, ABrokenPackageIsListedWithItsProblem) {
  fs::create_directories(shelf_ / "empty");
  test::copy_model("rclip", shelf_);
  const std::vector<ListedModel> models = list_models();
  ASSERT_GE(models.size(), 3U) << "these two and the demo model";
  EXPECT_EQ(models[0].name, "empty");
  EXPECT_EQ(models[0].layout, "");
  EXPECT_THAT(models[0].problem, HasSubstr("is no model package that clipdex knows"));
  EXPECT_EQ(models[1].name, "rclip");
  EXPECT_EQ(models[1].directory, (shelf_ / "rclip").native());
  EXPECT_EQ(models[1].layout, "rclip");
  EXPECT_EQ(models[1].problem, "");
  EXPECT_EQ(models.back().layout, "Immich");
}

TEST_F(ModelTools, AnOptimisedModelIsUsedForTheSameLibrary) {
  const fs::path copy = test::copy_model("immich", home_);
  OptimizeRequest request;
  request.model = copy.native();
  const auto reports = optimize_model(request);
  ASSERT_THAT(reports, SizeIs(1));
  EXPECT_TRUE(reports[0].written) << reports[0].problem;
  EXPECT_GT(reports[0].manifest.proofs[0].count, 50U) << "the sample album is the proof";
  EXPECT_EQ(value_of(describe_model(copy.native()), "int8"), (copy / "optimized/int8").native());
  EXPECT_EQ(value_of(describe_model(copy.native()), "identity"),
            value_of(describe_model(small_model().native()), "identity"));
}

TEST_F(ModelTools, AStaleVariantIsShownWithTheRemedy) {
  const fs::path copy = test::copy_model("immich", home_);
  OptimizeRequest request;
  request.model = copy.native();
  ASSERT_TRUE(optimize_model(request)[0].written);
  test::write_text(copy / "optimized/int8/textual.onnx", "broken");
  EXPECT_THAT(value_of(describe_model(copy.native()), "int8"),
              HasSubstr("make it again with: clipdex model optimize " + copy.native()));
}

}  // namespace
}  // namespace clipdex::library
