#include "encode/operators.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "encode/attention.hpp"
#include "encode/quantized_linear.hpp"
#include "model/quantized_weights.hpp"

namespace clipdex::encode {
namespace {

using Dims = std::vector<std::int64_t>;

/// ONNX Runtime calls through C, where no exception may pass.
template <class Function>
OrtStatusPtr status_of(Function function) {
  try {
    function();
    return nullptr;
  } catch (const std::exception& error) {
    return Ort::Status(error.what(), ORT_FAIL).release();
  }
}

RunParts parts_on(const Ort::KernelContext& context) {
  using Part = std::function<void(std::size_t)>;
  return [&context](std::size_t parts, const Part& part) {
    if (parts == 1) return part(0);
    Part copy = part;
    context.ParallelFor([](void* data, std::size_t i) { (*static_cast<Part*>(data))(i); }, parts, 0,
                        &copy);
  };
}

/// One node of a graph, while its kernel is made. Every complaint names it.
class Node {
 public:
  explicit Node(const OrtKernelInfo* info, const char* kind)
      : info_(info), name_(fmt::format("{} '{}'", kind, info_.GetNodeName())) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument(fmt::format("{} {}", name_, what));
  }

  const std::string& name() const noexcept { return name_; }

  /// A whole number that must be there, from 1 up.
  std::size_t size(const char* attribute) const {
    const auto value = attribute_or(attribute, std::int64_t{0});
    if (value < 1) fail(fmt::format("needs a whole number above 0 as its {}", attribute));
    return static_cast<std::size_t>(value);
  }

  template <class T>
  T attribute_or(const char* attribute, T otherwise) const {
    try {
      return info_.GetAttribute<T>(attribute);
    } catch (const Ort::Exception&) {
      return otherwise;
    }
  }

  bool has_input(std::size_t place) const {
    return place < info_.GetInputCount() && !info_.GetInputName(place).empty();
  }

  /// A constant of a certain shape; its memory lives as long as the session.
  template <class T>
  const T* constant(std::size_t place, const char* input, const Dims& dims) const {
    int is_constant = 0;
    const auto value = info_.GetTensorConstantInput(place, &is_constant);
    if (is_constant == 0) fail(fmt::format("needs {} as a constant of the graph", input));
    const Dims found = value.GetTensorTypeAndShapeInfo().GetShape();
    if (found != dims) {
      fail(fmt::format("has {} of shape [{}] instead of [{}]", input, fmt::join(found, ","),
                       fmt::join(dims, ",")));
    }
    return value.GetTensorData<T>();
  }

 private:
  Ort::ConstKernelInfo info_;
  std::string name_;
};

class QuantizedLinearKernel {
 public:
  static constexpr const char* kName = "QuantizedLinear";
  static constexpr std::size_t kInputs = 8;
  static constexpr std::size_t kRequiredInputs = 4;
  static constexpr std::array kTypes = {
      ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8,
      ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32,
      ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
      ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT};

  explicit QuantizedLinearKernel(const OrtKernelInfo* info) {
    const Node node(info, kName);
    name_ = node.name();
    layer_.inputs = node.size("K");
    layer_.outputs = node.size("N");
    if (layer_.inputs > model::kLinearInputsMax) {
      node.fail(fmt::format("has {} inputs, and {} are the most", layer_.inputs,
                            model::kLinearInputsMax));
    }
    const auto activation = activation_from_name(node.attribute_or("activation", std::string()));
    if (!activation) node.fail("has an activation that clipdex does not know");
    layer_.activation = *activation;
    layer_.epsilon = node.attribute_or("epsilon", 1e-5F);
    const auto inputs = static_cast<std::int64_t>(layer_.inputs);
    const auto outputs = static_cast<std::int64_t>(layer_.outputs);
    layer_.codes = node.constant<std::int8_t>(
        1, "W", {(outputs + 15) / 16, (inputs + 3) / 4, model::kPanelOutputs, model::kGroupInputs});
    layer_.scales = node.constant<float>(2, "scales", {outputs});
    layer_.sums = node.constant<std::int32_t>(3, "sums", {outputs});
    if (node.has_input(4)) layer_.bias = node.constant<float>(4, "bias", {outputs});
    if (node.has_input(5) != node.has_input(6)) node.fail("has gamma without beta, or beta alone");
    if (node.has_input(5)) {
      layer_.gamma = node.constant<float>(5, "gamma", {inputs});
      layer_.beta = node.constant<float>(6, "beta", {inputs});
    }
  }

