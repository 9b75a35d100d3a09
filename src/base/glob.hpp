/// Path patterns as people know them from .gitignore, for `--exclude` and `path:`.
#pragma once

#include <string_view>

namespace clipdex {

/// Whether a path matches a pattern, byte by byte, case-sensitive.
///
/// `*` matches within one path component, `**` across any number of them (none included), `?` one
/// character (a whole UTF-8 sequence), `[a-z]` and `[!a-z]` one ASCII character of a set; `\` takes
/// the next character as it is. A pattern that begins with `/` is matched from the beginning of the
/// path, any other from every component on: `2024/**` matches `/photos/2024/a.jpg`. A pattern that
/// names a directory matches everything below it: `.git` matches `/x/.git/config`. An empty pattern
/// matches nothing. Never fails: an unclosed `[` stands for itself.
bool glob_matches(std::string_view pattern, std::string_view path) noexcept;

}  // namespace clipdex
