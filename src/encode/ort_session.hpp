/// ONNX Runtime behind one class: environment, session and the tensors that a graph declares.
/// The only headers of this room that include ONNX Runtime's are this one and tower.hpp.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "encode/encoders.hpp"

namespace clipdex::encode {

/// A size that a graph leaves open, in `TensorSpec::dims`.
inline constexpr std::int64_t kAnySize = -1;

/// An input or output as a graph declares it.
struct TensorSpec {
  std::string name;
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::vector<std::int64_t> dims;  ///< `kAnySize` where any size may be given
};

/// The functions of the module `onnxruntime` (base/module.hpp).
struct RuntimeFunctions {
  const OrtApiBase* (*api_base)() noexcept;
};

/// Loads ONNX Runtime, unless that was done: it must come before anything else of namespace Ort.
/// Throws `Exception` with `internal` when the module cannot be loaded, or holds an older ONNX
/// Runtime than this was compiled for. Thread-safe.
void start_runtime();

/// "pixel_values float32 [?,3,224,224]": a tensor for messages and for people.
std::string describe(const TensorSpec& tensor);

/// A graph that ONNX Runtime has loaded, on the CPU. Owns the session; the environment is shared by
/// the process and lives until its end. `run` may be called from any number of threads at once.
///
/// ONNX Runtime prints nothing: what it logs goes to base/log.hpp at level debug.
class OrtSession {
 public:
  /// Throws `Exception`: `not_found` (no such file), `corrupt` (ONNX Runtime refuses it; says why).
  OrtSession(const std::filesystem::path& graph, Tuning tuning);

  const std::filesystem::path& graph() const noexcept { return graph_; }
  const std::vector<TensorSpec>& inputs() const noexcept { return inputs_; }
  const std::vector<TensorSpec>& outputs() const noexcept { return outputs_; }

  /// Runs the graph on the caller's thread (`Tuning::throughput`) or over the cores (`latency`).
  /// @param names  of the inputs, as many as `values`
  /// @param output the one output that is computed and given back
  /// Throws `Exception` with `internal` when the runtime fails.
  Ort::Value run(std::span<const char* const> names, std::span<const Ort::Value> values,
                 const std::string& output);

  /// The same for all outputs, in the order of `outputs()`.
  std::vector<Ort::Value> run_all(std::span<const char* const> names,
                                  std::span<const Ort::Value> values);

 private:
  std::vector<Ort::Value> run_for(std::span<const char* const> names,
                                  std::span<const Ort::Value> values,
                                  std::span<const char* const> outputs);

  std::filesystem::path graph_;
  Ort::Session session_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
};

/// Writes what ONNX Runtime's own simplification makes of a graph: constants are folded and nodes
/// that do nothing are gone; all operators stay ONNX's own. The weights go into a file beside `to`,
/// of its name and ".data". Throws `Exception` as the constructor of `OrtSession` does.
void write_simplified(const std::filesystem::path& graph, const std::filesystem::path& to);

/// A tensor over memory of the caller's, which must outlive it and hold the product of `dims`
/// items.
template <class T>
Ort::Value tensor_over(std::span<T> items, std::span<const std::int64_t> dims) {
  start_runtime();
  static const Ort::MemoryInfo memory =
      Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  return Ort::Value::CreateTensor<T>(memory, items.data(), items.size(), dims.data(), dims.size());
}

}  // namespace clipdex::encode
