#include "library/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/file.hpp"
#include "base/utf8.hpp"
#include "image/decode.hpp"
#include "image/resize.hpp"
#include "library/model_locator.hpp"
#include "model/package.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::library {
namespace {

constexpr std::uint64_t kFileBytesMax = 1ULL << 30;

Result<image::Decoded> decode_file(const std::filesystem::path& file, image::Fidelity fidelity,
                                   int side_needed) {
  Result<FileContent> content = read_file(file, kFileBytesMax);
  if (!content) return content.error();
  Result<image::Decoded> decoded = image::decode(
      content.value().bytes, {.fidelity = fidelity, .side_needed = side_needed, .pixels_max = 0});
  if (decoded) return decoded;
  return Error{decoded.error().code,
               fmt::format("{}: {}", to_valid_utf8(file.native()), decoded.error().message)};
}

Picture to_picture(image::Raster raster) {
  return {raster.width, raster.height, std::move(raster.rgb)};
}

}  // namespace

struct TokenInspector::Parts {
  std::unique_ptr<const text::Tokenizer> tokenizer;
};

TokenInspector TokenInspector::from_file(const std::filesystem::path& file) {
  const bool is_json = file.extension() == ".json";
  auto tokenizer = is_json ? text::load_tokenizer_json(file) : text::load_clip_bpe(file);
  return TokenInspector(std::make_unique<Parts>(Parts{std::move(tokenizer).value_or_throw()}));
}

TokenInspector TokenInspector::from_model(std::string_view directory_or_name) {
  const model::Package package =
      model::read_package(locate_model(directory_or_name).value_or_throw()).value_or_throw();
  return TokenInspector(
      std::make_unique<Parts>(Parts{model::load_tokenizer(package).value_or_throw()}));
}

TokenInspector::TokenInspector(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TokenInspector::TokenInspector(TokenInspector&&) noexcept = default;
TokenInspector& TokenInspector::operator=(TokenInspector&&) noexcept = default;
TokenInspector::~TokenInspector() = default;

std::vector<std::int32_t> TokenInspector::ids(std::string_view utf8) const {
  return parts_->tokenizer->encode(utf8);
}

Result<Picture> exact_square(const std::filesystem::path& file, int side) {
  Result<image::Decoded> decoded = decode_file(file, image::Fidelity::exact, side);
  if (!decoded) return decoded.error();
  image::PreprocessSpec spec;
  spec.size = side;
  return to_picture(image::resize_and_crop(decoded.value().pixels, spec));
}

Result<Picture> preview_picture(const std::filesystem::path& file, int width_max, int height_max) {
  Result<image::Decoded> decoded =
      decode_file(file, image::Fidelity::fast, std::max(width_max, height_max));
  if (!decoded) return decoded.error();
  const image::Raster& pixels = decoded.value().pixels;
  const double scale = std::min({1.0, static_cast<double>(width_max) / pixels.width,
                                 static_cast<double>(height_max) / pixels.height});
  const int width = std::max(1, static_cast<int>(pixels.width * scale));
  const int height = std::max(1, static_cast<int>(pixels.height * scale));
  return to_picture(image::resize(pixels, width, height, image::Interpolation::bicubic));
}

}  // namespace clipdex::library
