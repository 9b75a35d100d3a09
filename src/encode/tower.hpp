/// What the image and the text tower share: finding tensors by name, and unit vectors out of the
/// output.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "encode/ort_session.hpp"

namespace clipdex::encode {

/// The names that exporters give the vector, in the order in which they are looked for.
inline constexpr std::array<std::string_view, 6> kImageOutputs{
    "image_embeds",          "embedding",    "image_embedding", "output",
    "unnorm_image_features", "pooler_output"};
inline constexpr std::array<std::string_view, 6> kTextOutputs{
    "text_embeds",          "embedding",    "text_embedding", "output",
    "unnorm_text_features", "pooler_output"};

/// One tower of a model in ONNX Runtime. Thread-safe after construction.
class Tower {
 public:
  /// Loads the graph and finds its output: the first of `output_names` that it declares, or the
  /// only one, [N,D] of float32 or float16. Throws `Exception` as `OrtSession` does, and
  /// `unsupported` when there is none; the message lists what was found and what is expected.
  Tower(const std::filesystem::path& graph, Tuning tuning,
        std::span<const std::string_view> output_names);

  /// The first of `names` that the graph takes, or its only input, with the given rank and one of
  /// the given types.
  /// Throws `Exception` with `unsupported` when there is none.
  const TensorSpec& find_input(std::span<const std::string_view> names, std::size_t rank,
                               std::span<const ONNXTensorElementDataType> types) const;

  /// Throws `Exception` with `unsupported` unless the graph's inputs are exactly those `known`.
  void require_no_other_input(std::span<const TensorSpec* const> known) const;

  const OrtSession& session() const noexcept { return session_; }
  const TensorSpec& output() const noexcept { return *output_; }

  /// Floats a vector as declared, or 0 where the graph leaves it open.
  std::size_t declared_dimension() const noexcept;

  /// Runs the graph and appends the first `wanted` rows of its output, each scaled to length 1.
  /// Throws `Exception`: `internal` (the runtime fails), `corrupt` (the output has another shape,
  /// or a row is zero or not finite; names the graph).
  void run(std::span<const char* const> names, std::span<const Ort::Value> values,
           std::size_t wanted, std::vector<Embedding>& vectors);

 private:
  [[noreturn]] void fail_unsupported(std::string_view what,
                                     std::span<const std::string_view> expected) const;

  OrtSession session_;
  const TensorSpec* output_ = nullptr;
};

}  // namespace clipdex::encode
