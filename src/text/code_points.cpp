#include "text/code_points.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>

namespace clipdex::text {
namespace {

/// The code point at an edge of a text, and its length.
struct Edge {
  UChar32 code_point = 0;
  std::size_t bytes = 0;
};

Edge first_of(std::string_view text) {
  Edge edge;
  U8_NEXT(text.data(), edge.bytes, text.size(), edge.code_point);
  return edge;
}

Edge last_of(std::string_view text) {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && U8_IS_TRAIL(text[begin])) --begin;
  return first_of(text.substr(begin));
}

bool is_word(UChar32 code_point) {
  return u_hasBinaryProperty(code_point, UCHAR_ALPHABETIC) ||
         u_hasBinaryProperty(code_point, UCHAR_JOIN_CONTROL) ||
         (U_GET_GC_MASK(code_point) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0;
}

}  // namespace

std::size_t leading_space_bytes(std::string_view text) {
  std::size_t spaces = 0;
  while (spaces < text.size()) {
    const Edge edge = first_of(text.substr(spaces));
    if (u_isUWhiteSpace(edge.code_point) == 0) break;
    spaces += edge.bytes;
  }
  return spaces;
}

std::size_t trailing_space_bytes(std::string_view text) {
  std::size_t spaces = 0;
  while (spaces < text.size()) {
    const Edge edge = last_of(text.substr(0, text.size() - spaces));
    if (u_isUWhiteSpace(edge.code_point) == 0) break;
    spaces += edge.bytes;
  }
  return spaces;
}

bool starts_with_word(std::string_view text) {
  return !text.empty() && is_word(first_of(text).code_point);
}

bool ends_with_word(std::string_view text) {
  return !text.empty() && is_word(last_of(text).code_point);
}

void append_code_point(std::string& text, std::int32_t code_point) {
  std::array<char, U8_MAX_LENGTH> bytes{};
  std::size_t length = 0;
  U8_APPEND_UNSAFE(bytes.data(), length, code_point);
  text.append(bytes.data(), length);
}

std::size_t code_point_bytes(std::string_view text, std::size_t at) {
  std::size_t end = at;
  U8_FWD_1(text.data(), end, text.size());
  return end - at;
}

}  // namespace clipdex::text
