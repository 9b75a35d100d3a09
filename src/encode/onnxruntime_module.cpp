// The module `onnxruntime`: nothing but the way to ONNX Runtime, which it links.
#include "base/module.hpp"
#include "encode/ort_session.hpp"

extern "C" CLIPDEX_MODULE_EXPORT clipdex::ModuleEntry clipdex_module(clipdex::ModuleLog log) {
  static constexpr clipdex::encode::RuntimeFunctions kFunctions{.api_base = OrtGetApiBase};
  return clipdex::enter_module(log, &kFunctions);
}
