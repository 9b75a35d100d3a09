#include "encode/tower.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace clipdex::encode {
namespace {

/// The first of these names, or whatever its name the only tensor that there is.
const TensorSpec* find_named(const std::vector<TensorSpec>& tensors,
                             std::span<const std::string_view> names) {
  for (std::string_view name : names) {
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const TensorSpec& tensor) { return tensor.name == name; });
    if (found != tensors.end()) return &*found;
  }
  return tensors.size() == 1 ? &tensors.front() : nullptr;
}

std::string list_of(const std::vector<TensorSpec>& tensors) {
  std::vector<std::string> lines;
  for (const TensorSpec& tensor : tensors) lines.push_back(describe(tensor));
  return fmt::format("{}", fmt::join(lines, ", "));
}

bool is_float(ONNXTensorElementDataType type) {
  return type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT ||
         type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
}

/// A row as floats of length 1; empty when it has no direction.
template <class T>
Embedding unit_vector(std::span<const T> row) {
  Embedding vector;
  vector.reserve(row.size());
  double square_sum = 0;
  for (const T value : row) {
    vector.push_back(static_cast<float>(value));
    square_sum += static_cast<double>(vector.back()) * vector.back();
  }
  if (!std::isfinite(square_sum) || square_sum <= 0) return {};
  const double scale = 1 / std::sqrt(square_sum);
  for (float& value : vector) value = static_cast<float>(value * scale);
  return vector;
}

}  // namespace

Tower::Tower(const std::filesystem::path& graph, Tuning tuning,
             std::span<const std::string_view> output_names)
    : session_(graph, tuning), output_(find_named(session_.outputs(), output_names)) {
  if (output_ == nullptr || output_->dims.size() != 2 || !is_float(output_->type)) {
    fail_unsupported(fmt::format("gives {}", list_of(session_.outputs())), output_names);
  }
}

const TensorSpec& Tower::find_input(std::span<const std::string_view> names, std::size_t rank,
                                    std::span<const ONNXTensorElementDataType> types) const {
  const TensorSpec* input = find_named(session_.inputs(), names);
  const bool fits = input != nullptr && input->dims.size() == rank &&
                    std::find(types.begin(), types.end(), input->type) != types.end();
  if (!fits) fail_unsupported(fmt::format("takes {}", list_of(session_.inputs())), names);
  return *input;
}

void Tower::require_no_other_input(std::span<const TensorSpec* const> known) const {
  for (const TensorSpec& input : session_.inputs()) {
    if (std::find(known.begin(), known.end(), &input) != known.end()) continue;
    throw Exception(ErrorCode::unsupported,
                    fmt::format("{} wants the input {}, which clipdex does not know; use an export "
                                "of the model that takes {} alone",
                                session_.graph().native(), describe(input), known.front()->name));
  }
}

std::size_t Tower::declared_dimension() const noexcept {
  return output_->dims[1] > 0 ? static_cast<std::size_t>(output_->dims[1]) : 0;
}

void Tower::fail_unsupported(std::string_view what,
                             std::span<const std::string_view> expected) const {
  throw Exception(ErrorCode::unsupported,
                  fmt::format("{} {}, and clipdex expects one of {} there; use another export of "
                              "the model",
                              session_.graph().native(), what, fmt::join(expected, ", ")));
}

void Tower::run(std::span<const char* const> names, std::span<const Ort::Value> values,
                std::size_t wanted, std::vector<Embedding>& vectors) {
  const Ort::Value output = session_.run(names, values, output_->name);
  const auto info = output.GetTensorTypeAndShapeInfo();
  const std::vector<std::int64_t> dims = info.GetShape();
  const std::size_t declared = declared_dimension();
  if (dims.size() != 2 || dims[0] < static_cast<std::int64_t>(wanted) || dims[1] < 1 ||
      (declared != 0 && static_cast<std::size_t>(dims[1]) != declared)) {
    throw Exception(ErrorCode::corrupt,
                    fmt::format("{} gave an output of shape [{}] for {} items; use another export "
                                "of the model",
                                session_.graph().native(), fmt::join(dims, ","), wanted));
  }
  const auto size = static_cast<std::size_t>(dims[1]);
  for (std::size_t row = 0; row < wanted; ++row) {
    Embedding vector =
        info.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT
            ? unit_vector(std::span(output.GetTensorData<float>() + row * size, size))
            : unit_vector(std::span(output.GetTensorData<Ort::Float16_t>() + row * size, size));
    if (vector.empty()) {
      throw Exception(ErrorCode::corrupt,
                      fmt::format("{} gave a vector that is zero or not finite; download the model "
                                  "again, and check it with `clipdex model doctor`",
                                  session_.graph().native()));
    }
    vectors.push_back(std::move(vector));
  }
}

}  // namespace clipdex::encode
