#include "model/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <set>

#include "clipdex/error.hpp"

namespace clipdex::model {
namespace {

void refuse_subgraphs(const onnx::GraphProto& graph) {
  for (const onnx::NodeProto& node : graph.node()) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (!attribute.has_g() && attribute.graphs().empty()) continue;
      throw Exception(ErrorCode::unsupported,
                      fmt::format("the graph has a node {} with a graph of its own, which the "
                                  "optimiser does not know",
                                  node.op_type()));
    }
  }
}

/// What a Constant node holds, where it is a tensor or plain numbers.
std::optional<onnx::TensorProto> constant_of(const onnx::NodeProto& node) {
  if (node.op_type() != "Constant" || node.attribute_size() != 1) return std::nullopt;
  const onnx::AttributeProto& attribute = node.attribute(0);
  if (attribute.has_t()) return attribute.t();
  if (attribute.name() == "value_float") return float_tensor(std::vector{attribute.f()}, {});
  if (attribute.name() == "value_int") return integer_tensor(std::vector{attribute.i()}, {});
  if (attribute.name() == "value_ints") {
    const Dims items(attribute.ints().begin(), attribute.ints().end());
    return integer_tensor(items, {static_cast<std::int64_t>(items.size())});
  }
  return std::nullopt;
}

}  // namespace

const Dims* Facts::dims(const std::string& value) const {
  const auto found = values.find(value);
  return found == values.end() ? nullptr : &found->second.dims;
}

Graph::Graph(onnx::ModelProto model) : shell_(std::move(model)) {
  onnx::GraphProto& graph = *shell_.mutable_graph();
  refuse_subgraphs(graph);
  for (onnx::TensorProto& tensor : *graph.mutable_initializer()) {
    const std::string name = tensor.name();
    set_constant(name, std::move(tensor));
  }
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    if (auto tensor = constant_of(node)) {
      set_constant(node.output(0), *std::move(tensor));
    } else {
      adopt(std::make_unique<onnx::NodeProto>(std::move(node)));
    }
  }
  for (onnx::ValueInfoProto& input : *graph.mutable_input()) {
    // Before IR version 4 every constant had to be declared as an input, too.
    if (!constants_.contains(input.name())) inputs_.push_back(std::move(input));
  }
  for (onnx::ValueInfoProto& output : *graph.mutable_output()) outputs_.push_back(output);
  const std::string name = graph.name();
  graph.Clear();
  graph.set_name(name);
}

Graph::Graph(const Graph& other)
    : shell_(other.shell_),
      inputs_(other.inputs_),
      outputs_(other.outputs_),
      constants_(other.constants_),
      names_made_(other.names_made_) {
  for (const auto& node : other.nodes_) adopt(std::make_unique<onnx::NodeProto>(*node));
}

void Graph::adopt(std::unique_ptr<onnx::NodeProto> node) {
  for (const std::string& output : node->output()) producers_[output] = node.get();
  for (const std::string& input : node->input()) {
    auto& users = consumers_[input];
    if (std::find(users.begin(), users.end(), node.get()) == users.end()) {
      users.push_back(node.get());
    }
  }
  nodes_.push_back(std::move(node));
}

