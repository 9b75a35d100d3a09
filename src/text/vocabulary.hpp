/// The words of a tokenizer and their ids, packed: every kind of model looks its tokens up here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.hpp"

namespace clipdex::text {

/// A map from the content of a token to its id, made for loading fast: all contents lie in one
/// string and one open-addressing table points into it, so 49,408 tokens cost two allocations. The
/// table has the first eight bytes of each content itself, and most tokens have no more.
/// Reading is thread-safe; adding is not.
class Vocabulary {
 public:
  /// Makes room for so many tokens. More may be added later, at the price of rehashing.
  void reserve(std::size_t token_count, std::size_t content_bytes);

  /// Adds a token. A content that is there already gets the new id, as in any JSON reader's map.
  /// The contents together may have 4 GiB. An empty content is a token like any other.
  void add(std::string_view content, TokenId id);

  /// The id of this exact content, or nothing.
  std::optional<TokenId> find(std::string_view content) const;

  /// How many different contents there are.
  std::size_t size() const noexcept { return size_; }

 private:
  /// A token in the table. A wrong slot is mostly left, and the right one of a short token known,
  /// without reading the content, which lies elsewhere.
  struct Slot {
    std::uint64_t head = 0;        ///< that of the content's `Key`
    std::uint32_t begin = 0;       ///< where the content starts in `contents_`
    std::uint32_t length = kFree;  ///< of the content in bytes
    TokenId id = 0;
  };
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};

  /// A content as it is looked for.
  struct Key {
    explicit Key(std::string_view text);
    std::string_view content;
    std::uint64_t
        head;  ///< of its first eight bytes; of contents of one length, only equal ones share it
    std::uint64_t hash;
  };

  std::string_view content_of(const Slot& slot) const;
  std::size_t slot_of(const Key& key) const;
  void rehash(std::size_t slot_count);

  std::string contents_;
  std::size_t size_ = 0;
  std::vector<Slot> slots_;  ///< a power of two of them, at most seven eighths in use
};

}  // namespace clipdex::text
