/// ONNX files as whole models with all their weights, read and written. Private to the rooms model
/// and encode.
///
/// The walker of model/onnx_file.hpp steps over weights, for the identity at every start of the
/// program; this reads them, and only the optimiser does.
#pragma once

#include <onnx-ml.pb.h>

#include <filesystem>

namespace clipdex::model {

/// Where each tensor begins in a file of weights: pages of memory, so that a runtime may map one.
inline constexpr std::size_t kWeightAlignment = 4096;

/// Tensors from this size on lie in the file of weights.
inline constexpr std::size_t kExternalBytesMin = 1024;

/// Reads an ONNX file and puts the weights that lie in files beside it into its tensors. Throws
/// `Exception`: `not_found`, `unreadable`, `corrupt` (not an ONNX file, or a tensor lies beyond the
/// end of its file or outside of the directory), `too_large` (2 GiB or more without the weights).
onnx::ModelProto read_graph_file(const std::filesystem::path& path);

/// What becomes of a written file.
enum class FilePurpose {
  to_keep,  ///< it is safe on the disk when the call returns
  scratch,  ///< it is read at once and removed: nothing waits for the disk
};

/// Writes `path` and, beside it, `path` + ".data" with all tensors of `kExternalBytesMin` or more,
/// each at a multiple of `kWeightAlignment`. Throws `Exception`: `disk_full`, `write_failed`; then
/// parts of the files may be there.
void write_graph_file(onnx::ModelProto model, const std::filesystem::path& path,
                      FilePurpose purpose);

}  // namespace clipdex::model
