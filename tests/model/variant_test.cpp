#include "model/variant.hpp"

#include <gmock/gmock.h>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "support/cache_home.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A package with an int8 variant whose graphs are copies of the original's.
class VariantFiles : public ::testing::Test {
 protected:
  VariantFiles() {
    std::filesystem::create_directories(place_);
    std::filesystem::copy_file(package_.visual_graph, place_ / "visual.onnx");
    std::filesystem::copy_file(package_.textual_graph, place_ / "textual.onnx");
    manifest_.program_version = "1.2.3";
    manifest_.text_stops_at_end = true;
    manifest_.originals = original_hashes(package_).value_or_throw();
    for (const char* name : {"visual.onnx", "textual.onnx"}) {
      manifest_.files[name] = sha256_file(place_ / name).value_or_throw();
    }
    manifest_.passes.push_back({"image", "attention", true, "2 of 2"});
    manifest_.proofs.push_back({"text", 97, 0.9995, 0.998, 0.999, 0.995});
    write();
    set_log_sink([this](LogLevel level, std::string_view line) {
      if (level == LogLevel::warning) warnings_.emplace_back(line);
    });
  }
  ~VariantFiles() override { set_log_sink({}); }

  void write() { test::write_text(place_ / "manifest.json", manifest_text(manifest_)); }

  /// Nothing must make a broken variant run, and one warning must say what to do.
  void expect_original_runs(const std::string& why) {
    const Package package = with_variant(package_, ModelPrecision::automatic).value_or_throw();
    EXPECT_FALSE(package.variant);
    EXPECT_EQ(package.visual_to_run(), package_.visual_graph);
    EXPECT_THAT(warnings_,
                ElementsAre(AllOf(HasSubstr(place_.native() + " cannot be used: "), HasSubstr(why),
                                  EndsWith("make it again with: clipdex model optimize " +
                                           package_.directory.native()))));
    const auto asked = with_variant(package_, ModelPrecision::int8);
    ASSERT_FALSE(asked);
    EXPECT_THAT(asked.error().message, HasSubstr(why));
    warnings_.clear();
  }

  test::TemporaryCacheHome cache_;
  test::TemporaryDirectory directory_;
  const Package package_ =
      read_package(test::copy_model("immich", directory_.path())).value_or_throw();
  const std::filesystem::path place_ = package_.directory / "optimized/int8";
  Manifest manifest_;
  std::vector<std::string> warnings_;
};

TEST_F(VariantFiles, OneThatFitsRunsAndTheIdentityStays) {
  for (const ModelPrecision precision : {ModelPrecision::automatic, ModelPrecision::int8}) {
    const Package package = with_variant(package_, precision).value_or_throw();
    ASSERT_TRUE(package.variant);
    EXPECT_TRUE(package.variant->text_stops_at_end);
    EXPECT_EQ(package.visual_to_run(), place_ / "visual.onnx");
    EXPECT_EQ(package.textual_to_run(), place_ / "textual.onnx");
    EXPECT_EQ(package_hash(package).value_or_throw(), package_hash(package_).value_or_throw());
  }
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(VariantFiles, Float32IsTheOriginalWhereNoOtherWasWritten) {
  EXPECT_FALSE(with_variant(package_, ModelPrecision::float32).value_or_throw().variant);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(VariantFiles, OneThatIsAskedForAndNotThereIsAnError) {
  std::filesystem::remove_all(package_.directory / "optimized");
  EXPECT_FALSE(with_variant(package_, ModelPrecision::automatic).value_or_throw().variant);
  EXPECT_THAT(warnings_, IsEmpty());
  const auto asked = with_variant(package_, ModelPrecision::int8);
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, ErrorCode::not_found);
  EXPECT_EQ(asked.error().message,
            package_.name + " has no int8 variant; make it with: clipdex model optimize " +
                package_.directory.native());
}

TEST_F(VariantFiles, OneOfOtherOriginalsIsStale) {
  manifest_.originals["visual/model.onnx"] = std::string(64, '0');
  write();
  expect_original_runs("it was made from other files than those of the model now");
}

TEST_F(VariantFiles, OneWithOtherFilesIsBroken) {
  test::write_text(place_ / "visual.onnx", test::read_text(place_ / "textual.onnx"));
  expect_original_runs("its files are not those that were proved");
  std::filesystem::remove(place_ / "visual.onnx");
  expect_original_runs("cannot open " + (place_ / "visual.onnx").native());
}

TEST_F(VariantFiles, AManifestThatNamesOtherPlacesIsRefused) {
  manifest_.files["../../visual/model.onnx"] = std::string(64, '0');
  write();
  expect_original_runs("its manifest names other places");
}

TEST_F(VariantFiles, AManifestWithoutAGraphIsRefused) {
  manifest_.files.erase("textual.onnx");
  write();
  expect_original_runs("it has no textual.onnx");
}

TEST_F(VariantFiles, AManifestThatIsNoneIsRefused) {
  const std::string whole = manifest_text(manifest_);
  test::write_text(place_ / "manifest.json", whole.substr(0, whole.size() / 2));
  expect_original_runs("is not valid JSON");
  test::write_text(place_ / "manifest.json", "{\"format\": 1, \"program\": 7}");
  expect_original_runs("is no manifest of a variant");
  test::write_text(place_ / "manifest.json", "{\"format\": 2}");
  expect_original_runs("is of a format that this program does not know");
  std::filesystem::remove(place_ / "manifest.json");
  expect_original_runs("cannot open");
}

TEST_F(VariantFiles, AManifestComesBackAsItWasWritten) {
  const Manifest read = read_manifest(place_ / "manifest.json").value_or_throw();
  EXPECT_EQ(manifest_text(read), manifest_text(manifest_));
  EXPECT_EQ(read.proofs[0].median, 0.9995);
  EXPECT_EQ(read.passes[0].name, "attention");
}

}  // namespace
}  // namespace clipdex::model
