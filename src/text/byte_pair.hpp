/// Byte-pair encoding: a word starts as its characters, and neighbours are joined in the order in
/// which training found the pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/token_model.hpp"
#include "text/vocabulary.hpp"

namespace clipdex::text {

/// How characters become the first symbols of a word, named as in a tokenizer.json.
struct BytePairOptions {
  std::string continuing_subword_prefix;  ///< stands before every character but the first
  std::string end_of_word_suffix;         ///< stands after the last character, "</w>" for CLIP
  std::optional<TokenId> unknown_id;      ///< for a character without a token; else it is dropped
  bool fuse_unknown = false;              ///< neighbouring unknown characters give one id
  bool byte_fallback = false;             ///< try the tokens "<0x00>"..."<0xFF>" before unknown_id
  bool ignore_merges = false;             ///< a word that is a token itself is not taken apart
};

/// Which neighbours may be joined, in which order, and into what: an open-addressing table.
class MergeTable {
 public:
  struct Merge {
    std::uint32_t rank = 0;  ///< lower is joined earlier
    TokenId merged = 0;
  };

  /// Makes room for so many merges. More may be added, at the price of rehashing.
  explicit MergeTable(std::size_t merge_count);

  /// Adds a pair. A pair that is there already gets the new rank and id.
  void add(TokenId left, TokenId right, Merge merge);

  /// The merge of two neighbours, or null. The pointer is valid until the next `add`.
  const Merge* find(TokenId left, TokenId right) const;

 private:
  struct Slot {
    std::uint64_t pair = kFree;
    Merge merge;
  };
  static constexpr std::uint64_t kFree =
      ~std::uint64_t{0};  ///< no pair, since ids are not negative

  std::size_t slot_of(std::uint64_t pair) const;

  std::size_t count_ = 0;
  std::vector<Slot> slots_;  ///< a power of two of them, at most seven eighths in use
};

/// The model. The time for a word is O(n log n) in its characters, whatever the word.
/// Equal to the model BPE of the Hugging Face `tokenizers` library without dropout: of all pairs
/// that may be joined, the one of lowest rank is, the leftmost of several, until none is left.
class BytePairModel : public TokenModel {
 public:
  /// Takes the tokens; merges are added afterwards. All ids must not be negative.
  BytePairModel(Vocabulary vocabulary, BytePairOptions options, std::size_t merge_count);

  /// Adds the merge that follows the ones before it in rank. The joined token is left + right, the
  /// right one without the continuing prefix.
  /// Throws `corrupt` when one of the three is not in the vocabulary; the message names it.
  void add_merge(std::string_view left, std::string_view right);

  void tokenize(std::string_view word, std::vector<TokenId>& ids) const override;
  std::optional<TokenId> token_id(std::string_view content) const override;
  std::size_t token_count() const override { return vocabulary_.size(); }
  std::string_view kind() const override { return "byte-pair"; }

 private:
  void append_characters(std::string_view word, std::vector<TokenId>& symbols) const;
  bool append_bytes(std::string_view character, std::vector<TokenId>& symbols) const;
  void join(std::vector<TokenId>& ids) const;
  TokenId id_for_merge(std::string_view content) const;

  Vocabulary vocabulary_;
  BytePairOptions options_;
  MergeTable merges_;
  std::uint32_t next_rank_ = 0;
  std::string joined_;  ///< scratch of `add_merge`
};

}  // namespace clipdex::text
