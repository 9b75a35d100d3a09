/// The characters and beginnings of words that mean something in the query language.
#pragma once

#include <cstddef>
#include <string_view>

namespace clipdex::search {

/// How many bytes the blank takes that `text` begins with: ASCII white space, or the ideographic
/// space U+3000 of Chinese keyboards. 0 when it begins with another character, or is empty.
std::size_t blank_size(std::string_view text) noexcept;

/// How many bytes come before the first blank of `text`, or its end.
std::size_t word_size(std::string_view text) noexcept;

/// Whether nothing but blanks is in `text`; true when it is empty.
bool is_blank(std::string_view text) noexcept;

/// Whether a bare word that begins like `text` names an image file: ./ ../ / or ~/ and more.
bool begins_like_path(std::string_view text) noexcept;

/// Whether a bare word that begins like `text` is the address of an image: http:// or https:// in
/// letters of any case, and more.
bool begins_like_url(std::string_view text) noexcept;

/// A pair of quotes.
struct Quotes {
  std::string_view open;
  std::string_view close;
};

/// The pair whose opening quote `text` begins with: "…", “…” or 「…」; null when there is none.
/// The pair lives for ever.
const Quotes* quotes_at(std::string_view text) noexcept;

}  // namespace clipdex::search
