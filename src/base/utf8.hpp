/// UTF-8 at the borders of clipdex: what comes from outside may be broken, what goes out as JSON
/// may not.
#pragma once

#include <string>
#include <string_view>

namespace clipdex {

/// True when every byte belongs to a well-formed UTF-8 sequence (RFC 3629: no surrogates, no
/// overlong forms).
bool is_valid_utf8(std::string_view text) noexcept;

/// The text with every ill-formed part replaced by U+FFFD, one for each maximal subpart, as Unicode
/// chapter 3.9 recommends and Python's errors="replace" does. Valid text comes back as it is.
std::string to_valid_utf8(std::string_view text);

}  // namespace clipdex
