/// ONNX graphs for the tests of the optimiser, put together node by node. For tests of the rooms
/// model and encode, which know the ONNX schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/graph.hpp"

namespace clipdex::test {

/// A model in the making; opset 17. Every method gives the name of the value that it makes.
class GraphBuilder {
 public:
  using Dims = model::Dims;

  /// A dimension of -1 is open.
  std::string input(const std::string& name, const Dims& dims,
                    int type = onnx::TensorProto::FLOAT) {
    declare(*model_.mutable_graph()->add_input(), name, dims, type);
    return name;
  }

  void output(const std::string& name, const Dims& dims, int type = onnx::TensorProto::FLOAT) {
    declare(*model_.mutable_graph()->add_output(), name, dims, type);
  }

  std::string constant(const std::string& name, onnx::TensorProto tensor) {
    tensor.set_name(name);
    *model_.mutable_graph()->add_initializer() = std::move(tensor);
    return name;
  }

  std::string floats(const std::string& name, const Dims& dims, const std::vector<float>& items) {
    return constant(name, model::float_tensor(items, dims));
  }

  /// Numbers that differ from each other, between -1 and 1.
  std::string weights(const std::string& name, const Dims& dims) {
    std::vector<float> items(static_cast<std::size_t>(model::item_count(dims)));
    for (float& item : items) {
      noise_ = noise_ * 1664525 + 1013904223;
      item = static_cast<float>(noise_ >> 8) / static_cast<float>(1 << 23) - 1;
    }
    return floats(name, dims, items);
  }

  std::string number(const std::string& name, float value) { return floats(name, {}, {value}); }

  std::string integers(const std::string& name, const std::vector<std::int64_t>& items) {
    const Dims count{static_cast<std::int64_t>(items.size())};
    return constant(name, model::integer_tensor(items, count));
  }

  std::string integer(const std::string& name, std::int64_t value) {
    return constant(name, model::integer_tensor(std::vector{value}, {}));
  }

  std::string node(std::string_view kind, const std::vector<std::string>& inputs,
                   const std::string& output, std::string_view domain = "") {
    onnx::NodeProto& node = *model_.mutable_graph()->add_node();
    node.set_op_type(std::string(kind));
    node.set_domain(std::string(domain));
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return output;
  }

  /// Gives the last node an attribute.
  template <class Value>
  GraphBuilder& with(std::string_view name, const Value& value) {
    auto& nodes = *model_.mutable_graph()->mutable_node();
    model::set_attribute(nodes[nodes.size() - 1], name, value);
    return *this;
  }

  onnx::ModelProto build() {
    model_.set_ir_version(8);
    model_.mutable_graph()->set_name("test");
    if (model_.opset_import().empty()) model_.add_opset_import()->set_version(17);
    return model_;
  }

  model::Graph graph() { return model::Graph(build()); }

 private:
  static void declare(onnx::ValueInfoProto& info, const std::string& name, const Dims& dims,
                      int type) {
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    for (const std::int64_t dim : dims) {
      auto& declared = *tensor.mutable_shape()->add_dim();
      if (dim >= 0) declared.set_dim_value(dim);
    }
  }

  onnx::ModelProto model_;
  std::uint32_t noise_ = 1;
};

/// What a run would have shown of values: shapes by name.
inline void set_dims(model::Facts& facts, const std::string& value, const model::Dims& dims) {
  facts.values[value].dims = dims;
  facts.values[value].other_dims = dims;
}

/// The kinds of a graph's nodes as it would be written, in order.
inline std::vector<std::string> kinds_of(const model::Graph& graph) {
  std::vector<std::string> kinds;
  const onnx::ModelProto model = graph.to_model();
  for (const auto& node : model.graph().node()) kinds.push_back(node.op_type());
  return kinds;
}

}  // namespace clipdex::test
