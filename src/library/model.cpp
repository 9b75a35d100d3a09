#include "clipdex/model.hpp"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "base/file.hpp"
#include "base/utf8.hpp"
#include "encode/encoders.hpp"
#include "image/decode.hpp"
#include "image/limits.hpp"
#include "image/resize.hpp"
#include "library/model_locator.hpp"
#include "model/package.hpp"
#include "model/variant.hpp"

namespace clipdex {
namespace {

constexpr std::uint64_t kFileBytesMax = 1ULL << 30;

Error with_name(const std::string& file, const Error& error) {
  return {error.code, fmt::format("{}: {}", to_valid_utf8(file), error.message)};
}

/// An image file as the square that the model takes.
Result<image::Raster> prepare(const std::string& file, const image::PreprocessSpec& spec) {
  Result<FileContent> content = read_file(file, kFileBytesMax);
  if (!content) return content.error();
  Result<image::Decoded> decoded =
      image::decode_square(content.value().bytes, spec, image::Fidelity::fast);
  if (!decoded) return with_name(file, decoded.error());
  return std::move(decoded.value().pixels);
}

std::optional<Error> fault_in(const PixelView& pixels) {
  auto refusal = image::refuse_size(pixels.width, pixels.height, image::default_pixels_max());
  if (refusal) return refusal;
  const std::uint64_t needed = std::uint64_t{3} * static_cast<std::uint64_t>(pixels.width) *
                               static_cast<std::uint64_t>(pixels.height);
  if (pixels.rgb.size() == needed) return std::nullopt;
  return Error{ErrorCode::corrupt,
               fmt::format("{} x {} pixels need {} bytes, and there are {}", pixels.width,
                           pixels.height, needed, pixels.rgb.size())};
}

encode::Tuning tuning_of(ModelTuning tuning) {
  return tuning == ModelTuning::latency ? encode::Tuning::latency : encode::Tuning::throughput;
}

}  // namespace

struct Model::Parts {
  Parts(model::Package found, ModelTuning tuning)
      : package(std::move(found)), towers(encode::make_towers(package, tuning_of(tuning))) {}

  encode::ImageEncoder& image() {
    encode::ImageEncoder& encoder = towers->image();
    image_is_loaded = true;
    return encoder;
  }

  const model::Package package;
  const std::unique_ptr<encode::Towers> towers;
  std::atomic<bool> image_is_loaded = false;
  std::once_flag identity_once;
  ModelIdentity identity;
};

Model::Model(std::string_view directory_or_name, ModelTuning tuning, ModelPrecision precision)
    : parts_(std::make_unique<Parts>(
          model::with_variant(
              model::read_package(library::locate_model(directory_or_name).value_or_throw())
                  .value_or_throw(),
              precision)
              .value_or_throw(),
          tuning)) {}
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

const std::string& Model::name() const { return parts_->package.name; }

bool Model::is_demo() const { return parts_->package.is_demo; }

const std::filesystem::path& Model::image_graph() const { return parts_->package.visual_graph; }

const std::filesystem::path& Model::text_graph() const { return parts_->package.textual_graph; }

const ModelIdentity& Model::identity() const {
  std::call_once(parts_->identity_once, [this] {
    // Both towers have the same dimension, so a process that encodes images alone loads no other.
    const std::size_t dimension = parts_->image_is_loaded ? parts_->towers->image().dimension()
                                                          : parts_->towers->text().dimension();
    parts_->identity = {model::package_hash(parts_->package).value_or_throw(), dimension};
  });
  return parts_->identity;
}

Embedding Model::encode_text(std::string_view text, bool* was_cut) {
  encode::EncodedText encoded = parts_->towers->text().encode(text);
  if (was_cut != nullptr) *was_cut = encoded.was_cut;
  return std::move(encoded.vector);
}

Result<Embedding> Model::encode_image(const std::filesystem::path& file) {
  return std::move(encode_images(std::span(&file.native(), 1)).front());
}

std::vector<Result<Embedding>> Model::encode_images(std::span<const std::string> files) {
  encode::ImageEncoder& encoder = parts_->image();
  std::vector<image::Raster> squares;
  std::vector<Result<Embedding>> results;
  std::vector<std::size_t> places;  // Of the squares among the results.
  for (const std::string& file : files) {
    Result<image::Raster> square = prepare(file, encoder.preprocess());
    if (square) {
      places.push_back(results.size());
      squares.push_back(std::move(square).value());
      results.emplace_back(Embedding());
    } else {
      results.emplace_back(std::move(square).error());
    }
  }
  std::vector<Embedding> vectors = encoder.encode(squares);
  for (std::size_t i = 0; i < vectors.size(); ++i) results[places[i]] = std::move(vectors[i]);
  return results;
}

std::size_t Model::batch_best() const { return parts_->image().batch_best(); }

Result<Embedding> Model::encode_bytes(std::span<const std::byte> bytes) {
  return encode::encode_image_bytes(parts_->image(), bytes, image::Fidelity::fast);
}

Result<Embedding> Model::encode_pixels(const PixelView& pixels) {
  if (auto fault = fault_in(pixels)) return *std::move(fault);
  encode::ImageEncoder& encoder = parts_->image();
  const image::Raster raster{pixels.width, pixels.height, {pixels.rgb.begin(), pixels.rgb.end()}};
  const image::Raster square = image::resize_and_crop(raster, encoder.preprocess());
  return std::move(encoder.encode(std::span(&square, 1)).front());
}

}  // namespace clipdex
