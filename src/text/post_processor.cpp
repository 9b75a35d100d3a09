#include "text/post_processor.hpp"

namespace clipdex::text {

PostProcessor PostProcessor::around(const PostProcessor& inner) const {
  std::vector<Piece> pieces;
  for (const Piece& piece : pieces_) {
    if (piece.is_text) {
      pieces.insert(pieces.end(), inner.pieces_.begin(), inner.pieces_.end());
    } else {
      pieces.push_back(piece);
    }
  }
  return PostProcessor(std::move(pieces));
}

std::vector<TokenId> PostProcessor::apply(const std::vector<TokenId>& text_ids) const {
  std::vector<TokenId> all;
  all.reserve(text_ids.size() + pieces_.size());
  for (const Piece& piece : pieces_) {
    const std::vector<TokenId>& ids = piece.is_text ? text_ids : piece.ids;
    all.insert(all.end(), ids.begin(), ids.end());
  }
  return all;
}

std::optional<TokenId> PostProcessor::end_id() const {
  if (pieces_.empty() || pieces_.back().is_text || pieces_.back().ids.empty()) return std::nullopt;
  return pieces_.back().ids.back();
}

}  // namespace clipdex::text
