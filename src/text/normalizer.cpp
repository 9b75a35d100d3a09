#include "text/normalizer.hpp"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "clipdex/error.hpp"
#include "text/code_points.hpp"

namespace clipdex::text {
namespace {

/// Replacing can multiply a text, several in a row exponentially; no honest tokenizer comes near
/// this.
constexpr std::size_t kReplacedBytesMax = std::size_t{256} << 20;

const icu::Normalizer2* instance_of(UnicodeNormalizer::Form form, UErrorCode& status) {
  switch (form) {
    case UnicodeNormalizer::Form::nfc:
      return icu::Normalizer2::getNFCInstance(status);
    case UnicodeNormalizer::Form::nfd:
      return icu::Normalizer2::getNFDInstance(status);
    case UnicodeNormalizer::Form::nfkc:
      return icu::Normalizer2::getNFKCInstance(status);
    case UnicodeNormalizer::Form::nfkd:
      return icu::Normalizer2::getNFKDInstance(status);
  }
  return nullptr;
}

}  // namespace

std::string NormalizerSequence::normalize(std::string text) const {
  for (const auto& step : steps_) text = step->normalize(std::move(text));
  return text;
}

std::string UnicodeNormalizer::normalize(std::string text) const {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = instance_of(form_, status);
  std::string normalized;
  icu::StringByteSink<std::string> sink(&normalized, static_cast<std::int32_t>(text.size()));
  if (U_SUCCESS(status)) {
    normalizer->normalizeUTF8(0,
                              icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())),
                              sink, nullptr, status);
  }
  if (U_FAILURE(status)) {
    throw Exception(ErrorCode::internal,
                    fmt::format("ICU cannot normalise a text ({})", u_errorName(status)));
  }
  return normalized;
}

std::string LowercaseNormalizer::normalize(std::string text) const {
  // The only code point whose lower case is two code points whatever stands around it.
  constexpr UChar32 kCapitalIWithDot = 0x130;
  constexpr std::string_view kSmallIThenDot = "i\xCC\x87";
  std::string lowered;
  lowered.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    UChar32 code_point = 0;
    U8_NEXT(text.data(), at, text.size(), code_point);
    if (code_point == kCapitalIWithDot) {
      lowered.append(kSmallIThenDot);
    } else {
      append_code_point(lowered, u_tolower(code_point));
    }
  }
  return lowered;
}

std::string ReplaceNormalizer::normalize(std::string text) const {
  std::string replaced;
  for (const Segment& segment : pattern_->matcher()->segments(text)) {
    if (segment.is_match) {
      replaced.append(content_);
    } else {
      replaced.append(text, segment.begin, segment.end - segment.begin);
    }
    if (replaced.size() > kReplacedBytesMax) {
      throw Exception(ErrorCode::too_large,
                      fmt::format("the tokenizer's replacements make a text longer than {} bytes; "
                                  "give it a shorter text",
                                  kReplacedBytesMax));
    }
  }
  return replaced;
}

std::string StripNormalizer::normalize(std::string text) const {
  if (at_end_) text.resize(text.size() - trailing_space_bytes(text));
  if (at_start_) text.erase(0, leading_space_bytes(text));
  return text;
}

std::string PrependNormalizer::normalize(std::string text) const {
  return text.empty() ? text : prefix_ + text;
}

}  // namespace clipdex::text
