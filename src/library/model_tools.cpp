#include "library/model_tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/directories.hpp"
#include "base/file.hpp"
#include "library/model_locator.hpp"
#include "model/package.hpp"
#include "model/variant.hpp"

namespace clipdex::library {
namespace {

std::string describe_preprocessing(const image::PreprocessSpec& spec) {
  return fmt::format(
      "{} x {} pixels, {}, {}, mean {:.4f} {:.4f} {:.4f}, standard deviation {:.4f} {:.4f} {:.4f}",
      spec.size, spec.size,
      spec.resize_mode == image::ResizeMode::shortest ? "short side resized and centre cut out"
                                                      : "both sides resized",
      spec.interpolation == image::Interpolation::bicubic ? "bicubic" : "bilinear", spec.mean[0],
      spec.mean[1], spec.mean[2], spec.std[0], spec.std[1], spec.std[2]);
}

constexpr std::size_t kProofImagesMax = 200;

std::string describe_variant(const model::Package& package, ModelPrecision precision) {
  const Result<model::Variant> variant = model::open_variant(package, precision);
  if (!variant && variant.error().code == ErrorCode::not_found) return "none";
  return variant ? variant.value().directory.native() : variant.error().message;
}

/// Files below a folder, in the order of their names, spread evenly when they are too many.
std::vector<std::filesystem::path> proof_images(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entries(folder, error);
  if (error) throw Exception(system_error("open", folder, error.value()));
  for (const auto& entry : entries) {
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.size() <= kProofImagesMax) return files;
  std::vector<std::filesystem::path> chosen;
  for (std::size_t place = 0; place < kProofImagesMax; ++place) {
    chosen.push_back(files[place * files.size() / kProofImagesMax]);
  }
  return chosen;
}

}  // namespace

ModelFacts describe_model(std::string_view directory_or_name) {
  const model::Package package =
      model::read_package(locate_model(directory_or_name).value_or_throw()).value_or_throw();
  const auto tokenizer = model::load_tokenizer(package).value_or_throw();
  ModelFacts facts{
      {"name", package.name},
      {"directory", package.directory.native()},
      {"layout", std::string(model::layout_name(package.layout))},
      {"image tower", package.has_image_tower() ? package.visual_graph.native() : "none"},
      {"text tower", package.textual_graph.native()},
      {"tokenizer", package.tokenizer_file.native()},
      {"tokens", tokenizer->description()},
      {"images", package.has_image_tower() ? describe_preprocessing(package.preprocess) : "none"},
      {"texts",
       fmt::format("{} tokens, padded with {}", package.text.context_length, package.text.pad_id)},
      {"identity", model::package_hash(package).value_or_throw()},
      {"int8", describe_variant(package, ModelPrecision::int8)},
      {"float32", describe_variant(package, ModelPrecision::float32)},
  };
  if (package.is_demo) facts.emplace_back("note", "the small demo model that comes with clipdex");
  return facts;
}

std::vector<encode::VariantReport> optimize_model(const OptimizeRequest& request) {
  const model::Package package =
      model::read_package(locate_model(request.model).value_or_throw()).value_or_throw();
  encode::OptimizeOptions options;
  options.program_version = request.program_version;
  options.progress = request.progress;
  if (request.precision == ModelPrecision::float32) options.precisions = {request.precision};
  if (!request.images.empty()) {
    options.images = proof_images(request.images);
  } else if (const auto album = program_data_directory() / "samples" / "album";
             std::filesystem::is_directory(album)) {
    options.images = proof_images(album);
  }
  return encode::optimize_package(package, options);
}

std::vector<ListedModel> list_models() {
  std::vector<ListedModel> models;
  for (const std::filesystem::path& directory : installed_models()) {
    ListedModel listed{directory.filename().native(), directory.native(), {}, {}};
    const Result<model::Package> package = model::read_package(directory);
    if (package) {
      listed.layout = model::layout_name(package.value().layout);
    } else {
      listed.problem = package.error().message;
    }
    models.push_back(std::move(listed));
  }
  return models;
}

}  // namespace clipdex::library
