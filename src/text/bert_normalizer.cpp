#include "text/bert_normalizer.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <utility>

#include "text/code_points.hpp"

namespace clipdex::text {
namespace {

bool is_break(UChar32 c) { return c == '\t' || c == '\n' || c == '\r'; }

bool is_unwanted(UChar32 c) {
  constexpr UChar32 kReplacement = 0xFFFD;
  if (c == 0 || c == kReplacement) return true;
  return !is_break(c) && (U_GET_GC_MASK(c) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0;
}

// The blocks as the reference has them, with its 2B920 where Unicode's block begins at 2B820.
bool is_ideograph(UChar32 c) {
  constexpr std::array<std::pair<UChar32, UChar32>, 8> kBlocks{{{0x4E00, 0x9FFF},
                                                                {0x3400, 0x4DBF},
                                                                {0x20000, 0x2A6DF},
                                                                {0x2A700, 0x2B73F},
                                                                {0x2B740, 0x2B81F},
                                                                {0x2B920, 0x2CEAF},
                                                                {0xF900, 0xFAFF},
                                                                {0x2F800, 0x2FA1F}}};
  return std::ranges::any_of(
      kBlocks, [c](const auto& block) { return c >= block.first && c <= block.second; });
}

bool is_space(UChar32 c) { return is_break(c) || u_hasBinaryProperty(c, UCHAR_WHITE_SPACE) != 0; }

template <class Rewrite>
std::string each_code_point(const std::string& text, const Rewrite& rewrite) {
  std::string rewritten;
  rewritten.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, text.size(), c);
    rewrite(c, rewritten);
  }
  return rewritten;
}

std::string cleaned(const std::string& text) {
  return each_code_point(text, [](UChar32 c, std::string& to) {
    if (!is_unwanted(c)) append_code_point(to, is_space(c) ? ' ' : c);
  });
}

std::string with_ideographs_apart(const std::string& text) {
  return each_code_point(text, [](UChar32 c, std::string& to) {
    const bool is_apart = is_ideograph(c);
    if (is_apart) to += ' ';
    append_code_point(to, c);
    if (is_apart) to += ' ';
  });
}

std::string without_accents(std::string text) {
  const std::string decomposed =
      UnicodeNormalizer(UnicodeNormalizer::Form::nfd).normalize(std::move(text));
  return each_code_point(decomposed, [](UChar32 c, std::string& to) {
    if ((U_GET_GC_MASK(c) & U_GC_MN_MASK) == 0) append_code_point(to, c);
  });
}

}  // namespace

std::string BertNormalizer::normalize(std::string text) const {
  if (options_.clean_text) text = cleaned(text);
  if (options_.handle_chinese_chars) text = with_ideographs_apart(text);
  if (options_.strip_accents) text = without_accents(std::move(text));
  if (options_.lowercase) text = LowercaseNormalizer().normalize(std::move(text));
  return text;
}

}  // namespace clipdex::text
