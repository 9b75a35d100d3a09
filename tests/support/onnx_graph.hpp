/// Tiny ONNX graphs, written by hand as protobuf: tests of operators change one thing at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clipdex::test {

/// Collects the parts of a graph of IR version 8, and writes it. Source of the field numbers:
/// onnx.proto. Names are not checked; ONNX Runtime does that.
class OnnxGraph {
 public:
  using Dims = std::vector<std::int64_t>;

  /// A float32 input or output; a dimension of -1 may be of any size.
  OnnxGraph& input(std::string_view name, const Dims& dims);
  OnnxGraph& output(std::string_view name, const Dims& dims);

  /// A constant: float32, int8 or int32.
  OnnxGraph& constant(std::string_view name, const Dims& dims, std::span<const float> values);
  OnnxGraph& constant(std::string_view name, const Dims& dims, std::span<const std::int8_t> values);
  OnnxGraph& constant(std::string_view name, const Dims& dims,
                      std::span<const std::int32_t> values);

  /// A node with the given inputs (an empty name: none) and one output, named after its output. The
  /// attributes are those of the calls that follow.
  OnnxGraph& node(std::string_view kind, const std::vector<std::string>& inputs,
                  std::string_view output, std::string_view domain = "clipdex");
  OnnxGraph& attribute(std::string_view name, std::int64_t value);
  OnnxGraph& attribute(std::string_view name, float value);
  OnnxGraph& attribute(std::string_view name, std::string_view value);

  /// Writes the file. Throws `std::runtime_error` when that fails.
  void write(const std::filesystem::path& path) const;

 private:
  OnnxGraph& constant_bytes(std::string_view name, const Dims& dims, int type,
                            std::string_view bytes);

  std::string declared_;            ///< constants, inputs and outputs
  std::vector<std::string> nodes_;  ///< the last one may still grow
};

}  // namespace clipdex::test
