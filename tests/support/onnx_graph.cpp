#include "support/onnx_graph.hpp"

#include <cstring>

#include "support/places.hpp"

namespace clipdex::test {
namespace {

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}

std::string whole(unsigned field, std::int64_t value) {
  return varint(field << 3U) + varint(static_cast<std::uint64_t>(value));
}

std::string text(unsigned field, std::string_view bytes) {
  return varint(field << 3U | 2U) + varint(bytes.size()) + std::string(bytes);
}

/// A ValueInfoProto of float32.
std::string value_info(std::string_view name, const OnnxGraph::Dims& dims) {
  std::string shape;
  for (const std::int64_t dim : dims) {
    shape += text(1, dim < 0 ? text(2, "any" + std::to_string(shape.size())) : whole(1, dim));
  }
  return text(1, name) + text(2, text(1, whole(1, 1) + text(2, shape)));
}

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

OnnxGraph& OnnxGraph::input(std::string_view name, const Dims& dims) {
  declared_ += text(11, value_info(name, dims));
  return *this;
}

OnnxGraph& OnnxGraph::output(std::string_view name, const Dims& dims) {
  declared_ += text(12, value_info(name, dims));
  return *this;
}

OnnxGraph& OnnxGraph::constant(std::string_view name, const Dims& dims,
                               std::span<const float> values) {
  return constant_bytes(name, dims, 1, bytes_of(values));
}

OnnxGraph& OnnxGraph::constant(std::string_view name, const Dims& dims,
                               std::span<const std::int8_t> values) {
  return constant_bytes(name, dims, 3, bytes_of(values));
}

OnnxGraph& OnnxGraph::constant(std::string_view name, const Dims& dims,
                               std::span<const std::int32_t> values) {
  return constant_bytes(name, dims, 6, bytes_of(values));
}

OnnxGraph& OnnxGraph::constant_bytes(std::string_view name, const Dims& dims, int type,
                                     std::string_view bytes) {
  std::string tensor;
  for (const std::int64_t dim : dims) tensor += whole(1, dim);
  declared_ += text(5, tensor + whole(2, type) + text(8, name) + text(9, bytes));
  return *this;
}

OnnxGraph& OnnxGraph::node(std::string_view kind, const std::vector<std::string>& inputs,
                           std::string_view output, std::string_view domain) {
  std::string node;
  for (const std::string& name : inputs) node += text(1, name);
  nodes_.push_back(node + text(2, output) + text(3, output) + text(4, kind) + text(7, domain));
  return *this;
}

OnnxGraph& OnnxGraph::attribute(std::string_view name, std::int64_t value) {
  nodes_.back() += text(5, text(1, name) + whole(3, value) + whole(20, 2));
  return *this;
}

OnnxGraph& OnnxGraph::attribute(std::string_view name, float value) {
  std::string bits(sizeof value, '\0');
  std::memcpy(bits.data(), &value, sizeof value);
  nodes_.back() += text(5, text(1, name) + varint(2U << 3U | 5U) + bits + whole(20, 1));
  return *this;
}

OnnxGraph& OnnxGraph::attribute(std::string_view name, std::string_view value) {
  nodes_.back() += text(5, text(1, name) + text(4, value) + whole(20, 3));
  return *this;
}

void OnnxGraph::write(const std::filesystem::path& path) const {
  std::string graph = text(2, "graph") + declared_;
  for (const std::string& node : nodes_) graph += text(1, node);
  const std::string opsets =
      text(8, text(1, "") + whole(2, 17)) + text(8, text(1, "clipdex") + whole(2, 1));
  write_text(path, whole(1, 8) + opsets + text(7, graph));
}

}  // namespace clipdex::test
