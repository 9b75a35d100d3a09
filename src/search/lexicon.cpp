#include "search/lexicon.hpp"

#include <algorithm>
#include <array>

namespace clipdex::search {
namespace {

constexpr std::string_view kIdeographicSpace = "\u3000";
constexpr std::array<Quotes, 3> kQuotes{{{"\"", "\""}, {"“", "”"}, {"「", "」"}}};

bool goes_on_after(std::string_view text, std::string_view beginning) {
  const auto equal_in_any_case = [](char a, char b) {
    return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b);
  };
  return text.size() > beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), text.begin(),
                    [&](char b, char a) { return equal_in_any_case(a, b); }) &&
         blank_size(text.substr(beginning.size())) == 0;
}

}  // namespace

std::size_t blank_size(std::string_view text) noexcept {
  if (text.empty()) return 0;
  if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) return 1;
  return text.substr(0, kIdeographicSpace.size()) == kIdeographicSpace ? kIdeographicSpace.size()
                                                                       : 0;
}

std::size_t word_size(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && blank_size(text.substr(size)) == 0) ++size;
  return size;
}

bool is_blank(std::string_view text) noexcept {
  while (const std::size_t size = blank_size(text)) text.remove_prefix(size);
  return text.empty();
}

bool begins_like_path(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 4> kBeginnings{"./", "../", "/", "~/"};
  return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view beginning) { return goes_on_after(text, beginning); });
}

bool begins_like_url(std::string_view text) noexcept {
  return goes_on_after(text, "http://") || goes_on_after(text, "https://");
}

const Quotes* quotes_at(std::string_view text) noexcept {
  const auto* const found = std::find_if(kQuotes.begin(), kQuotes.end(), [&](const Quotes& quotes) {
    return text.substr(0, quotes.open.size()) == quotes.open;
  });
  return found == kQuotes.end() ? nullptr : found;
}

}  // namespace clipdex::search
