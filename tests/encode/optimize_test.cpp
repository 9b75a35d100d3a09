#include "encode/optimize.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "encode/encoders.hpp"
#include "encode/proof.hpp"
#include "encode/reference_data.hpp"
#include "model/onnx_file.hpp"
#include "support/cache_home.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// Works on copies of test models.
class Optimize : public ::testing::Test {
 protected:
  model::Package copy(std::string_view name) {
    return model::read_package(test::copy_model(name, directory_.path())).value_or_throw();
  }

  static VariantReport optimize(const model::Package& package,
                                ModelPrecision precision = ModelPrecision::int8) {
    OptimizeOptions options;
    options.precisions = {precision};
    options.program_version = "1.2.3";
    for (const auto& entry : fs::directory_iterator(package.directory / "expected")) {
      options.images.push_back(entry.path());
    }
    options.images.push_back(package.directory / "missing.jpg");
    return optimize_package(package, options).front();
  }

  static bool was_applied(const VariantReport& report, std::string_view tower,
                          std::string_view name) {
    const auto& passes = report.manifest.passes;
    return std::any_of(passes.begin(), passes.end(), [&](const model::PassRecord& pass) {
      return pass.tower == tower && pass.name == name && pass.applied;
    });
  }

  static model::Package with(const model::Package& package, ModelPrecision precision) {
    return model::with_variant(package, precision).value_or_throw();
  }

  test::TemporaryCacheHome cache_;
  test::TemporaryDirectory directory_;
};

/// Every layout and both styles of exporters, with weights inside and outside, float32 and float16,
/// open and fixed batches.
class OptimizeEvery : public Optimize, public ::testing::WithParamInterface<const char*> {};

TEST_P(OptimizeEvery, ModelInInt8NearTheOriginal) {
  const model::Package original = copy(GetParam());
  const VariantReport report = optimize(original);
  ASSERT_TRUE(report.written) << report.problem;
  for (const auto& [tower, pass] : {std::pair{"image", "attention"},
                                    {"image", "pooled token"},
                                    {"image", "linear"},
                                    {"text", "attention"},
                                    {"text", "text end"},
                                    {"text", "linear"}}) {
    EXPECT_TRUE(was_applied(report, tower, pass)) << tower << " " << pass;
  }
  const model::Package variant = with(original, ModelPrecision::int8);
  const auto data = read_reference_data(original.directory).value_or_throw().value();
  const auto text = load_text_encoder(variant, Tuning::latency).value_or_throw();
  for (const ExpectedText& item : data.texts) {
    EXPECT_GT(cosine(item.vector, text->encode(item.text).vector), 0.995) << item.text;
  }
  const auto pictures = made_up_pictures(32, 7);
  const Tick go_on = [] {};
  const auto before = encode_all(*load_image_encoder(original, Tuning::throughput).value_or_throw(),
                                 pictures, go_on);
  const auto image = load_image_encoder(variant, Tuning::throughput).value_or_throw();
  const auto after = encode_all(*image, pictures, go_on);
  EXPECT_GT(compare(before, after).worst, 0.995);
  // A vector never depends on its neighbours: not one bit of it.
  for (std::size_t place = 0; place < pictures.size(); ++place) {
    EXPECT_EQ(image->encode(std::span(&pictures[place], 1)).front(), after[place]) << place;
  }
}

TEST_P(OptimizeEvery, ModelInFloat32ToTheLastDigits) {
  const model::Package original = copy(GetParam());
  const VariantReport report = optimize(original, ModelPrecision::float32);
  ASSERT_TRUE(report.written) << report.problem;
  EXPECT_FALSE(was_applied(report, "image", "linear"));
  ASSERT_EQ(report.manifest.proofs.size(), 2U);
  for (const model::ProofRecord& proof : report.manifest.proofs) {
    EXPECT_GE(proof.worst, 1 - 1e-5) << proof.tower;
    EXPECT_EQ(proof.worst_min, 1 - 1e-5);
  }
  EXPECT_TRUE(with(original, ModelPrecision::float32).variant);
  EXPECT_FALSE(with(original, ModelPrecision::automatic).variant) << "that takes int8 alone";
}

