#include "base/glob.hpp"

#include <cstddef>

namespace clipdex {
namespace {

std::size_t sequence_length(char first) noexcept {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  if (byte >= 0xC0) return 2;
  return 1;
}

/// Matches `character` against the set that begins after '[' and ends before `close`.
bool set_contains(std::string_view set, char character) noexcept {
  const bool negated = !set.empty() && (set[0] == '!' || set[0] == '^');
  if (negated) set.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (i + 2 < set.size() && set[i + 1] == '-') {
      found = found || (set[i] <= character && character <= set[i + 2]);
      i += 2;
    } else {
      found = found || set[i] == character;
    }
  }
  return found != negated;
}

bool matches_here(std::string_view pattern, std::string_view path) noexcept;

bool matches_stars(std::string_view pattern, std::string_view path) noexcept {
  const bool crosses = pattern.size() >= 2 && pattern[1] == '*';
  pattern.remove_prefix(crosses ? 2 : 1);
  if (crosses && !pattern.empty() && pattern[0] == '/' && matches_here(pattern.substr(1), path)) {
    return true;  // "**/x" matches "x" itself.
  }
  for (std::size_t i = 0; i <= path.size(); ++i) {
    if (matches_here(pattern, path.substr(i))) return true;
    if (i < path.size() && path[i] == '/' && !crosses) return false;
  }
  return false;
}

/// Matches the whole pattern at the beginning of `path`, ending at its end or at a '/'.
bool matches_here(std::string_view pattern, std::string_view path) noexcept {
  while (!pattern.empty()) {
    if (pattern[0] == '*') return matches_stars(pattern, path);
    if (path.empty()) return false;
    const std::size_t close = pattern[0] == '[' ? pattern.find(']', 2) : std::string_view::npos;
    if (close != std::string_view::npos) {
      if (path[0] == '/' || !set_contains(pattern.substr(1, close - 1), path[0])) return false;
      pattern.remove_prefix(close + 1);
      path.remove_prefix(1);
    } else if (pattern[0] == '?') {
      if (path[0] == '/') return false;
      pattern.remove_prefix(1);
      const std::size_t length = sequence_length(path[0]);
      path.remove_prefix(length < path.size() ? length : path.size());
    } else {
      if (pattern[0] == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
      if (pattern[0] != path[0]) return false;
      pattern.remove_prefix(1);
      path.remove_prefix(1);
    }
  }
  return path.empty() || path[0] == '/';
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view path) noexcept {
  if (pattern.ends_with('/')) pattern.remove_suffix(1);
  if (pattern.empty()) return false;
  if (pattern[0] == '/') return matches_here(pattern, path);
  if (matches_here(pattern, path)) return true;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '/' && matches_here(pattern, path.substr(i + 1))) return true;
  }
  return false;
}

}  // namespace clipdex
