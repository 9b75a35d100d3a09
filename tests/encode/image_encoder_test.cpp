#include <gmock/gmock.h>

#include <cmath>
#include <thread>

#include "base/file.hpp"
#include "encode/encoders.hpp"
#include "encode/reference_data.hpp"
#include "image/decode.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::unique_ptr<ImageEncoder> load(const std::filesystem::path& directory,
                                   Tuning tuning = Tuning::throughput) {
  return load_image_encoder(model::read_package(directory).value_or_throw(), tuning)
      .value_or_throw();
}

/// The pictures that the writer of the test models computed vectors for, in plain numpy.
std::vector<ExpectedImage> expected_images(const std::filesystem::path& directory) {
  return read_reference_data(directory).value_or_throw().value().images;
}

std::vector<image::Raster> pictures_of(const std::vector<ExpectedImage>& expected) {
  std::vector<image::Raster> pictures;
  for (const ExpectedImage& item : expected) {
    const FileContent content = read_file(item.file, 1 << 20).value_or_throw();
    pictures.push_back(
        image::decode(content.bytes, {.fidelity = image::Fidelity::exact}).value_or_throw().pixels);
  }
  return pictures;
}

double length(const Embedding& vector) { return std::sqrt(cosine(vector, vector)); }

/// Parameter: the name of a test model; between them they have every layout, both types of pixels,
/// fixed and open batch, external data, and one output or two.
class EveryImageTower : public ::testing::TestWithParam<const char*> {
 protected:
  const std::filesystem::path directory_ = test::test_models_directory() / GetParam();
};

TEST_P(EveryImageTower, AgreesWithPlainNumpy) {
  const auto expected = expected_images(directory_);
  ASSERT_EQ(expected.size(), 3U);
  for (const Tuning tuning : {Tuning::throughput, Tuning::latency}) {
    const auto encoder = load(directory_, tuning);
    EXPECT_EQ(encoder->dimension(), 16U);
    const auto vectors = encoder->encode(pictures_of(expected));
    ASSERT_EQ(vectors.size(), expected.size());
    for (std::size_t at = 0; at < vectors.size(); ++at) {
      EXPECT_NEAR(length(vectors[at]), 1, 1e-5);
      EXPECT_GT(cosine(vectors[at], expected[at].vector), 1 - 1e-5) << at;
    }
  }
}

TEST_P(EveryImageTower, GivesTheSameVectorWhateverSharesTheBatch) {
  const auto encoder = load(directory_);
  const auto pictures = pictures_of(expected_images(directory_));
  std::vector<image::Raster> many;
  for (int at = 0; at < 11; ++at) many.push_back(pictures[at % pictures.size()]);
  const auto together = encoder->encode(many);
  ASSERT_EQ(together.size(), many.size());
  for (std::size_t at = 0; at < many.size(); ++at) {
    const auto alone = encoder->encode(std::span(&many[at], 1)).front();
    EXPECT_GT(cosine(alone, together[at]), 1 - 1e-6) << at;
  }
}

INSTANTIATE_TEST_SUITE_P(TestModels, EveryImageTower,
                         ::testing::Values("immich", "immich-fp16-fixed", "immich-external",
                                           "immich-bytes", "transformers-js",
                                           "transformers-js-bytes", "transformers-js-external",
                                           "rclip", "tower-pair", "chinese-clip"),
                         test::parameter_name);

TEST(ImageEncoder, GivesNothingForNothing) {
  EXPECT_THAT(load(test::test_models_directory() / "immich")->encode({}), IsEmpty());
}

TEST(ImageEncoder, KnowsItsBestBatch) {
  const auto models = test::test_models_directory();
  EXPECT_EQ(load(models / "immich")->batch_best(), 4U);
  EXPECT_EQ(load(models / "immich-fp16-fixed")->batch_best(), 3U) << "the graph takes no other";
}

TEST(ImageEncoder, ServesManyThreadsAtOnce) {
  const auto directory = test::test_models_directory() / "immich";
  const auto encoder = load(directory);
  const auto pictures = pictures_of(expected_images(directory));
  const auto expected = encoder->encode(pictures);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) EXPECT_EQ(encoder->encode(pictures), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class DamagedImageTower : public ::testing::Test {
 protected:
  Error load_error() {
    const auto encoder =
        load_image_encoder(model::read_package(copy_).value_or_throw(), Tuning::throughput);
    return encoder ? Error{ErrorCode::internal, "it was loaded"} : encoder.error();
  }

  test::TemporaryDirectory directory_;
  std::filesystem::path copy_ = test::copy_model("immich-external", directory_.path());
};

TEST_F(DamagedImageTower, IsNamedWhenItsWeightsAreMissing) {
  std::filesystem::remove(copy_ / "visual/model.onnx.data");
  EXPECT_EQ(load_error().code, ErrorCode::not_found);
  EXPECT_THAT(load_error().message,
              HasSubstr((copy_ / "visual/model.onnx.data").native() + " is missing, and "));
}

TEST_F(DamagedImageTower, IsNamedWhenItsWeightsAreTooShort) {
  std::filesystem::resize_file(copy_ / "visual/model.onnx.data", 1000);
  EXPECT_EQ(load_error().code, ErrorCode::corrupt);
  EXPECT_THAT(load_error().message, HasSubstr("ONNX Runtime cannot load "));
}

TEST(ImageEncoder, TakesTheOnlyInputWhateverItsName) {
  const test::TemporaryDirectory directory;
  const auto copy = test::copy_model("immich", directory.path());
  const auto pictures = pictures_of(expected_images(copy));
  const auto before = load(copy)->encode(pictures);
  test::replace_in_file(copy / "visual/model.onnx", "image", "imago");
  EXPECT_EQ(load(copy)->encode(pictures), before);
}

TEST(ImageEncoder, APackageWithoutOneSaysWhatItIsFor) {
  const auto package =
      model::read_package(test::test_models_directory() / "togetheros").value_or_throw();
  const auto encoder = load_image_encoder(package, Tuning::throughput);
  ASSERT_FALSE(encoder);
  EXPECT_EQ(encoder.error().code, ErrorCode::unsupported);
  EXPECT_THAT(encoder.error().message,
              HasSubstr("has a text tower alone (TogetheROS text encoder)"));
  EXPECT_THAT(encoder.error().message, HasSubstr("name another model with --model DIR"));
}

TEST_F(DamagedImageTower, IsRefusedWhenItsDescriptionHasAnotherSize) {
  test::replace_in_file(copy_ / "visual/preprocess_cfg.json", "32", "48");
  EXPECT_EQ(load_error().code, ErrorCode::unsupported);
  EXPECT_THAT(load_error().message, HasSubstr("takes image float32 [?,3,32,32], but the "
                                              "description beside it asks for pictures of 48"));
}

}  // namespace
}  // namespace clipdex::encode
