// Any bytes as a tokenizer.json: they load or are refused, and what loads encodes any short text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto tokenizer = clipdex::text::parse_tokenizer_json(input, "input");
  if (!tokenizer) return 0;
  try {
    tokenizer.value()->encode("ABC  ab! it's \xC3\xA9\xE4\xB8\xAD <|endoftext|>\xFF");
    tokenizer.value()->encode(input.substr(0, 256));
  } catch (const clipdex::Exception&) {
    // A regular expression that backtracks without end, or a text that replacements blow up.
  }
  return 0;
}
