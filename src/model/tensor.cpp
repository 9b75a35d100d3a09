#include "model/tensor.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace clipdex::model {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX keeps raw data little-endian");

constexpr float kHiddenAtMost = -1e4F;

float float_from_half(std::uint16_t half) {
  const int exponent = (half >> 10) & 0x1F;
  const int fraction = half & 0x3FF;
  float magnitude = 0;
  if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  } else if (exponent == 31) {
    magnitude = fraction == 0 ? INFINITY : NAN;
  } else {
    magnitude = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  }
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

/// The raw bytes as items, or the typed field where there are none.
template <class Item, class Field>
std::optional<std::vector<Item>> items_of(const onnx::TensorProto& tensor, const Field& field) {
  const std::int64_t count =
      item_count({tensor.dims().data(), static_cast<std::size_t>(tensor.dims_size())});
  std::vector<Item> items;
  if (tensor.has_raw_data()) {
    if (count < 0 || tensor.raw_data().size() != sizeof(Item) * static_cast<std::size_t>(count)) {
      return std::nullopt;
    }
    items.resize(static_cast<std::size_t>(count));
    if (count > 0) std::memcpy(items.data(), tensor.raw_data().data(), tensor.raw_data().size());
    return items;
  }
  if (field.size() != count) return std::nullopt;
  items.reserve(static_cast<std::size_t>(count));
  for (const auto value : field) items.push_back(static_cast<Item>(value));
  return items;
}

template <class To, class From>
std::optional<std::vector<To>> converted(const std::optional<std::vector<From>>& items) {
  if (!items) return std::nullopt;
  return std::vector<To>(items->begin(), items->end());
}

template <class Item>
onnx::TensorProto raw_tensor(std::span<const Item> items, const Dims& dims, std::int32_t type) {
  onnx::TensorProto tensor;
  tensor.set_data_type(type);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(items.data(), items.size_bytes());
  return tensor;
}

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, std::string_view name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

onnx::AttributeProto& new_attribute(onnx::NodeProto& node, std::string_view name,
                                    onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(std::string(name));
  attribute.set_type(type);
  return attribute;
}

}  // namespace

std::int64_t item_count(std::span<const std::int64_t> dims) noexcept {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) count *= dim;
  return count;
}

Dims dims_of(const onnx::TensorProto& tensor) {
  return {tensor.dims().begin(), tensor.dims().end()};
}

std::optional<std::vector<float>> floats_of(const onnx::TensorProto& tensor) {
  if (tensor.data_type() == onnx::TensorProto::FLOAT) {
    return items_of<float>(tensor, tensor.float_data());
  }
  if (tensor.data_type() == onnx::TensorProto::DOUBLE) {
    return converted<float>(items_of<double>(tensor, tensor.double_data()));
  }
  if (tensor.data_type() != onnx::TensorProto::FLOAT16) return std::nullopt;
  const auto halves = items_of<std::uint16_t>(tensor, tensor.int32_data());
  if (!halves) return std::nullopt;
  std::vector<float> items;
  items.reserve(halves->size());
  for (const std::uint16_t half : *halves) items.push_back(float_from_half(half));
  return items;
}

std::optional<std::vector<std::int64_t>> integers_of(const onnx::TensorProto& tensor) {
  if (tensor.data_type() == onnx::TensorProto::INT64) {
    return items_of<std::int64_t>(tensor, tensor.int64_data());
  }
  if (tensor.data_type() != onnx::TensorProto::INT32) return std::nullopt;
  return converted<std::int64_t>(items_of<std::int32_t>(tensor, tensor.int32_data()));
}

onnx::TensorProto float_tensor(std::span<const float> items, const Dims& dims) {
  return raw_tensor(items, dims, onnx::TensorProto::FLOAT);
}

onnx::TensorProto integer_tensor(std::span<const std::int64_t> items, const Dims& dims) {
  return raw_tensor(items, dims, onnx::TensorProto::INT64);
}

onnx::TensorProto int32_tensor(std::span<const std::int32_t> items, const Dims& dims) {
  return raw_tensor(items, dims, onnx::TensorProto::INT32);
}

onnx::TensorProto int8_tensor(std::span<const std::int8_t> items, const Dims& dims) {
  return raw_tensor(items, dims, onnx::TensorProto::INT8);
}

bool is_causal_mask(std::span<const float> items, std::int64_t size) {
  const std::int64_t count = static_cast<std::int64_t>(items.size());
  if (size < 2 || count < size * size || count % (size * size) != 0) return false;
  for (std::int64_t place = 0; place < count; ++place) {
    const bool is_behind = place % size > place / size % size;
    const float item = items[static_cast<std::size_t>(place)];
    if (is_behind ? !(item <= kHiddenAtMost) : item != 0) return false;
  }
  return true;
}

std::int64_t int_attribute(const onnx::NodeProto& node, std::string_view name,
                           std::int64_t otherwise) {
  const auto* attribute = find_attribute(node, name);
  return attribute == nullptr ? otherwise : attribute->i();
}

float float_attribute(const onnx::NodeProto& node, std::string_view name, float otherwise) {
  const auto* attribute = find_attribute(node, name);
  return attribute == nullptr ? otherwise : attribute->f();
}

std::string text_attribute(const onnx::NodeProto& node, std::string_view name) {
  const auto* attribute = find_attribute(node, name);
  return attribute == nullptr ? std::string() : attribute->s();
}

Dims ints_attribute(const onnx::NodeProto& node, std::string_view name) {
  const auto* attribute = find_attribute(node, name);
  if (attribute == nullptr) return {};
  return {attribute->ints().begin(), attribute->ints().end()};
}

void set_attribute(onnx::NodeProto& node, std::string_view name, std::int64_t value) {
  new_attribute(node, name, onnx::AttributeProto::INT).set_i(value);
}

void set_attribute(onnx::NodeProto& node, std::string_view name, float value) {
  new_attribute(node, name, onnx::AttributeProto::FLOAT).set_f(value);
}

void set_attribute(onnx::NodeProto& node, std::string_view name, std::string_view value) {
  new_attribute(node, name, onnx::AttributeProto::STRING).set_s(std::string(value));
}

void set_attribute(onnx::NodeProto& node, std::string_view name, const Dims& values) {
  onnx::AttributeProto& attribute = new_attribute(node, name, onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

}  // namespace clipdex::model
