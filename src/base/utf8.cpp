#include "base/utf8.hpp"

#include <unicode/utf8.h>

#include <cstdint>

namespace clipdex {
namespace {

/// Calls `good(begin, end)` for each well-formed sequence and `bad()` for each ill-formed subpart.
/// ICU's U8_NEXT consumes exactly one maximal subpart of an ill-formed sequence.
template <class Good, class Bad>
void walk(std::string_view text, Good good, Bad bad) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  std::int64_t position = 0;
  while (position < size) {
    const std::int64_t begin = position;
    UChar32 code_point = 0;
    U8_NEXT(bytes, position, size, code_point);
    if (code_point < 0) {
      bad();
    } else {
      good(begin, position);
    }
  }
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
  bool valid = true;
  walk(
      text, [](std::int64_t, std::int64_t) {}, [&] { valid = false; });
  return valid;
}

std::string to_valid_utf8(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string valid;
  valid.reserve(text.size());
  walk(
      text,
      [&](std::int64_t begin, std::int64_t end) {
        valid.append(
            text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
      },
      [&] { valid.append(kReplacement); });
  return valid;
}

}  // namespace clipdex
