/// Bytes as text of 64 characters: RFC 4648, section 4, with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clipdex {

/// Four characters for every three bytes; no bytes give an empty text. Thread-safe.
std::string to_base64(std::string_view bytes);

/// The bytes of such a text; nothing when it is none: another character (a line break, too), a
/// length that is no multiple of four, or padding anywhere but at the end. Thread-safe.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace clipdex
