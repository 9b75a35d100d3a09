// The decoders of the module `formats`, as the rest of the program sees them.
#include "base/module.hpp"
#include "image/decoders.hpp"

namespace clipdex::image {
namespace {

const Result<const FormatDecoders*>& decoders() {
  static const auto module = load_module<FormatDecoders>("formats");
  return module;
}

}  // namespace

Result<Stored> decode_vips(std::span<const std::byte> bytes, Format format,
                           const DecodeOptions& options) {
  if (!decoders()) return decoders().error();
  return decoders().value()->vips(bytes, format, options);
}

Result<Stored> decode_raw(std::span<const std::byte> bytes, const DecodeOptions& options) {
  if (!decoders()) return decoders().error();
  return decoders().value()->raw(bytes, options);
}

}  // namespace clipdex::image