  // NOLINTNEXTLINE(readability-identifier-naming): ONNX Runtime calls it by this name.
  OrtStatusPtr ComputeV2(OrtKernelContext* context) {
    return status_of([&] { compute(Ort::KernelContext(context)); });
  }

 private:
  void compute(const Ort::KernelContext& context) const {
    const auto x = context.GetInput(0);
    Dims dims = x.GetTensorTypeAndShapeInfo().GetShape();
    if (dims.empty() || dims.back() != static_cast<std::int64_t>(layer_.inputs)) {
      throw std::invalid_argument(fmt::format("{} got X of shape [{}] and needs rows of {}", name_,
                                              fmt::join(dims, ","), layer_.inputs));
    }
    dims.back() = static_cast<std::int64_t>(layer_.outputs);
    const float* residual = nullptr;
    if (context.GetInputCount() > 7) {
      const auto value = context.GetInput(7);
      if (value != nullptr) {
        const Dims found = value.GetTensorTypeAndShapeInfo().GetShape();
        if (found != dims) {
          throw std::invalid_argument(fmt::format("{} got a residual of shape [{}] and needs [{}]",
                                                  name_, fmt::join(found, ","),
                                                  fmt::join(dims, ",")));
        }
        residual = value.GetTensorData<float>();
      }
    }
    const auto rows =
        std::accumulate(dims.begin(), dims.end() - 1, std::int64_t{1}, std::multiplies<>());
    quantized_linear(layer_, x.GetTensorData<float>(), static_cast<std::size_t>(rows), residual,
                     context.GetOutput(0, dims).GetTensorMutableData<float>(), parts_on(context));
  }

  std::string name_;
  LinearLayer layer_;
};

class AttentionKernel {
 public:
  static constexpr const char* kName = "Attention";
  static constexpr std::size_t kInputs = 2;
  static constexpr std::size_t kRequiredInputs = 1;
  static constexpr std::array kTypes = {ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                        ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT};

  explicit AttentionKernel(const OrtKernelInfo* info) {
    const Node node(info, kName);
    name_ = node.name();
    spec_.heads = node.size("heads");
    spec_.scale = node.attribute_or("scale", 0.0F);
    if (spec_.scale == 0) node.fail("needs a number other than 0 as its scale");
    spec_.causal = node.attribute_or("causal", std::int64_t{0}) != 0;
    queries_ = node.attribute_or("queries", std::int64_t{0});
    if (queries_ < 0) node.fail("has a negative number of queries");
  }

  // NOLINTNEXTLINE(readability-identifier-naming): ONNX Runtime calls it by this name.
  OrtStatusPtr ComputeV2(OrtKernelContext* context) {
    return status_of([&] { compute(Ort::KernelContext(context)); });
  }

