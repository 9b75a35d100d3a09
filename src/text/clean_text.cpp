// What OpenCLIP does to a text before its tokenizer sees it (open_clip/tokenizer.py).
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include "text/code_points.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::text {
namespace {

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

std::string without_punctuation(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (!is_ascii_punctuation(c)) kept += c;
  }
  return kept;
}

// With the rules of no language, a final sigma included.
std::string lowered(std::string_view text) {
  std::string lower;
  icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())))
      .toLower(icu::Locale::getRoot())
      .toUTF8String(lower);
  return lower;
}

// Words with one space between them, and none around.
std::string with_single_spaces(std::string_view text) {
  std::string joined;
  while (true) {
    text.remove_prefix(leading_space_bytes(text));
    if (text.empty()) return joined;
    std::size_t end = 0;
    while (end < text.size() && leading_space_bytes(text.substr(end)) == 0) {
      end += code_point_bytes(text, end);
    }
    if (!joined.empty()) joined += ' ';
    joined.append(text.substr(0, end));
    text.remove_prefix(end);
  }
}

}  // namespace

std::string clean_text(std::string_view utf8, TextCleaning cleaning) {
  switch (cleaning) {
    case TextCleaning::none:
      return std::string(utf8);
    case TextCleaning::whitespace:
      return with_single_spaces(utf8);
    case TextCleaning::canonicalize:
      return with_single_spaces(lowered(without_punctuation(utf8)));
  }
  return std::string(utf8);
}

}  // namespace clipdex::text
