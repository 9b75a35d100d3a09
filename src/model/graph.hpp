/// An ONNX graph that is being rewritten: nodes, constants, and who makes and uses each value.
/// Private to the rooms model and encode.
#pragma once

#include <onnx-ml.pb.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/tensor.hpp"

namespace clipdex::model {

/// The domain of the operators that room encode brings (docs/adr/0010-model-optimizer.md).
inline constexpr std::string_view kOwnDomain = "clipdex";

/// What a run of the graph showed of one value.
struct ValueFacts {
  Dims dims;
  Dims other_dims{};             ///< of the second run; empty where there was none
  std::optional<double> scalar;  ///< its number, where it has one item
  bool is_causal_mask = false;   ///< [..., T, T] for which the function of that name holds
};

/// What two runs of the graph on a few items showed of all values that nodes make; the passes look
/// at it instead of inferring shapes. A value that is not in it is unknown. The second run has
/// other sizes wherever the graph leaves them open, so that a size which follows one of them shows.
struct Facts {
  std::int64_t batch = 1;         ///< items of the first run
  std::int64_t other_batch = 1;   ///< of the second; the same where the graph fixes it
  std::int64_t length = 0;        ///< ids a text; 0 for images
  std::int64_t other_length = 0;  ///< the same where the graph fixes it
  bool is_sequence_open = false;  ///< the graph takes texts of any length
  std::unordered_map<std::string, ValueFacts> values;

  /// The shape of a value; nothing where it is unknown.
  const Dims* dims(const std::string& value) const;
};

/// Copying is cheap as far as weights go: constants are shared, since nobody changes one. One
/// thread at a time. Pointers to nodes stay valid until the node is removed or the graph dies.
///
/// Passes add nodes and `replace` values; `sweep` removes what no output needs any more.
class Graph {
 public:
  /// Takes a model over. Constant nodes become constants. Throws `Exception` with `unsupported` for
  /// a graph with subgraphs (If, Loop, Scan): says which.
  explicit Graph(onnx::ModelProto model);
  Graph(const Graph& other);
  Graph& operator=(const Graph& other) = delete;
  Graph(Graph&&) noexcept = default;
  Graph& operator=(Graph&&) noexcept = default;
  ~Graph() = default;

  /// The model again: the nodes and constants that the outputs need, each node behind those whose
  /// values it takes. Throws `Exception` with `corrupt` when a value depends on itself.
  onnx::ModelProto to_model() const;

  /// Drops all outputs but one, which must be declared.
  void keep_output(const std::string& name);

  /// Changes the opening of the graph: its declared inputs and outputs.
  std::vector<onnx::ValueInfoProto>& inputs() noexcept { return inputs_; }
  std::vector<onnx::ValueInfoProto>& outputs() noexcept { return outputs_; }
  const std::vector<onnx::ValueInfoProto>& inputs() const noexcept { return inputs_; }
  const std::vector<onnx::ValueInfoProto>& outputs() const noexcept { return outputs_; }

  /// Takes an input away, whose value the caller has replaced.
  void drop_input(const std::string& name);

  /// The version of ONNX's own operators that the graph is written for.
  std::int64_t opset() const;

  /// Removes the nodes that no output needs, so that they are no consumers of anything.
  void sweep();

  /// All nodes, in the order in which they were added.
  std::vector<onnx::NodeProto*> nodes() const;

  /// Nodes of one kind of ONNX's own domain, and of ours.
  std::vector<onnx::NodeProto*> nodes(std::string_view kind) const;

  /// The node that makes a value; null for inputs, constants and unknown values.
  onnx::NodeProto* producer(const std::string& value) const;
  /// The same if it is of that kind.
  onnx::NodeProto* producer(const std::string& value, std::string_view kind) const;

  /// Every node that takes a value, once each.
  std::vector<onnx::NodeProto*> consumers(const std::string& value) const;

  /// The node that takes a value, when it is the only one and the value is no output.
  onnx::NodeProto* only_consumer(const std::string& value) const;

  bool is_output(const std::string& value) const;

  const onnx::TensorProto* constant(const std::string& value) const;
  /// The number of a constant of one item, or of a value that a run showed to have one.
  std::optional<double> scalar(const std::string& value, const Facts& facts) const;
  /// The shape of a constant, or of a value that a run showed.
  std::optional<Dims> dims(const std::string& value, const Facts& facts) const;

  /// All constants by name.
  const std::map<std::string, std::shared_ptr<const onnx::TensorProto>>& constants() const {
    return constants_;
  }

  /// Adds a constant under a new name, or in the place of one.
  std::string add_constant(onnx::TensorProto tensor);
  void set_constant(const std::string& name, onnx::TensorProto tensor);

  /// Adds a node with one output. @return the name of its value
  std::string add(std::string_view kind, const std::vector<std::string>& inputs,
                  std::string_view domain = "");
  /// Adds a node as it is, but for its outputs, which get new names. @return that of the first
  std::string add(const onnx::NodeProto& node);

  /// Lets everybody take `by` where `value` was taken, outputs of the graph included. The node that
  /// made `value` stays until nobody needs it.
  void replace(std::string value, const std::string& by);

  /// Lets one node take another value at one of its inputs.
  void set_input(onnx::NodeProto& node, int place, const std::string& value);

 private:
  std::string new_name(std::string_view kind);
  void adopt(std::unique_ptr<onnx::NodeProto> node);

  onnx::ModelProto shell_;  ///< the model without nodes, constants, inputs and outputs
  std::vector<onnx::ValueInfoProto> inputs_;
  std::vector<onnx::ValueInfoProto> outputs_;
  std::map<std::string, std::shared_ptr<const onnx::TensorProto>> constants_;
  std::vector<std::unique_ptr<onnx::NodeProto>> nodes_;
  std::unordered_map<std::string, onnx::NodeProto*> producers_;
  std::unordered_map<std::string, std::vector<onnx::NodeProto*>> consumers_;
  std::size_t names_made_ = 0;
};

}  // namespace clipdex::model
