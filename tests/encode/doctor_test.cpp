#include "encode/doctor.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "support/cache_home.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using ::testing::HasSubstr;

class Doctor : public ::testing::Test {
 protected:
  std::vector<Check> examine(const std::filesystem::path& directory) {
    checks_ = examine_package(directory, test::source_directory() / "samples" / "album");
    return checks_;
  }

  const Check& check(std::string_view name) const {
    const auto found = std::find_if(checks_.begin(), checks_.end(),
                                    [&](const Check& one) { return one.name == name; });
    if (found == checks_.end()) throw std::runtime_error("no check " + std::string(name));
    return *found;
  }

  test::TemporaryCacheHome cache_;
  test::TemporaryDirectory directory_;
  std::vector<Check> checks_;
};

TEST_F(Doctor, PassesEveryTestModel) {
  for (const char* name : {"immich", "immich-fp16-fixed", "immich-external", "transformers-js",
                           "transformers-js-external", "transformers-js-bytes", "immich-bytes",
                           "rclip", "tower-pair", "chinese-clip"}) {
    for (const Check& check : examine(test::test_models_directory() / name)) {
      EXPECT_EQ(check.state, CheckState::passed)
          << name << ", " << check.name << ": " << check.detail;
    }
    EXPECT_EQ(checks_.size(), 15U) << name;
  }
}

TEST_F(Doctor, SaysWhatItFound) {
  examine(test::test_models_directory() / "immich");
  EXPECT_EQ(check("files").detail, "Immich layout, 3 files decide the vectors");
  EXPECT_EQ(check("image tower").detail, "image float32 [?,3,32,32] -> embedding float32 [?,16]");
  EXPECT_EQ(check("text tower").detail, "text int32 [?,16] -> embedding float32 [?,16]");
  EXPECT_THAT(check("image vectors").detail, HasSubstr("16 dimensions, length 1 within"));
  EXPECT_THAT(check("image batch").detail, HasSubstr("between a picture alone and among 5"));
  EXPECT_THAT(check("long text").detail, HasSubstr("cut to 16 ids"));
  EXPECT_EQ(check("dimensions").detail, "image 16, text 16");
  EXPECT_EQ(check("reference tokens").detail, "5 texts");
  EXPECT_THAT(check("reference vectors").detail, HasSubstr("over 5 texts and 3 pictures"));
}

TEST_F(Doctor, PassesATextTowerThatStandsAlone) {
  examine(test::test_models_directory() / "togetheros");
  EXPECT_EQ(check("identity").detail, "togetheros:clip_encode_image");
  EXPECT_EQ(check("image tower").state, CheckState::skipped);
  EXPECT_EQ(check("text tower").detail, "texts int32 [?,16] -> text_features float32 [?,16]");
  EXPECT_EQ(check("reference tokens").state, CheckState::passed);
  EXPECT_TRUE(std::ranges::none_of(
      checks_, [](const Check& one) { return one.state == CheckState::failed; }));
}

TEST_F(Doctor, SkipsTheReferenceThatIsNotThere) {
  const auto copy = test::copy_model("immich", directory_.path());
  std::filesystem::remove(copy / "expected.json");
  examine(copy);
  EXPECT_EQ(check("reference").state, CheckState::skipped);
  EXPECT_THAT(check("reference").detail, HasSubstr("brings no expected.json"));
}

TEST_F(Doctor, FailsAPackageThatIsNotWhole) {
  const auto copy = test::copy_model("immich", directory_.path());
  std::filesystem::remove(copy / "config.json");
  ASSERT_EQ(examine(copy).size(), 1U) << "nothing more can be looked at";
  EXPECT_EQ(check("files").state, CheckState::failed);
  EXPECT_THAT(check("files").detail, HasSubstr("has no config.json, which"));
}

TEST_F(Doctor, FailsATowerAndGoesOn) {
  const auto copy = test::copy_model("immich", directory_.path());
  test::replace_in_file(copy / "visual/preprocess_cfg.json", "32", "48");
  examine(copy);
  EXPECT_EQ(check("image tower").state, CheckState::failed);
  EXPECT_THAT(check("image tower").detail, HasSubstr("asks for pictures of 48"));
  EXPECT_EQ(check("text tower").state, CheckState::passed);
  EXPECT_EQ(check("reference tokens").state, CheckState::passed);
}

TEST_F(Doctor, NoticesOtherWeightsAndOtherTokens) {
  const auto copy = test::copy_model("immich", directory_.path());
  const auto other = test::test_models_directory() / "immich-other-seed/visual/model.onnx";
  std::filesystem::copy_file(other, copy / "visual/model.onnx",
                             std::filesystem::copy_options::overwrite_existing);
  test::replace_in_file(copy / "expected.json", "a red car", "a red cat");
  examine(copy);
  EXPECT_EQ(check("reference vectors").state, CheckState::failed);
  EXPECT_EQ(check("reference tokens").state, CheckState::failed);
  EXPECT_EQ(check("reference tokens").detail, "other ids for \"a red cat\"");
}

TEST_F(Doctor, PassesTheBundledModel) {
  for (const Check& check : examine(test::build_directory() / "share/clipdex/models/demo")) {
    EXPECT_NE(check.state, CheckState::failed) << check.name << ": " << check.detail;
  }
}

}  // namespace
}  // namespace clipdex::encode
