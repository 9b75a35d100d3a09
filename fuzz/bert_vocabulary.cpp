// Any bytes as a vocab.txt: they load or are refused, and what loads encodes any short text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto tokenizer = clipdex::text::parse_bert_vocabulary(input, "input");
  if (!tokenizer) return 0;
  tokenizer.value()->encode("ABC  ab! it's \xC3\xA9\xE4\xB8\xAD [MASK]\xFF");
  tokenizer.value()->encode(input.substr(0, 256));
  return 0;
}
