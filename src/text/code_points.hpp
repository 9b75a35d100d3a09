/// White space and word characters at the edges of a UTF-8 text, by Unicode's properties.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace clipdex::text {

/// How many bytes of white space (the property White_Space) a well-formed text starts with.
std::size_t leading_space_bytes(std::string_view text);

/// How many bytes of white space it ends with.
std::size_t trailing_space_bytes(std::string_view text);

/// Whether it starts, or ends, with a word character: \w of Unicode Technical Standard 18, that is
/// alphabetic, a mark, a decimal digit, connector punctuation or a joiner. False for an empty text.
bool starts_with_word(std::string_view text);
bool ends_with_word(std::string_view text);

/// How many bytes the code point at a place of a well-formed text has.
std::size_t code_point_bytes(std::string_view text, std::size_t at);

/// Appends one code point, which must be a scalar value, as UTF-8.
void append_code_point(std::string& text, std::int32_t code_point);

}  // namespace clipdex::text