onnx::ModelProto Graph::to_model() const {
  onnx::ModelProto model = shell_;
  onnx::GraphProto& graph = *model.mutable_graph();
  std::set<std::string> begun;
  std::set<std::string> done;
  bool is_own = false;
  // An explicit stack: a graph of thousands of nodes in a row would overflow that of a recursion.
  std::vector<std::pair<std::string, bool>> stack;
  for (const auto& output : outputs_) stack.emplace_back(output.name(), false);
  while (!stack.empty()) {
    const auto [value, inputs_are_done] = stack.back();
    stack.pop_back();
    if (done.contains(value)) continue;
    const onnx::NodeProto* node = producer(value);
    if (node == nullptr) {
      done.insert(value);
      const auto found = constants_.find(value);
      if (found == constants_.end()) continue;
      *graph.add_initializer() = *found->second;
    } else if (inputs_are_done) {
      done.insert(node->output().begin(), node->output().end());
      is_own = is_own || node->domain() == kOwnDomain;
      *graph.add_node() = *node;
    } else {
      if (!begun.insert(value).second) {
        throw Exception(ErrorCode::corrupt,
                        fmt::format("the value {} of the graph depends on itself", value));
      }
      stack.emplace_back(value, true);
      for (const std::string& input : node->input()) {
        if (!input.empty() && !done.contains(input)) stack.emplace_back(input, false);
      }
    }
  }
  for (const auto& input : inputs_) *graph.add_input() = input;
  for (const auto& output : outputs_) *graph.add_output() = output;
  if (is_own) {
    auto& imports = *model.mutable_opset_import();
    const bool is_there = std::any_of(imports.begin(), imports.end(), [](const auto& opset) {
      return opset.domain() == kOwnDomain;
    });
    if (!is_there) {
      auto* opset = imports.Add();
      opset->set_domain(std::string(kOwnDomain));
      opset->set_version(1);
    }
  }
  return model;
}

void Graph::keep_output(const std::string& name) {
  std::erase_if(outputs_, [&](const auto& output) { return output.name() != name; });
  assert(outputs_.size() == 1);
}

void Graph::drop_input(const std::string& name) {
  std::erase_if(inputs_, [&](const auto& input) { return input.name() == name; });
}

std::int64_t Graph::opset() const {
  for (const auto& opset : shell_.opset_import()) {
    if (opset.domain().empty() || opset.domain() == "ai.onnx") return opset.version();
  }
  return 0;
}

void Graph::sweep() {
  std::set<const onnx::NodeProto*> needed;
  std::vector<std::string> values;
  for (const auto& output : outputs_) values.push_back(output.name());
  while (!values.empty()) {
    const onnx::NodeProto* node = producer(values.back());
    values.pop_back();
    if (node == nullptr || !needed.insert(node).second) continue;
    values.insert(values.end(), node->input().begin(), node->input().end());
  }
  std::vector<std::unique_ptr<onnx::NodeProto>> nodes = std::move(nodes_);
  nodes_.clear();
  producers_.clear();
  consumers_.clear();
  for (auto& node : nodes) {
    if (needed.contains(node.get())) adopt(std::move(node));
  }
}

std::vector<onnx::NodeProto*> Graph::nodes() const {
  std::vector<onnx::NodeProto*> found;
  for (const auto& node : nodes_) found.push_back(node.get());
  return found;
}

std::vector<onnx::NodeProto*> Graph::nodes(std::string_view kind) const {
  std::vector<onnx::NodeProto*> found;
  for (const auto& node : nodes_) {
    if (node->op_type() == kind) found.push_back(node.get());
  }
  return found;
}

onnx::NodeProto* Graph::producer(const std::string& value) const {
  const auto found = producers_.find(value);
  return found == producers_.end() ? nullptr : found->second;
}

onnx::NodeProto* Graph::producer(const std::string& value, std::string_view kind) const {
  onnx::NodeProto* node = producer(value);
  return node != nullptr && node->op_type() == kind ? node : nullptr;
}

std::vector<onnx::NodeProto*> Graph::consumers(const std::string& value) const {
  const auto found = consumers_.find(value);
  return found == consumers_.end() ? std::vector<onnx::NodeProto*>() : found->second;
}

onnx::NodeProto* Graph::only_consumer(const std::string& value) const {
  const auto found = consumers_.find(value);
  if (found == consumers_.end() || found->second.size() != 1 || is_output(value)) return nullptr;
  return found->second.front();
}

bool Graph::is_output(const std::string& value) const {
  return std::any_of(outputs_.begin(), outputs_.end(),
                     [&](const auto& output) { return output.name() == value; });
}

