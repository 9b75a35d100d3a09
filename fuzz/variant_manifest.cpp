// Any bytes as the manifest of a variant: they are read or refused, and what was read is written
// and read again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/variant.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto manifest = clipdex::model::parse_manifest(input, "input");
  if (!manifest) return 0;
  const std::string text = clipdex::model::manifest_text(manifest.value());
  const auto again = clipdex::model::parse_manifest(text, "again");
  if (!again || clipdex::model::manifest_text(again.value()) != text) std::abort();
  return 0;
}
