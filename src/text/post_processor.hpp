/// The last step of a tokenizer: the special tokens around the ids of a text.
#pragma once

#include <optional>
#include <vector>

#include "text/tokenizer.hpp"

namespace clipdex::text {

/// A template of ids with holes for the text; immutable, so one object serves any number of
/// threads.
class PostProcessor {
 public:
  /// Ids that stand as they are, or the place of the text.
  struct Piece {
    bool is_text = false;
    std::vector<TokenId> ids;
  };

  /// A template that adds nothing.
  PostProcessor() : pieces_{{.is_text = true, .ids = {}}} {}
  explicit PostProcessor(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  /// This template around what an inner one gives.
  PostProcessor around(const PostProcessor& inner) const;

  std::vector<TokenId> apply(const std::vector<TokenId>& text_ids) const;

  /// The last id that the template puts behind the text, if it puts one there.
  std::optional<TokenId> end_id() const;

 private:
  std::vector<Piece> pieces_;
};

}  // namespace clipdex::text
