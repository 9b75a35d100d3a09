#include "nodes/model_encoders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/cache_home.hpp"
#include "support/images.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::nodes {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A log that can be read, and a cache of its own for the hashes of models.
class ModelEncoders : public testing::Test {
 protected:
  Model open(const fs::path& name) {
    return open_model(name.native(), ModelTuning::throughput, logger_);
  }

  Error refusal(const fs::path& name) {
    try {
      (void)open(name);
    } catch (const Exception& error) {
      return error.error();
    }
    return {ErrorCode::internal, "it was opened"};
  }

  test::TemporaryCacheHome cache_;
  test::TemporaryDirectory directory_;
  std::string log_;
  dds::Logger logger_{"node", dds::LogSeverity::info, {[this](const dds::LogRecord& record) {
                        log_ += record.message + "\n";
                      }}};
};

TEST_F(ModelEncoders, NothingMeansTheDemoModelAndIsSaid) {
  EXPECT_TRUE(open("").is_demo());
  EXPECT_THAT(log_, HasSubstr("using the small demo model"));
}

TEST_F(ModelEncoders, ADirectoryIsOpenedWithoutAWord) {
  EXPECT_EQ(open(test::test_models_directory() / "immich").name(), "immich");
  EXPECT_EQ(log_, "");
}

TEST_F(ModelEncoders, EitherOnnxFileMeansItsPackage) {
  for (const char* layout : {"immich", "transformers-js", "rclip", "tower-pair"}) {
    const Model whole = open(test::test_models_directory() / layout);
    EXPECT_EQ(open(whole.image_graph()).name(), layout);
    EXPECT_EQ(open(whole.text_graph()).name(), layout);
  }
}

TEST_F(ModelEncoders, AnOnnxFileThatThePackageDoesNotUseIsRefused) {
  const fs::path package = test::copy_model("immich", directory_.path());
  const fs::path graph = open(package).image_graph();
  const fs::path other = graph.parent_path() / "other.onnx";
  fs::copy_file(graph, other);
  const Error error = refusal(other);
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message, HasSubstr("not other.onnx; give the package's directory"));
}

TEST_F(ModelEncoders, AnOnnxFileWithoutAPackageIsRefused) {
  const fs::path file = directory_.path() / "a" / "b" / "text_encoder.onnx";
  test::write_text(file, "no graph");
  const Error error = refusal(file);
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message, HasSubstr("is no part of a model package"));
}

TEST_F(ModelEncoders, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(refusal(directory_.path() / "gone.onnx").code, ErrorCode::not_found);
  EXPECT_THAT(refusal(directory_.path() / "gone.onnx").message, HasSubstr("gone.onnx"));
  EXPECT_EQ(refusal(directory_.path() / "gone").code, ErrorCode::not_found);
}

TEST_F(ModelEncoders, AModelOfTheBpuIsRefusedWithTheWayOut) {
  for (const char* name : {"config/full_model_11.bin", "x.hbm"}) {
    const Error error = refusal(name);
    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_THAT(error.message, HasSubstr(std::string(name) + " is a model for the BPU"));
    EXPECT_THAT(error.message, HasSubstr("ros2 run clip_encode_image clip_encode_image"));
  }
}

TEST_F(ModelEncoders, ImagesAreEncodedInABatchAsOneByOne) {
  Model model = open(test::test_models_directory() / "immich");
  ModelImageEncoder encoder(model);
  std::vector<std::string> files;
  for (const unsigned seed : {1U, 2U}) {
    files.push_back(directory_.path() / (std::to_string(seed) + ".png"));
    const auto bytes = test::encode_picture(image::Format::png, {.seed = seed});
    test::write_text(files.back(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  files.insert(files.begin() + 1, directory_.path() / "gone.png");
  const auto together = encoder.encode(files);
  ASSERT_EQ(together.size(), 3U);
  EXPECT_EQ(together[1].error().code, ErrorCode::not_found);
  EXPECT_THAT(together[1].error().message, HasSubstr("gone.png"));
  for (const std::size_t i : {0U, 2U}) {
    const auto alone = encoder.encode(std::span(&files[i], 1));
    EXPECT_EQ(together[i].value(), alone.front().value());
    EXPECT_EQ(together[i].value().size(), encoder.identity().dimension);
  }
  EXPECT_NE(together[0].value(), together[2].value());
}

TEST_F(ModelEncoders, AFrameHasTheVectorOfTheSamePixelsInAFile) {
  Model model = open(test::test_models_directory() / "immich");
  ModelFrameEncoder encoder(model);
  const image::Raster picture = test::make_picture(96, 64, 1);
  const auto file = test::encode_picture(image::Format::png, {.width = 96, .height = 64});
  const auto by_pixels = encoder.encode(FramePixels{96, 64, picture.rgb});
  const auto by_bytes = encoder.encode(file);
  EXPECT_EQ(by_pixels.value(), by_bytes.value());
  EXPECT_EQ(encoder.identity(), ModelImageEncoder(model).identity());
}

TEST_F(ModelEncoders, AFrameThatIsNoImageHasNoVector) {
  Model model = open(test::test_models_directory() / "immich");
  ModelFrameEncoder encoder(model);
  EXPECT_EQ(encoder.encode(test::bytes_of("no image")).error().code, ErrorCode::unsupported);
  const auto short_one = encoder.encode(FramePixels{2, 2, {1, 2, 3}});
  EXPECT_EQ(short_one.error().code, ErrorCode::corrupt);
  EXPECT_EQ(short_one.error().message, "2 x 2 pixels need 12 bytes, and there are 3");
  EXPECT_EQ(encoder.encode(FramePixels{0, 2, {}}).error().code, ErrorCode::corrupt);
}

TEST_F(ModelEncoders, TextsThatAreTooLongAreCutWithAWarning) {
  Model model = open(test::test_models_directory() / "immich");
  ModelTextEncoder encoder(model, logger_);
  std::string text;
  for (int i = 0; i < 200; ++i) text += "word ";
  const std::vector<std::string> items{"a dog", text};
  const auto results = encoder.encode(items);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].value().size(), encoder.identity().dimension);
  EXPECT_TRUE(results[1].ok());
  EXPECT_EQ(log_, "a text of 1000 bytes is longer than the model takes; its end was ignored\n");
}

TEST_F(ModelEncoders, BothTowersTellTheSameIdentity) {
  Model by_images = open(test::test_models_directory() / "immich");
  Model by_texts = open(test::test_models_directory() / "immich");
  EXPECT_EQ(ModelImageEncoder(by_images).identity(),
            ModelTextEncoder(by_texts, logger_).identity());
}

}  // namespace
}  // namespace clipdex::nodes
