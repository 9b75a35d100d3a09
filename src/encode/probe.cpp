#include "encode/probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "encode/ort_session.hpp"
#include "model/graph_file.hpp"

namespace clipdex::encode {
namespace {

/// What a run fills in where a graph leaves sizes open.
struct OpenSizes {
  std::int64_t batch = 0;
  std::int64_t length = 0;
};
constexpr OpenSizes kFirst{.batch = 3, .length = 7};
constexpr std::int64_t kChannels = 3;
constexpr OpenSizes kSecond{.batch = 5, .length = 11};

/// Inputs of a run, with the memory that they lie in.
class Feed {
 public:
  Feed(const OrtSession& session, const ProbeItems& items, OpenSizes sizes) : sizes_(sizes) {
    for (const TensorSpec& input : session.inputs()) add(input, items);
  }

  std::int64_t batch() const { return batch_; }
  std::int64_t length() const { return length_; }
  bool is_sequence_open() const { return is_sequence_open_; }
  std::vector<Ort::Value> run(OrtSession& session) const {
    return session.run_all(names_, values_);
  }

 private:
  void add(const TensorSpec& input, const ProbeItems& items) {
    std::vector<std::int64_t> dims = input.dims;
    if (!dims.empty() && dims[0] < 0) dims[0] = sizes_.batch;
    if (!dims.empty()) batch_ = dims[0];
    if (dims.size() == 4) {
      const std::size_t channels = dims[3] == kChannels ? 3 : 1;
      for (std::size_t axis = 1; axis < dims.size(); ++axis) {
        if (dims[axis] < 0) dims[axis] = axis == channels ? kChannels : items.image_size;
      }
      add_pixels(input, dims);
    } else if (dims.size() == 2) {
      is_sequence_open_ = is_sequence_open_ || dims[1] < 0;
      if (dims[1] < 0) dims[1] = sizes_.length;
      length_ = dims[1];
      add_ids(input, dims, items);
    } else {
      fail(input);
    }
    names_.push_back(input.name.c_str());
  }

  void add_pixels(const TensorSpec& input, const std::vector<std::int64_t>& dims) {
    auto& pixels = floats_.emplace_back(static_cast<std::size_t>(model::item_count(dims)));
    std::uint32_t noise = 1;
    for (float& pixel : pixels) {
      noise = noise * 1664525 + 1013904223;  // the generator of Numerical Recipes
      pixel = static_cast<float>(noise >> 8) / static_cast<float>(1 << 23) - 1;
    }
    if (input.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
      values_.push_back(tensor_over(std::span(pixels), dims));
    } else if (input.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16) {
      auto& halves = halves_.emplace_back();
      for (const float pixel : pixels) halves.emplace_back(pixel);
      values_.push_back(tensor_over(std::span(halves), dims));
    } else if (input.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8) {
      auto& bytes = bytes_.emplace_back();
      for (const float pixel : pixels) {
        bytes.push_back(static_cast<std::uint8_t>(127.5F * (pixel + 1)));
      }
      values_.push_back(tensor_over(std::span(bytes), dims));
    } else {
      fail(input);
    }
  }

  void add_ids(const TensorSpec& input, const std::vector<std::int64_t>& dims,
               const ProbeItems& items) {
    const bool is_mask = input.name == "attention_mask";
    auto& ids = integers_.emplace_back();
    for (std::int64_t row = 0; row < dims[0]; ++row) {
      std::vector<text::TokenId> text =
          items.texts[static_cast<std::size_t>(row) % items.texts.size()];
      const text::TokenId end = text.empty() ? items.pad_id : text.back();
      text.resize(static_cast<std::size_t>(dims[1]), items.pad_id);
      // Some graphs look for the end of the text in each row.
      if (std::find(text.begin(), text.end(), end) == text.end()) text.back() = end;
      for (const text::TokenId id : text) ids.push_back(is_mask ? 1 : id);
    }
    if (input.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64) {
      values_.push_back(tensor_over(std::span(ids), dims));
    } else if (input.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32) {
      auto& narrow = narrow_.emplace_back(ids.begin(), ids.end());
      values_.push_back(tensor_over(std::span(narrow), dims));
    } else {
      fail(input);
    }
  }

  [[noreturn]] static void fail(const TensorSpec& input) {
    throw Exception(
        ErrorCode::unsupported,
        fmt::format("the graph takes {}, which is neither pixels nor ids", describe(input)));
  }

  const OpenSizes sizes_;
  std::int64_t batch_ = 1;
  std::int64_t length_ = 0;
  bool is_sequence_open_ = false;
  // Lists of buffers: a further one never moves those before it, and values point into them.
  std::vector<std::vector<float>> floats_;
  std::vector<std::vector<Ort::Float16_t>> halves_;
  std::vector<std::vector<std::uint8_t>> bytes_;
  std::vector<std::vector<std::int64_t>> integers_;
  std::vector<std::vector<std::int32_t>> narrow_;
  std::vector<const char*> names_;
  std::vector<Ort::Value> values_;
};

model::ValueFacts facts_of(const Ort::Value& value) {
  const auto info = value.GetTensorTypeAndShapeInfo();
  model::ValueFacts facts;
  facts.dims = info.GetShape();
  const auto type = info.GetElementType();
  const auto count = static_cast<std::size_t>(info.GetElementCount());
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
    const std::span items(value.GetTensorData<float>(), count);
    if (count == 1) facts.scalar = items[0];
    const auto& dims = facts.dims;
    if (dims.size() >= 2 && dims.back() == dims[dims.size() - 2]) {
      facts.is_causal_mask = model::is_causal_mask(items, dims.back());
    }
  } else if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 && count == 1) {
    facts.scalar = static_cast<double>(*value.GetTensorData<std::int64_t>());
  }
  return facts;
}

}  // namespace

model::Graph simplify_graph(const std::filesystem::path& file,
                            const std::filesystem::path& scratch) {
  const std::filesystem::path simple = scratch / "simple.onnx";
  write_simplified(file, simple);
  return model::Graph(model::read_graph_file(simple));
}

model::Facts probe_graph(const model::Graph& graph, const ProbeItems& items,
                         const std::filesystem::path& scratch) {
  model::Graph open = graph;
  for (const onnx::NodeProto* node : graph.nodes()) {
    for (const std::string& output : node->output()) {
      if (output.empty() || open.is_output(output)) continue;
      open.outputs().emplace_back().set_name(output);
    }
  }
  const std::filesystem::path file = scratch / "probe.onnx";
  model::write_graph_file(open.to_model(), file, model::FilePurpose::scratch);
  OrtSession session(file, Tuning::latency);
  const Feed first(session, items, kFirst);
  const Feed second(session, items, kSecond);
  const std::vector<Ort::Value> values = first.run(session);
  const std::vector<Ort::Value> others = second.run(session);
  model::Facts facts{.batch = first.batch(),
                     .other_batch = second.batch(),
                     .length = first.length(),
                     .other_length = second.length(),
                     .is_sequence_open = first.is_sequence_open(),
                     .values = {}};
  for (std::size_t place = 0; place < values.size(); ++place) {
    if (!values[place].IsTensor()) continue;
    model::ValueFacts& value = facts.values[session.outputs()[place].name];
    value = facts_of(values[place]);
    value.other_dims = others[place].GetTensorTypeAndShapeInfo().GetShape();
  }
  return facts;
}

}  // namespace clipdex::encode
