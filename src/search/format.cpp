#include "search/format.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "search/calendar.hpp"
#include "search/lexicon.hpp"

namespace clipdex::search {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

// In full, because the language knows no exponents: 0.000001 and not 1e-6.
std::string decimal(double number) {
  std::array<char, 512> digits;  // any double fits
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed);
  return {digits.data(), end.ptr};
}

std::string term_text(const QueryTerm& term) {
  switch (term.kind) {
    case QueryTerm::Kind::image_url:
      return term.value;
    case QueryTerm::Kind::image_file:
      if (begins_like_path(term.value) && word_size(term.value) == term.value.size()) {
        return term.value;
      }
      return "file:" + quoted(term.value);
    case QueryTerm::Kind::text:
      break;
  }
  return quoted(term.value);
}

}  // namespace

std::string format_query(const Query& query) {
  std::string text;
  for (const QueryTerm& term : query.terms) {
    if (!text.empty()) text += ' ';
    if (term.weight < 0) {
      text += "- ";
    } else if (!text.empty()) {
      text += "+ ";
    }
    const double weight = std::abs(term.weight);
    if (weight != 1) text += decimal(weight) + ':';
    text += term_text(term);
  }
  for (const std::string& glob : query.filters.path_globs) text += " path:" + quoted(glob);
  if (query.filters.taken_from_s) text += " after:" + format_time(*query.filters.taken_from_s);
  if (query.filters.taken_before_s) text += " before:" + format_time(*query.filters.taken_before_s);
  return text;
}

}  // namespace clipdex::search
