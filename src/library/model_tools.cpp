#include "library/model_tools.hpp"

#include <fmt/format.h>

#include "library/model_locator.hpp"
#include "model/package.hpp"

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

}  // namespace

ModelFacts describe_model(std::string_view directory_or_name) {
  const model::Package package =
      model::read_package(locate_model(directory_or_name).value_or_throw()).value_or_throw();
  const auto tokenizer = model::load_tokenizer(package).value_or_throw();
  ModelFacts facts{
      {"name", package.name},
      {"directory", package.directory.native()},
      {"layout", std::string(model::layout_name(package.layout))},
      {"image tower", package.visual_graph.native()},
      {"text tower", package.textual_graph.native()},
      {"tokenizer", package.tokenizer_file.native()},
      {"tokens", tokenizer->description()},
      {"images", describe_preprocessing(package.preprocess)},
      {"texts",
       fmt::format("{} tokens, padded with {}", package.text.context_length, package.text.pad_id)},
      {"identity", model::package_hash(package).value_or_throw()},
  };
  if (package.is_demo) facts.emplace_back("note", "the small demo model that comes with clipdex");
  return facts;
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
