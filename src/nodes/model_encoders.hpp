/// The encoders of the nodes: model packages of clipdex.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/model.hpp"
#include "dds/logger.hpp"
#include "nodes/frames.hpp"
#include "nodes/item_encoder.hpp"

namespace clipdex::nodes {

/// Opens what the parameter `model_file_name` names: the directory or the name of a model package,
/// or one of the two ONNX files inside a package; nothing names the demo model. Says in the log
/// when it is the demo model. Throws `unsupported` for a model of the BPU, with the way out, and
/// for an ONNX file that is none of a package's; else as `Model`.
Model open_model(std::string_view model_file_name, ModelTuning tuning, dds::Logger& logger);

/// Encodes image files. Loads the image tower at once, so that what is wrong with it shows at the
/// start and the first goal does not wait.
class ModelImageEncoder final : public ItemEncoder {
 public:
  /// `model` must outlive this. Throws what the model throws.
  explicit ModelImageEncoder(Model& model);

  Kind kind() const override { return Kind::image; }
  const ModelIdentity& identity() const override { return identity_; }
  std::size_t batch_best() const override { return model_.batch_best(); }
  std::vector<Result<Embedding>> encode(std::span<const std::string> items) override {
    return model_.encode_images(items);
  }

 private:
  Model& model_;
  ModelIdentity identity_;
};

/// Encodes frames of a camera; likewise.
class ModelFrameEncoder final : public FrameEncoder {
 public:
  explicit ModelFrameEncoder(Model& model);

  const ModelIdentity& identity() const override { return identity_; }
  Result<Embedding> encode(const Frame& frame) override;

 private:
  Model& model_;
  ModelIdentity identity_;
};

/// Encodes texts; likewise. A text longer than the model's context is cut, with a warning.
class ModelTextEncoder final : public ItemEncoder {
 public:
  ModelTextEncoder(Model& model, dds::Logger& logger);

  Kind kind() const override { return Kind::text; }
  const ModelIdentity& identity() const override { return identity_; }
  std::size_t batch_best() const override { return 1; }
  std::vector<Result<Embedding>> encode(std::span<const std::string> items) override;

 private:
  Model& model_;
  dds::Logger& logger_;
  ModelIdentity identity_;
};

}  // namespace clipdex::nodes
