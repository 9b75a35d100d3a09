/// The constants and attributes of an ONNX graph as plain numbers. Private to this room.
#pragma once

#include <onnx-ml.pb.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clipdex::model {

using Dims = std::vector<std::int64_t>;

/// The product of sizes; 1 for none, as a scalar has one item. Negative sizes count as they are.
std::int64_t item_count(std::span<const std::int64_t> dims) noexcept;

Dims dims_of(const onnx::TensorProto& tensor);

/// The items of a tensor of float32, float16 or float64 whose data lies inside of it; nothing for
/// other types, and where the data does not fill the shape.
std::optional<std::vector<float>> floats_of(const onnx::TensorProto& tensor);

/// The same for int64 and int32.
std::optional<std::vector<std::int64_t>> integers_of(const onnx::TensorProto& tensor);

/// Tensors with their data as raw bytes, little-endian as ONNX wants them. The dims must hold as
/// many items as are given.
onnx::TensorProto float_tensor(std::span<const float> items, const Dims& dims);
onnx::TensorProto integer_tensor(std::span<const std::int64_t> items, const Dims& dims);
onnx::TensorProto int32_tensor(std::span<const std::int32_t> items, const Dims& dims);
onnx::TensorProto int8_tensor(std::span<const std::int8_t> items, const Dims& dims);

/// Whether a square of numbers hides from each row exactly what comes behind it: 0 up to the
/// diagonal, and at most -1e4 beyond, as every exporter writes it. `items` are one or more squares
/// of `size` rows, all of which must be so; a square of one row says nothing and is none.
bool is_causal_mask(std::span<const float> items, std::int64_t size);

/// Attributes of a node, or what is given where the node has none of that name.
std::int64_t int_attribute(const onnx::NodeProto& node, std::string_view name,
                           std::int64_t otherwise);
float float_attribute(const onnx::NodeProto& node, std::string_view name, float otherwise);
std::string text_attribute(const onnx::NodeProto& node, std::string_view name);
Dims ints_attribute(const onnx::NodeProto& node, std::string_view name);

void set_attribute(onnx::NodeProto& node, std::string_view name, std::int64_t value);
void set_attribute(onnx::NodeProto& node, std::string_view name, float value);
void set_attribute(onnx::NodeProto& node, std::string_view name, std::string_view value);
void set_attribute(onnx::NodeProto& node, std::string_view name, const Dims& values);

}  // namespace clipdex::model
