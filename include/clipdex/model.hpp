/// A model without a library: texts and images to vectors, nothing stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"

namespace clipdex {

/// How a model uses the machine.
enum class ModelTuning {
  latency,     ///< one call at a time, spread over the cores, and a quick start
  throughput,  ///< many threads call, each call runs on its caller's thread alone
};

/// Pixels that belong to someone else: RGB8, row by row from the top, three bytes a pixel, no
/// padding.
struct PixelView {
  int width = 0;
  int height = 0;
  std::span<const std::uint8_t> rgb;  ///< width · height · 3 bytes
};

/// A model package, opened. Movable. Member functions may be called from any thread; each tower is
/// loaded when it is first needed.
class Model {
 public:
  /// Opens a package by directory or by the name of an installed model; an empty name is the
  /// bundled demo model. Throws `not_found`, `unsupported`, `corrupt` with a sentence that names
  /// the file.
  explicit Model(std::string_view directory_or_name, ModelTuning tuning = ModelTuning::latency,
                 ModelPrecision precision = ModelPrecision::automatic);
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  const std::string& name() const;
  bool is_demo() const;

  /// Reads the model files when it is first asked for, and loads a tower if none is loaded yet.
  const ModelIdentity& identity() const;

  /// The ONNX files of the two towers as the package brings them.
  const std::filesystem::path& image_graph() const;
  const std::filesystem::path& text_graph() const;

  /// The unit vector of a text, UTF-8. `was_cut`, when given, tells whether it was longer than the
  /// model's context. Throws `corrupt` or `internal`.
  Embedding encode_text(std::string_view text, bool* was_cut = nullptr);

  /// The unit vector of an image file. Errors: those of reading and decoding it, with its name.
  Result<Embedding> encode_image(const std::filesystem::path& file);

  /// The same for several files in one run of the model: one result each, in order. Throws
  /// `corrupt` or `internal` when the model fails on them together.
  std::vector<Result<Embedding>> encode_images(std::span<const std::string> files);

  /// How many images a call of `encode_images` should be given; at least 1. Loads the image tower.
  std::size_t batch_best() const;

  /// The unit vector of an image that is in memory: of the bytes of a file in any format, or of
  /// pixels. Errors: those of decoding; `corrupt` for pixels that do not fill their rectangle,
  /// `too_large`. Throws as `encode_images`.
  Result<Embedding> encode_bytes(std::span<const std::byte> bytes);
  Result<Embedding> encode_pixels(const PixelView& pixels);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex
