// Any bytes as CLIP's list of merges, plain or packed: they load or are refused, and what loads
// encodes any short text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  // The first byte says how many merges to take; the full number would need a large input.
  const auto tokenizer = clipdex::text::parse_clip_bpe(input, "input", data[0]);
  if (tokenizer) tokenizer.value()->encode(input.substr(0, 256));
  return 0;
}
