#include "encode/ort_session.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "base/log.hpp"
#include "base/module.hpp"
#include "encode/operators.hpp"

namespace clipdex::encode {
namespace {

void ORT_API_CALL log_from_runtime(void*, OrtLoggingLevel, const char*, const char*, const char*,
                                   const char* message) {
  log_line(LogLevel::debug, fmt::format("ONNX Runtime: {}", message));
}

/// Never destroyed: sessions in static objects, and threads that outlive main, may still need it.
const Ort::Env& environment() {
  static const Ort::Env& env =
      *new Ort::Env(ORT_LOGGING_LEVEL_WARNING, "clipdex", log_from_runtime, nullptr);
  return env;
}

Ort::SessionOptions options_for(Tuning tuning) {
  start_runtime();
  Ort::SessionOptions options;
  add_operators(options);
  options.SetExecutionMode(ORT_SEQUENTIAL);
  options.SetInterOpNumThreads(1);
  // A waiting thread that spins steals the core from decoding, and from whoever else is there.
  options.AddConfigEntry("session.intra_op.allow_spinning", "0");
  if (tuning == Tuning::throughput) {
    options.SetIntraOpNumThreads(1);
    options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  } else {
    options.SetIntraOpNumThreads(
        static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
    // Chosen by measuring the cold start: see docs/adr/0003-onnxruntime.md.
    options.SetGraphOptimizationLevel(ORT_ENABLE_BASIC);
    options.AddConfigEntry("session.disable_prepacking", "1");
  }
  return options;
}

/// The runtime's messages may run over several lines; ours are one sentence.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return line;
}

Ort::Session open_session(const std::filesystem::path& graph, const Ort::SessionOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(graph, ignored)) {
    throw Exception(ErrorCode::not_found,
                    fmt::format("there is no graph {}; download the model again", graph.native()));
  }
  try {
    return Ort::Session(environment(), graph.c_str(), options);
  } catch (const Ort::Exception& error) {
    throw Exception(ErrorCode::corrupt,
                    fmt::format("ONNX Runtime cannot load {} ({}); download the model again",
                                graph.native(), one_line(error.what())));
  }
}

TensorSpec spec_of(std::string name, const Ort::TypeInfo& info) {
  TensorSpec spec{.name = std::move(name), .dims = {}};
  if (info.GetONNXType() != ONNX_TYPE_TENSOR) return spec;
  const auto tensor = info.GetTensorTypeAndShapeInfo();
  spec.type = tensor.GetElementType();
  spec.dims = tensor.GetShape();
  return spec;
}

std::string_view type_name(ONNXTensorElementDataType type) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
      return "float32";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
      return "uint8";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
      return "float16";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
      return "int32";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
      return "int64";
    default:
      return "another type";
  }
}

const OrtApi* load_api() {
  const auto* module = load_module<RuntimeFunctions>("onnxruntime").value_or_throw();
  const OrtApiBase* base = module->api_base();
  if (const OrtApi* api = base->GetApi(ORT_API_VERSION)) return api;
  throw Exception(ErrorCode::internal,
                  fmt::format("ONNX Runtime {} is too old for this clipdex, which needs 1.{}; "
                              "install the one that it was made with",
                              base->GetVersionString(), ORT_API_VERSION));
}

}  // namespace

void start_runtime() {
  static const bool started = [] {
    Ort::InitApi(load_api());
    return true;
  }();
  static_cast<void>(started);
}

std::string describe(const TensorSpec& tensor) {
  std::vector<std::string> dims;
  for (std::int64_t dim : tensor.dims) dims.push_back(dim < 0 ? "?" : std::to_string(dim));
  return fmt::format("{} {} [{}]", tensor.name, type_name(tensor.type), fmt::join(dims, ","));
}

OrtSession::OrtSession(const std::filesystem::path& graph, Tuning tuning)
    : graph_(graph), session_(open_session(graph, options_for(tuning))) {
  const Ort::AllocatorWithDefaultOptions allocator;
  for (std::size_t place = 0; place < session_.GetInputCount(); ++place) {
    inputs_.push_back(spec_of(session_.GetInputNameAllocated(place, allocator).get(),
                              session_.GetInputTypeInfo(place)));
  }
  for (std::size_t place = 0; place < session_.GetOutputCount(); ++place) {
    outputs_.push_back(spec_of(session_.GetOutputNameAllocated(place, allocator).get(),
                               session_.GetOutputTypeInfo(place)));
  }
}

Ort::Value OrtSession::run(std::span<const char* const> names, std::span<const Ort::Value> values,
                           const std::string& output) {
  const char* const output_name = output.c_str();
  return std::move(run_for(names, values, std::span(&output_name, 1)).front());
}

std::vector<Ort::Value> OrtSession::run_all(std::span<const char* const> names,
                                            std::span<const Ort::Value> values) {
  std::vector<const char*> outputs;
  for (const TensorSpec& output : outputs_) outputs.push_back(output.name.c_str());
  return run_for(names, values, outputs);
}

std::vector<Ort::Value> OrtSession::run_for(std::span<const char* const> names,
                                            std::span<const Ort::Value> values,
                                            std::span<const char* const> outputs) {
  try {
    return session_.Run(Ort::RunOptions{nullptr}, names.data(), values.data(), values.size(),
                        outputs.data(), outputs.size());
  } catch (const Ort::Exception& error) {
    throw Exception(ErrorCode::internal,
                    fmt::format("ONNX Runtime failed while running {} ({}); check the model with "
                                "`clipdex model doctor`",
                                graph_.native(), one_line(error.what())));
  }
}

void write_simplified(const std::filesystem::path& graph, const std::filesystem::path& to) {
  Ort::SessionOptions options = options_for(Tuning::latency);
  options.SetOptimizedModelFilePath(to.c_str());
  // What these two make would have to be taken apart again: a Gemm between reshapes of each linear
  // layer, and transposes in the middle of layer norms.
  options.AddConfigEntry("optimization.disable_specified_optimizers",
                         "MatMulAddFusion;TransposeOptimizer");
  const std::string weights = to.filename().native() + ".data";
  options.AddConfigEntry("session.optimized_model_external_initializers_file_name",
                         weights.c_str());
  options.AddConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", "1024");
  (void)open_session(graph, options);
}

}  // namespace clipdex::encode
