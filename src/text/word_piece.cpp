#include "text/word_piece.hpp"

#include <unicode/utf8.h>

#include <algorithm>
#include <utility>

namespace clipdex::text {
namespace {

std::size_t code_point_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return !U8_IS_TRAIL(byte); }));
}

}  // namespace

void WordPieceModel::tokenize(std::string_view word, std::vector<TokenId>& ids) const {
  if (word.empty()) return;
  if (code_point_count(word) > options_.max_input_chars_per_word) {
    return ids.push_back(options_.unknown_id);
  }
  const std::size_t known = ids.size();
  std::string piece;
  for (std::size_t begin = 0; begin < word.size();) {
    std::optional<TokenId> found;
    std::size_t end = word.size();
    for (; end > begin && !found; --end) {
      if (end < word.size() && U8_IS_TRAIL(word[end])) continue;
      if (begin > 0) piece = options_.continuing_subword_prefix;
      piece.append(word.substr(begin, end - begin));
      found = vocabulary_.find(piece);
      piece.clear();
      if (found) break;
    }
    if (!found) {  // One part without a token makes the whole word unknown.
      ids.resize(known);
      return ids.push_back(options_.unknown_id);
    }
    ids.push_back(*found);
    begin = end;
  }
}

}  // namespace clipdex::text
