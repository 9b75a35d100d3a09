/// The alphabet of byte-level tokenizers: one visible character for each of the 256 bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace clipdex::text {

/// The character of each byte as UTF-8. Bytes that are visible in Latin-1 stand for themselves; the
/// others, in order, take the code points from U+0100 on (a space is U+0120), as in openai/GPT-2.
/// @return 256 strings by byte; static lifetime.
const std::array<std::string, 256>& byte_alphabet();

/// The bytes in the order in which such a vocabulary lists them: the visible ones, then the others.
std::vector<std::uint8_t> bytes_in_vocabulary_order();

}  // namespace clipdex::text
