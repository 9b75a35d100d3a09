#include "model/preprocess.hpp"

#include <gmock/gmock.h>

namespace clipdex::model {
namespace {

using image::Interpolation;
using image::PreprocessSpec;
using image::ResizeMode;
using ::testing::HasSubstr;

PreprocessSpec open_clip(std::string_view text) {
  return parse_open_clip_preprocess(text, "/m/preprocess_cfg.json").value_or_throw();
}

PreprocessSpec hugging_face(std::string_view text) {
  return parse_hugging_face_preprocess(text, "/m/preprocessor_config.json").value_or_throw();
}

Error open_clip_error(std::string_view text) {
  const auto result = parse_open_clip_preprocess(text, "/m/preprocess_cfg.json");
  return result ? Error{ErrorCode::internal, "it was accepted"} : result.error();
}

Error hugging_face_error(std::string_view text) {
  const auto result = parse_hugging_face_preprocess(text, "/m/preprocessor_config.json");
  return result ? Error{ErrorCode::internal, "it was accepted"} : result.error();
}

TEST(OpenClipPreprocess, ReadsEveryKey) {
  const PreprocessSpec spec = open_clip(
      R"({"size": [256, 256], "mode": "RGB", "mean": [0.5, 0.25, 0.125], "std": [1, 2, 4],
          "interpolation": "bilinear", "resize_mode": "squash", "fill_color": 0})");
  EXPECT_EQ(spec.size, 256);
  EXPECT_EQ(spec.resize_mode, ResizeMode::squash);
  EXPECT_EQ(spec.interpolation, Interpolation::bilinear);
  EXPECT_EQ(spec.mean, (std::array<float, 3>{0.5F, 0.25F, 0.125F}));
  EXPECT_EQ(spec.std, (std::array<float, 3>{1, 2, 4}));
}

TEST(OpenClipPreprocess, TakesClipsValuesForWhatIsAbsentOrNull) {
  EXPECT_EQ(open_clip(R"({"size": 224})"), PreprocessSpec());
  EXPECT_EQ(open_clip(R"({"size": 224, "mean": null, "interpolation": null})"), PreprocessSpec());
}

TEST(OpenClipPreprocess, NamesFileAndKeyOfAWrongValue) {
  const Error error = open_clip_error(R"({"size": "large"})");
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_EQ(error.message,
            "\"size\" in /m/preprocess_cfg.json is not a whole number of pixels from 1 to 4096; "
            "download the model again");
  for (const char* text :
       {R"({})", R"({"size": 0})", R"({"size": -224})", R"({"size": 1e30})", R"({"size": 22.5})",
        R"({"size": []})", R"({"size": [224]})", R"({"size": 224, "mean": [1, 2]})",
        R"({"size": 224, "mean": "a"})", R"({"size": 224, "std": [1, 0, 1]})",
        R"({"size": 224, "mode": 3})", R"({"size": 224, "mean": [1, 2, 1e300]})"}) {
    EXPECT_EQ(open_clip_error(text).code, ErrorCode::corrupt) << text;
  }
}

TEST(OpenClipPreprocess, SaysWhatItCannotDo) {
  const Error error = open_clip_error(R"({"size": 224, "resize_mode": "longest"})");
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message, HasSubstr("asks for the resize mode \"longest\""));
  EXPECT_THAT(open_clip_error(R"({"size": 224, "mode": "L"})").message,
              HasSubstr("the colour mode \"L\""));
  EXPECT_THAT(open_clip_error(R"({"size": 224, "interpolation": "lanczos"})").message,
              HasSubstr("the filter \"lanczos\""));
  EXPECT_THAT(open_clip_error(R"({"size": [224, 336]})").message, HasSubstr("not square"));
}

TEST(HuggingFacePreprocess, ReadsClip) {
  const PreprocessSpec spec = hugging_face(
      R"({"do_resize": true, "size": {"shortest_edge": 224}, "resample": 3,
          "do_center_crop": true, "crop_size": {"height": 224, "width": 224},
          "do_rescale": true, "rescale_factor": 0.00392156862745098, "do_normalize": true,
          "image_mean": [0.48145466, 0.4578275, 0.40821073],
          "image_std": [0.26862954, 0.26130258, 0.27577711]})");
  EXPECT_EQ(spec, PreprocessSpec());
  EXPECT_EQ(hugging_face(R"({"size": 224, "crop_size": 224, "do_center_crop": true})"),
            PreprocessSpec())
      << "the older form";
}

TEST(HuggingFacePreprocess, ReadsSiglipAsASquash) {
  const PreprocessSpec spec = hugging_face(
      R"({"size": {"height": 256, "width": 256}, "resample": 2,
          "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]})");
  EXPECT_EQ(spec.size, 256);
  EXPECT_EQ(spec.resize_mode, ResizeMode::squash);
  EXPECT_EQ(spec.interpolation, Interpolation::bilinear);
  EXPECT_EQ(spec.mean, (std::array<float, 3>{0.5F, 0.5F, 0.5F}));
  EXPECT_EQ(hugging_face(R"({"size": 224, "do_center_crop": false})").resize_mode,
            ResizeMode::squash);
}

TEST(HuggingFacePreprocess, WithoutNormalisingLeavesValuesFromZeroToOne) {
  const PreprocessSpec spec = hugging_face(
      R"({"size": 224, "crop_size": 224, "do_normalize": false, "image_mean": [1, 1, 1]})");
  EXPECT_EQ(spec.mean, (std::array<float, 3>{0, 0, 0}));
  EXPECT_EQ(spec.std, (std::array<float, 3>{1, 1, 1}));
}

TEST(HuggingFacePreprocess, SaysWhatItCannotDo) {
  EXPECT_THAT(hugging_face_error(R"({"size": {"shortest_edge": 256}, "crop_size": 224})").message,
              HasSubstr("a cut of 224 pixels out of 256"));
  EXPECT_THAT(hugging_face_error(R"({"size": {"shortest_edge": 224}})").message,
              HasSubstr("resized but not cut square"));
  EXPECT_THAT(hugging_face_error(R"({"size": 224, "resample": 1})").message,
              HasSubstr("Pillow's filter 1"));
  for (const char* text :
       {R"({"size": 224, "do_rescale": false})", R"({"size": 224, "do_resize": false})",
        R"({"size": {"height": 224, "width": 336}})"}) {
    EXPECT_EQ(hugging_face_error(text).code, ErrorCode::unsupported) << text;
  }
}

TEST(HuggingFacePreprocess, NamesFileAndKeyOfAWrongValue) {
  EXPECT_EQ(hugging_face_error(R"({"size": 224, "do_center_crop": "yes"})").message,
            "\"do_center_crop\" in /m/preprocessor_config.json is not true or false; download the "
            "model again");
  for (const char* text : {R"({})", R"({"size": {}})", R"({"size": {"shortest_edge": null}})",
                           R"({"size": 224, "do_center_crop": true})",
                           R"({"size": 224, "resample": 2.5})", "[]", ""}) {
    EXPECT_EQ(hugging_face_error(text).code, ErrorCode::corrupt) << text;
  }
}

}  // namespace
}  // namespace clipdex::model
