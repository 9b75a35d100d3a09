#include "model/preprocess.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "model/json_file.hpp"

namespace clipdex::model {
namespace {

using nlohmann::json;

constexpr int kPillowBilinear = 2;
constexpr int kPillowBicubic = 3;

/// One description: looks values up and says what is wrong with them, naming the file and the key.
class Description {
 public:
  Description(std::string_view text, std::string_view file)
      : object_(parse_json_object(text, file)), file_(file) {}

  /// The value of a key; nothing when it is absent or null, which means the same in these files.
  const json* find(std::string_view key) const {
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  std::optional<bool> flag(std::string_view key) const {
    const json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean()) fail_kind(key, "true or false");
    return value->get<bool>();
  }

  std::optional<std::string> word(std::string_view key) const {
    const json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) fail_kind(key, "a word");
    return value->get<std::string>();
  }

  int pixels(const json& value, std::string_view key) const {
    const double number = value.is_number() ? value.get<double>() : 0;
    if (!(number >= 1 && number <= kImageSizeMax) || number != std::floor(number)) {
      fail_kind(key, fmt::format("a whole number of pixels from 1 to {}", kImageSizeMax));
    }
    return static_cast<int>(number);
  }

  /// The one number that two sides must share.
  int square(const json& height, const json& width, std::string_view key) const {
    const int side = pixels(height, key);
    if (pixels(width, key) != side) fail_unsupported(key, "a picture that is not square");
    return side;
  }

  /// Three numbers, one a channel, or nothing when the key is absent.
  std::optional<std::array<float, 3>> channels(std::string_view key, bool positive) const {
    const json* value = find(key);
    if (value == nullptr) return std::nullopt;
    std::array<float, 3> numbers{};
    bool good = value->is_array() && value->size() == numbers.size();
    for (std::size_t channel = 0; good && channel < numbers.size(); ++channel) {
      const json& item = (*value)[channel];
      numbers[channel] = item.is_number() ? item.get<float>() : NAN;
      good = std::isfinite(numbers[channel]) && (!positive || numbers[channel] > 0);
    }
    if (!good) fail_kind(key, positive ? "three numbers above 0" : "three numbers");
    return numbers;
  }

  [[noreturn]] void fail_kind(std::string_view key, std::string_view expected) const {
    throw Exception(
        ErrorCode::corrupt,
        fmt::format("\"{}\" in {} is not {}; download the model again", key, file_, expected));
  }

  [[noreturn]] void fail_unsupported(std::string_view key, std::string_view what) const {
    throw Exception(ErrorCode::unsupported,
                    fmt::format("\"{}\" in {} asks for {}, which clipdex cannot do; use another "
                                "model",
                                key, file_, what));
  }

