#include "text/precompiled_normalizer.hpp"

#include <unicode/brkiter.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <cstring>
#include <memory>
#include <optional>

#include "base/base64.hpp"
#include "clipdex/error.hpp"

namespace clipdex::text {
namespace {

constexpr std::size_t kGraphemeBytesMax = 5;

[[noreturn]] void fail(const char* what) {
  throw Exception(ErrorCode::corrupt, std::string("its precompiled_charsmap ") + what);
}

std::uint32_t offset_of(std::uint32_t unit) { return (unit >> 10) << ((unit & (1U << 9)) >> 6); }
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::uint32_t label_of(std::uint32_t unit) { return unit & (1U << 31 | 0xFF); }
std::uint32_t value_of(std::uint32_t unit) { return unit & ~(1U << 31); }

/// Cuts a text into graphemes, as Unicode Standard Annex 29 extends them.
class Graphemes {
 public:
  explicit Graphemes(const std::string& text) {
    UErrorCode status = U_ZERO_ERROR;
    breaks_.reset(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
    text_ = utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status);
    if (U_SUCCESS(status)) breaks_->setText(text_, status);
    if (U_FAILURE(status)) {
      throw Exception(ErrorCode::internal,
                      std::string("ICU cannot cut a text into graphemes: ") + u_errorName(status));
    }
  }
  ~Graphemes() { utext_close(text_); }
  Graphemes(const Graphemes&) = delete;
  Graphemes& operator=(const Graphemes&) = delete;

  /// Where the next one ends, in bytes; negative at the end of the text.
  std::int32_t next() { return breaks_->next(); }

 private:
  std::unique_ptr<icu::BreakIterator> breaks_;
  UText* text_ = nullptr;
};

}  // namespace

PrecompiledNormalizer::PrecompiledNormalizer(std::string_view base64) {
  const std::optional<std::string> decoded = from_base64(base64);
  if (!decoded) fail("is no base64");
  const std::string& bytes = *decoded;
  std::uint32_t array_bytes = 0;
  if (bytes.size() < sizeof array_bytes) fail("is too short");
  std::memcpy(&array_bytes, bytes.data(), sizeof array_bytes);
  const std::size_t left = bytes.size() - sizeof array_bytes;
  if (array_bytes == 0 || array_bytes % sizeof(std::uint32_t) != 0 || array_bytes > left) {
    fail("is cut off");
  }
  units_.resize(array_bytes / sizeof(std::uint32_t));
  std::memcpy(units_.data(), bytes.data() + sizeof array_bytes, array_bytes);
  replacements_ = bytes.substr(sizeof array_bytes + array_bytes);
  replacements_ += '\0';
}

const char* PrecompiledNormalizer::replacement(std::string_view text) const {
  std::uint32_t place = offset_of(units_[0]);
  for (const char byte : text) {
    const auto label = static_cast<unsigned char>(byte);
    place ^= label;
    if (label == 0 || place >= units_.size() || label_of(units_[place]) != label) return nullptr;
    const std::uint32_t unit = units_[place];
    place ^= offset_of(unit);
    if (!has_leaf(unit)) continue;
    if (place >= units_.size() || value_of(units_[place]) >= replacements_.size()) return nullptr;
    return replacements_.data() + value_of(units_[place]);
  }
  return nullptr;
}

std::string PrecompiledNormalizer::normalize(std::string text) const {
  std::string normalized;
  normalized.reserve(text.size());
  const std::string_view view = text;
  Graphemes graphemes(text);
  std::size_t begin = 0;
  for (std::int32_t next = graphemes.next(); next >= 0; next = graphemes.next()) {
    const auto end = static_cast<std::size_t>(next);
    const std::string_view grapheme = view.substr(begin, end - begin);
    const char* whole = grapheme.size() <= kGraphemeBytesMax ? replacement(grapheme) : nullptr;
    if (whole != nullptr) normalized += whole;
    for (std::size_t at = 0; whole == nullptr && at < grapheme.size();) {
      std::size_t after = at;
      U8_FWD_1(grapheme.data(), after, grapheme.size());
      const std::string_view part = grapheme.substr(at, after - at);
      const char* known = replacement(part);
      known != nullptr ? normalized.append(known) : normalized.append(part);
      at = after;
    }
    begin = end;
  }
  return normalized;
}

}  // namespace clipdex::text