INSTANTIATE_TEST_SUITE_P(Optimize, OptimizeEvery,
                         ::testing::Values("immich", "immich-torch", "immich-fp16-fixed",
                                           "immich-external", "transformers-js",
                                           "transformers-js-bytes", "rclip", "tower-pair"),
                         test::parameter_name);

TEST_F(Optimize, AGraphForOneItemAtATimeGetsItsLayersInInt8) {
  const VariantReport report = optimize(copy("chinese-clip"));
  ASSERT_TRUE(report.written) << report.problem;
  EXPECT_TRUE(was_applied(report, "image", "linear"));
  EXPECT_TRUE(was_applied(report, "text", "linear"));
}

TEST_F(Optimize, ATextTowerThatStandsAloneIsRefused) {
  const model::Package package =
      model::read_package(test::test_models_directory() / "togetheros").value_or_throw();
  try {
    optimize(package);
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::unsupported);
    EXPECT_THAT(exception.what(),
                HasSubstr("has a text tower alone, and only a package with both"));
  }
}

TEST_F(Optimize, TheIdentityStaysAndWeightsAreMapped) {
  const model::Package original = copy("immich");
  ASSERT_TRUE(optimize(original).written);
  const model::Package variant = with(original, ModelPrecision::automatic);
  ASSERT_TRUE(variant.variant);
  EXPECT_EQ(model::package_hash(variant).value_or_throw(),
            model::package_hash(original).value_or_throw());
  const auto graph = model::read_onnx_file(variant.visual_to_run()).value_or_throw();
  EXPECT_THAT(graph.external_data, ::testing::ElementsAre("visual.onnx.data"));
}

TEST_F(Optimize, ASecondRunReplacesTheFirst) {
  const model::Package original = copy("immich");
  ASSERT_TRUE(optimize(original).written);
  const auto manifest = original.directory / "optimized/int8/manifest.json";
  const std::string first = test::read_text(manifest);
  test::write_text(original.directory / "optimized/int8/left-over", "x");
  ASSERT_TRUE(optimize(original).written);
  EXPECT_EQ(test::read_text(manifest), first);
  EXPECT_FALSE(fs::exists(original.directory / "optimized/int8/left-over"));
  EXPECT_FALSE(fs::exists(original.directory / "optimized/.writing"));
}

TEST_F(Optimize, ARunThatIsStoppedLeavesNothing) {
  const model::Package original = copy("immich");
  OptimizeOptions options;
  options.progress = [](std::string_view what) { return what != "int8: text tower"; };
  try {
    (void)optimize_package(original, options);
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::stopped);
    EXPECT_EQ(std::string(exception.what()), "stopped; nothing was written");
  }
  EXPECT_FALSE(fs::exists(original.directory / "optimized"));
}

TEST_F(Optimize, AModelOfAnotherKindKeepsWhatNoPassKnows) {
  const auto place = directory_.path() / "demo";
  fs::copy(test::source_directory() / "models/demo", place, fs::copy_options::recursive);
  OptimizeOptions options;
  const VariantReport report =
      optimize_package(model::read_package(place).value_or_throw(), options).front();
  ASSERT_TRUE(report.written) << report.problem;
  EXPECT_FALSE(was_applied(report, "image", "attention"));
  EXPECT_TRUE(was_applied(report, "text", "linear"));
  EXPECT_FALSE(report.manifest.text_stops_at_end);
}

TEST_F(Optimize, AModelWhoseFilesAreNotWholeIsRefused) {
  const model::Package original = copy("immich-external");
  fs::remove(original.directory / "visual/model.onnx.data");
  try {
    (void)optimize_package(original, {});
    FAIL() << "nothing was thrown";
  } catch (const Exception& exception) {
    EXPECT_THAT(exception.what(), HasSubstr("visual/model.onnx.data is missing"));
  }
  EXPECT_FALSE(fs::exists(original.directory / "optimized"));
}

}  // namespace
}  // namespace clipdex::encode