 private:
  json object_;
  std::string_view file_;
};

void read_mean_and_std(const Description& description, std::string_view mean, std::string_view std,
                       image::PreprocessSpec& spec) {
  if (const auto numbers = description.channels(mean, false)) spec.mean = *numbers;
  if (const auto numbers = description.channels(std, true)) spec.std = *numbers;
}

image::PreprocessSpec read_open_clip(const Description& description) {
  image::PreprocessSpec spec;
  const json* size = description.find("size");
  if (size == nullptr) description.fail_kind("size", "there");
  const bool is_pair = size->is_array() && size->size() == 2;
  spec.size = is_pair ? description.square((*size)[0], (*size)[1], "size")
                      : description.pixels(*size, "size");
  if (const auto mode = description.word("mode").value_or("RGB"); mode != "RGB") {
    description.fail_unsupported("mode", fmt::format("the colour mode \"{}\"", mode));
  }
  const auto resize = description.word("resize_mode").value_or("shortest");
  if (resize == "squash") {
    spec.resize_mode = image::ResizeMode::squash;
  } else if (resize != "shortest") {
    description.fail_unsupported("resize_mode", fmt::format("the resize mode \"{}\"", resize));
  }
  const auto filter = description.word("interpolation").value_or("bicubic");
  if (filter == "bilinear") {
    spec.interpolation = image::Interpolation::bilinear;
  } else if (filter != "bicubic") {
    description.fail_unsupported("interpolation", fmt::format("the filter \"{}\"", filter));
  }
  read_mean_and_std(description, "mean", "std", spec);
  return spec;
}

/// The side of `crop_size`, a number or {"height", "width"}; nothing when no crop is wanted.
std::optional<int> crop_side(const Description& description) {
  const json* crop = description.find("crop_size");
  if (!description.flag("do_center_crop").value_or(crop != nullptr)) return std::nullopt;
  if (crop == nullptr) description.fail_kind("crop_size", "there");
  if (crop->is_object() && crop->contains("height") && crop->contains("width")) {
    return description.square((*crop)["height"], (*crop)["width"], "crop_size");
  }
  return description.pixels(*crop, "crop_size");
}

void read_hugging_face_size(const Description& description, image::PreprocessSpec& spec) {
  const std::optional<int> crop = crop_side(description);
  const json* size = description.find("size");
  if (size == nullptr) description.fail_kind("size", "there");
  if (size->is_object() && size->contains("shortest_edge")) {
    spec.size = description.pixels((*size)["shortest_edge"], "size");
    if (!crop) description.fail_unsupported("size", "a picture that is resized but not cut square");
  } else if (size->is_object() && size->contains("height") && size->contains("width")) {
    spec.size = description.square((*size)["height"], (*size)["width"], "size");
    spec.resize_mode = image::ResizeMode::squash;
  } else {
    spec.size = description.pixels(*size, "size");
    // A bare number is the short side for processors that crop and both sides for those that do
    // not.
    if (!crop) spec.resize_mode = image::ResizeMode::squash;
  }
  if (crop && *crop != spec.size) {
    description.fail_unsupported("crop_size",
                                 fmt::format("a cut of {} pixels out of {}", *crop, spec.size));
  }
}

void read_hugging_face_filter(const Description& description, image::PreprocessSpec& spec) {
  const json* resample = description.find("resample");
  if (resample == nullptr) return;
  if (!resample->is_number_integer()) description.fail_kind("resample", "a whole number");
  const auto filter = resample->get<std::int64_t>();
  if (filter == kPillowBilinear) {
    spec.interpolation = image::Interpolation::bilinear;
  } else if (filter != kPillowBicubic) {
    description.fail_unsupported("resample", fmt::format("Pillow's filter {}", filter));
  }
}

image::PreprocessSpec read_hugging_face(const Description& description) {
  image::PreprocessSpec spec;
  if (!description.flag("do_resize").value_or(true)) {
    description.fail_unsupported("do_resize", "pictures of any size");
  }
  if (!description.flag("do_rescale").value_or(true)) {
    description.fail_unsupported("do_rescale", "pixels from 0 to 255");
  }
  read_hugging_face_size(description, spec);
  read_hugging_face_filter(description, spec);
  read_mean_and_std(description, "image_mean", "image_std", spec);
  if (!description.flag("do_normalize").value_or(true)) {
    spec.mean = {0, 0, 0};
    spec.std = {1, 1, 1};
  }
  return spec;
}

Result<image::PreprocessSpec> parse(image::PreprocessSpec (*read)(const Description&),
                                    std::string_view text, std::string_view file) {
  try {
    return read(Description(text, file));
  } catch (const Exception& exception) {
    return exception.error();
  }
}

}  // namespace

Result<image::PreprocessSpec> parse_open_clip_preprocess(std::string_view text,
                                                         std::string_view file) {
  return parse(read_open_clip, text, file);
}

Result<image::PreprocessSpec> parse_hugging_face_preprocess(std::string_view text,
                                                            std::string_view file) {
  return parse(read_hugging_face, text, file);
}

}  // namespace clipdex::model