const onnx::TensorProto* Graph::constant(const std::string& value) const {
  const auto found = constants_.find(value);
  return found == constants_.end() ? nullptr : found->second.get();
}

std::optional<double> Graph::scalar(const std::string& value, const Facts& facts) const {
  if (const onnx::TensorProto* tensor = constant(value)) {
    if (item_count(dims_of(*tensor)) != 1) return std::nullopt;
    if (const auto floats = floats_of(*tensor)) return floats->front();
    if (const auto integers = integers_of(*tensor)) return static_cast<double>(integers->front());
    return std::nullopt;
  }
  const auto found = facts.values.find(value);
  return found == facts.values.end() ? std::nullopt : found->second.scalar;
}

std::optional<Dims> Graph::dims(const std::string& value, const Facts& facts) const {
  if (const onnx::TensorProto* tensor = constant(value)) return dims_of(*tensor);
  const Dims* dims = facts.dims(value);
  return dims == nullptr ? std::nullopt : std::optional(*dims);
}

std::string Graph::new_name(std::string_view kind) {
  std::string name;
  do {
    name = fmt::format("clipdex_{}_{}", kind, names_made_++);
  } while (producers_.contains(name) || constants_.contains(name));
  return name;
}

std::string Graph::add_constant(onnx::TensorProto tensor) {
  std::string name = new_name("constant");
  set_constant(name, std::move(tensor));
  return name;
}

void Graph::set_constant(const std::string& name, onnx::TensorProto tensor) {
  tensor.set_name(name);
  constants_[name] = std::make_shared<const onnx::TensorProto>(std::move(tensor));
}

std::string Graph::add(std::string_view kind, const std::vector<std::string>& inputs,
                       std::string_view domain) {
  onnx::NodeProto node;
  node.set_op_type(std::string(kind));
  node.set_domain(std::string(domain));
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output("");
  return add(node);
}

std::string Graph::add(const onnx::NodeProto& node) {
  auto added = std::make_unique<onnx::NodeProto>(node);
  for (std::string& output : *added->mutable_output()) output = new_name(node.op_type());
  added->set_name(added->output(0));
  std::string name = added->output(0);
  adopt(std::move(added));
  return name;
}

// The value is taken as a copy: callers name it by an output of a node that is renamed here.
void Graph::replace(std::string value, const std::string& by) {
  for (onnx::NodeProto* node : consumers(value)) {
    if (producer(by) == node) continue;  // It was made from the value itself.
    for (int place = 0; place < node->input_size(); ++place) {
      if (node->input(place) == value) set_input(*node, place, by);
    }
  }
  if (!is_output(value)) return;
  // The name is a promise to the caller of the graph, so the new maker takes it over.
  if (onnx::NodeProto* old = producer(value)) {
    const std::string name = new_name("replaced");
    std::replace(old->mutable_output()->begin(), old->mutable_output()->end(), value, name);
    producers_.erase(value);
    producers_[name] = old;
    for (onnx::NodeProto* node : consumers(value)) {
      for (int place = 0; place < node->input_size(); ++place) {
        if (node->input(place) == value) set_input(*node, place, name);
      }
    }
  }
  auto identity = std::make_unique<onnx::NodeProto>();
  identity->set_op_type("Identity");
  identity->set_name(value);
  identity->add_input(by);
  identity->add_output(value);
  adopt(std::move(identity));
}

void Graph::set_input(onnx::NodeProto& node, int place, const std::string& value) {
  const std::string old = node.input(place);
  node.set_input(place, value);
  const auto& inputs = node.input();
  if (std::find(inputs.begin(), inputs.end(), old) == inputs.end()) {
    std::erase(consumers_[old], &node);
  }
  auto& users = consumers_[value];
  if (std::find(users.begin(), users.end(), &node) == users.end()) users.push_back(&node);
}

}  // namespace clipdex::model
