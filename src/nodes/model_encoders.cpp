#include "nodes/model_encoders.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

namespace clipdex::nodes {
namespace {

namespace fs = std::filesystem;

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return fs::equivalent(a, b, ignored);
}

/// The package that an ONNX file is a part of. In every layout it lies in the package's directory
/// or one below it.
Model open_package_around(const fs::path& file, ModelTuning tuning) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    throw Exception(ErrorCode::not_found,
                    fmt::format("there is no model file {}; give a CLIP model package, or the "
                                "ONNX file inside one",
                                file.native()));
  }
  const fs::path directory = fs::absolute(file).lexically_normal().parent_path();
  for (const fs::path& candidate : {directory, directory.parent_path()}) {
    std::optional<Model> model;
    try {
      model.emplace(candidate.native(), tuning);
    } catch (const Exception& exception) {
      if (exception.code() == ErrorCode::corrupt) throw;
      continue;  // No package; perhaps the directory above is one.
    }
    if (is_same_file(file, model->image_graph()) || is_same_file(file, model->text_graph())) {
      return *std::move(model);
    }
    throw Exception(ErrorCode::unsupported,
                    fmt::format("the model package {} uses {} and {}, not {}; give the package's "
                                "directory, or take the other files out of it",
                                candidate.native(), model->image_graph().filename().native(),
                                model->text_graph().filename().native(), file.filename().native()));
  }
  throw Exception(ErrorCode::unsupported,
                  fmt::format("{} is no part of a model package: the description, the tokenizer "
                              "and the other ONNX file must lie beside it; `clipdex model "
                              "doctor DIR` says what is missing",
                              file.native()));
}

Model open(std::string_view model_file_name, ModelTuning tuning) {
  const fs::path path(model_file_name);
  const fs::path kind = path.extension();
  if (kind == ".bin" || kind == ".hbm") {
    throw Exception(
        ErrorCode::unsupported,
        fmt::format("{} is a model for the BPU, and this build runs on the processor alone; name "
                    "a CLIP model package with model_file_name, or start the board's own node "
                    "(source /opt/tros/humble/setup.bash; ros2 run clip_encode_image "
                    "clip_encode_image), which clip_manage takes as well",
                    path.native()));
  }
  if (kind == ".onnx") return open_package_around(path, tuning);
  return Model(model_file_name, tuning);
}

/// Loads the image tower, which then also tells the dimension.
ModelIdentity identity_by_images(Model& model) {
  constexpr std::array<std::uint8_t, 3> kGrey{128, 128, 128};
  (void)model.encode_pixels({1, 1, kGrey}).value_or_throw();
  return model.identity();
}

}  // namespace

Model open_model(std::string_view model_file_name, ModelTuning tuning, dds::Logger& logger) {
  Model model = open(model_file_name, tuning);
  if (model.is_demo()) {
    logger.info(
        "using the small demo model, which knows a few hundred everyday things; name a CLIP model "
        "package with model_file_name for real use");
  }
  return model;
}

ModelImageEncoder::ModelImageEncoder(Model& model)
    : model_(model), identity_(identity_by_images(model)) {}

ModelFrameEncoder::ModelFrameEncoder(Model& model)
    : model_(model), identity_(identity_by_images(model)) {}

Result<Embedding> ModelFrameEncoder::encode(const Frame& frame) {
  if (const auto* bytes = std::get_if<std::vector<std::byte>>(&frame)) {
    return model_.encode_bytes(*bytes);
  }
  const auto& pixels = std::get<FramePixels>(frame);
  return model_.encode_pixels({pixels.width, pixels.height, pixels.rgb});
}

ModelTextEncoder::ModelTextEncoder(Model& model, dds::Logger& logger)
    : model_(model), logger_(logger) {
  (void)model_.encode_text("");
  identity_ = model_.identity();
}

std::vector<Result<Embedding>> ModelTextEncoder::encode(std::span<const std::string> items) {
  std::vector<Result<Embedding>> results;
  for (const std::string& item : items) {
    bool was_cut = false;
    results.emplace_back(model_.encode_text(item, &was_cut));
    if (was_cut) {
      logger_.warn(fmt::format(
          "a text of {} bytes is longer than the model takes; its end was ignored", item.size()));
    }
  }
  return results;
}

}  // namespace clipdex::nodes