 private:
  void compute(const Ort::KernelContext& context) const {
    const auto qkv = context.GetInput(0);
    const Dims dims = qkv.GetTensorTypeAndShapeInfo().GetShape();
    const auto thrice = static_cast<std::int64_t>(3 * spec_.heads);
    if (dims.size() != 3 || dims[2] < thrice || dims[2] % thrice != 0) {
      throw std::invalid_argument(
          fmt::format("{} got QKV of shape [{}] and needs [items, tokens, a multiple of 3 × {} "
                      "heads]",
                      name_, fmt::join(dims, ","), spec_.heads));
    }
    if (queries_ > dims[1]) {
      throw std::invalid_argument(
          fmt::format("{} got {} tokens and needs at least the {} that are "
                      "its queries",
                      name_, dims[1], queries_));
    }
    AttentionSpec spec = spec_;
    spec.head_size = static_cast<std::size_t>(dims[2] / thrice);
    const std::int64_t queries = queries_ == 0 ? dims[1] : queries_;
    const Dims output{dims[0], queries, dims[2] / 3};
    attention(spec, qkv.GetTensorData<float>(), static_cast<std::size_t>(dims[0]),
              static_cast<std::size_t>(dims[1]), static_cast<std::size_t>(queries),
              mask_of(context, dims[1]), context.GetOutput(0, output).GetTensorMutableData<float>(),
              parts_on(context));
  }

  /// The mask, with a stride of 0 along each axis that is broadcast.
  AttentionMask mask_of(const Ort::KernelContext& context, std::int64_t tokens) const {
    if (context.GetInputCount() < 2) return {};
    const auto value = context.GetInput(1);
    if (value == nullptr) return {};
    Dims dims = value.GetTensorTypeAndShapeInfo().GetShape();
    const Dims found = dims;
    while (dims.size() > 2 && dims.front() == 1) dims.erase(dims.begin());
    while (dims.size() < 2) dims.insert(dims.begin(), 1);
    const auto fits = [&](std::int64_t dim) { return dim == 1 || dim == tokens; };
    if (dims.size() > 2 || !fits(dims[0]) || !fits(dims[1])) {
      throw std::invalid_argument(
          fmt::format("{} got a mask of shape [{}], which does not "
                      "broadcast to [{},{}]",
                      name_, fmt::join(found, ","), tokens, tokens));
    }
    return {.values = value.GetTensorData<float>(),
            .row_stride = dims[0] == 1 ? 0 : static_cast<std::size_t>(dims[1]),
            .column_stride = dims[1] == 1 ? std::size_t{0} : std::size_t{1}};
  }

  std::string name_;
  AttentionSpec spec_;
  std::int64_t queries_ = 0;
};

/// Describes a kernel to ONNX Runtime, which gives these functions their names.
// NOLINTBEGIN(readability-identifier-naming)
template <class Kernel>
struct Operator : Ort::CustomOpBase<Operator<Kernel>, Kernel, true> {
  const char* GetName() const { return Kernel::kName; }
  std::size_t GetInputTypeCount() const { return Kernel::kInputs; }
  ONNXTensorElementDataType GetInputType(std::size_t place) const { return Kernel::kTypes[place]; }
  OrtCustomOpInputOutputCharacteristic GetInputCharacteristic(std::size_t place) const {
    return place < Kernel::kRequiredInputs ? INPUT_OUTPUT_REQUIRED : INPUT_OUTPUT_OPTIONAL;
  }
  std::size_t GetOutputTypeCount() const { return 1; }
  ONNXTensorElementDataType GetOutputType(std::size_t) const {
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }
  OrtStatusPtr CreateKernelV2(const OrtApi&, const OrtKernelInfo* info, void** kernel) const {
    return status_of([&] { *kernel = std::make_unique<Kernel>(info).release(); });
  }
};
// NOLINTEND(readability-identifier-naming)

}  // namespace

void add_operators(Ort::SessionOptions& options) {
  // Never destroyed, as the environment: sessions in static objects may still need it.
  static const Ort::CustomOpDomain& domain = *[] {
    static const Operator<QuantizedLinearKernel> linear;
    static const Operator<AttentionKernel> attention_op;
    auto* made = new Ort::CustomOpDomain("clipdex");
    made->Add(&linear);
    made->Add(&attention_op);
    return made;
  }();
  options.Add(domain);
}

}  // namespace clipdex::encode
