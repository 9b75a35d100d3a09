#include "text/byte_pair.hpp"

#include <fmt/format.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <bit>
#include <queue>
#include <utility>

namespace clipdex::text {
namespace {

std::uint64_t pair_of(TokenId left, TokenId right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
         static_cast<std::uint32_t>(right);
}

/// A symbol of a word under way: a doubly linked list in an array, so that joining costs O(1).
struct Symbol {
  TokenId id = 0;
  std::int32_t previous = -1;
  std::int32_t next = -1;  ///< -1 at the end
  bool alive = true;
};

/// A pair that could be joined when it was queued; stale as soon as either side has changed.
struct Candidate {
  std::uint32_t rank = 0;
  std::int32_t left = 0;

  /// std::priority_queue puts the largest first; the best is the lowest rank, then the leftmost.
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
  }
};

}  // namespace

MergeTable::MergeTable(std::size_t merge_count)
    : slots_(std::bit_ceil(std::max<std::size_t>(merge_count * 8 / 7, 8) + 1)) {}

void MergeTable::add(TokenId left, TokenId right, Merge merge) {
  if (8 * (count_ + 1) > 7 * slots_.size()) {
    const std::vector<Slot> fewer = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
    for (const Slot& slot : fewer) {
      if (slot.pair != kFree) slots_[slot_of(slot.pair)] = slot;
    }
  }
  Slot& slot = slots_[slot_of(pair_of(left, right))];
  if (slot.pair == kFree) ++count_;
  slot = {pair_of(left, right), merge};
}

const MergeTable::Merge* MergeTable::find(TokenId left, TokenId right) const {
  const Slot& slot = slots_[slot_of(pair_of(left, right))];
  return slot.pair == kFree ? nullptr : &slot.merge;
}

/// The slot of a pair, or the free one where it belongs. Fibonacci hashing: the product's high bits
/// depend on every bit of both ids.
std::size_t MergeTable::slot_of(std::uint64_t pair) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>((pair * 0x9E3779B97F4A7C15U) >> 32) & mask;
  while (slots_[at].pair != pair && slots_[at].pair != kFree) at = (at + 1) & mask;
  return at;
}

BytePairModel::BytePairModel(Vocabulary vocabulary, BytePairOptions options,
                             std::size_t merge_count)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)), merges_(merge_count) {}

void BytePairModel::add_merge(std::string_view left, std::string_view right) {
  const TokenId left_id = id_for_merge(left);
  const TokenId right_id = id_for_merge(right);
  joined_.assign(left);
  joined_.append(right.substr(std::min(right.size(), options_.continuing_subword_prefix.size())));
  merges_.add(left_id, right_id, {next_rank_, id_for_merge(joined_)});
  ++next_rank_;
}

TokenId BytePairModel::id_for_merge(std::string_view content) const {
  const std::optional<TokenId> id = vocabulary_.find(content);
  if (!id) {
    throw Exception(ErrorCode::corrupt,
                    fmt::format("its merge number {} needs the token \"{}\", which its vocabulary "
                                "does not have",
                                next_rank_ + 1, content));
  }
  return *id;
}

void BytePairModel::tokenize(std::string_view word, std::vector<TokenId>& ids) const {
  if (word.empty()) return;
  if (options_.ignore_merges) {
    if (const std::optional<TokenId> id = vocabulary_.find(word)) {
      ids.push_back(*id);
      return;
    }
  }
  std::vector<TokenId> symbols;
  symbols.reserve(word.size());
  append_characters(word, symbols);
  join(symbols);
  ids.insert(ids.end(), symbols.begin(), symbols.end());
}

std::optional<TokenId> BytePairModel::token_id(std::string_view content) const {
  return vocabulary_.find(content);
}

void BytePairModel::append_characters(std::string_view word, std::vector<TokenId>& symbols) const {
  std::string content;
  // An unknown character waits until the next known one, so that a run of them can become one id.
  // One that byte fallback resolves does not end the wait: the reference library has it so.
  bool unknown_waits = false;
  for (std::size_t begin = 0, end = 0; begin < word.size(); begin = end) {
    U8_FWD_1(word.data(), end, word.size());
    content.clear();
    if (begin > 0) content.append(options_.continuing_subword_prefix);
    content.append(word.substr(begin, end - begin));
    if (end == word.size()) content.append(options_.end_of_word_suffix);

    if (const std::optional<TokenId> id = vocabulary_.find(content)) {
      if (std::exchange(unknown_waits, false)) symbols.push_back(*options_.unknown_id);
      symbols.push_back(*id);
      continue;
    }
    if (options_.byte_fallback && append_bytes(content, symbols)) continue;
    if (!options_.unknown_id) continue;
    if (unknown_waits && !options_.fuse_unknown) symbols.push_back(*options_.unknown_id);
    unknown_waits = true;
  }
  if (unknown_waits) symbols.push_back(*options_.unknown_id);
}

/// Appends the tokens of the character's bytes, or nothing at all when one of them is missing.
bool BytePairModel::append_bytes(std::string_view character, std::vector<TokenId>& symbols) const {
  const std::size_t size_before = symbols.size();
  for (const char byte : character) {
    const auto id = vocabulary_.find(fmt::format("<0x{:02X}>", static_cast<unsigned char>(byte)));
    if (!id) {
      symbols.resize(size_before);
      return false;
    }
    symbols.push_back(*id);
  }
  return true;
}

/// Joins neighbours until no pair is left. A queue holds every pair that may be joined; an entry
/// whose symbols have changed since is recognised by its rank, because a longer symbol has other
/// merges.
void BytePairModel::join(std::vector<TokenId>& ids) const {
  std::vector<Symbol> symbols(ids.size());
  std::vector<Candidate> first_candidates;
  for (std::size_t index = 0; index < ids.size(); ++index) {
    const auto at = static_cast<std::int32_t>(index);
    symbols[index] = {ids[index], at - 1, index + 1 < ids.size() ? at + 1 : -1, true};
    if (index + 1 == ids.size()) break;
    const MergeTable::Merge* merge = merges_.find(ids[index], ids[index + 1]);
    if (merge != nullptr) first_candidates.push_back({merge->rank, at});
  }
  std::priority_queue queue(std::less<Candidate>{}, std::move(first_candidates));
  const auto symbol = [&](std::int32_t at) -> Symbol& { return symbols[std::size_t(at)]; };
  const auto merge_after = [&](std::int32_t left) -> const MergeTable::Merge* {
    const std::int32_t right = symbol(left).next;
    return right < 0 ? nullptr : merges_.find(symbol(left).id, symbol(right).id);
  };
  const auto enqueue = [&](std::int32_t left) {
    const MergeTable::Merge* merge = left < 0 ? nullptr : merge_after(left);
    if (merge != nullptr) queue.push({merge->rank, left});
  };

  while (!queue.empty()) {
    const Candidate candidate = queue.top();
    queue.pop();
    Symbol& left = symbol(candidate.left);
    if (!left.alive) continue;
    const MergeTable::Merge* merge = merge_after(candidate.left);
    if (merge == nullptr || merge->rank != candidate.rank) continue;
    Symbol& right = symbol(left.next);
    right.alive = false;
    left.id = merge->merged;
    left.next = right.next;
    if (right.next >= 0) symbol(right.next).previous = candidate.left;
    enqueue(left.previous);
    enqueue(candidate.left);
  }

  ids.clear();
  for (const Symbol& each : symbols) {
    if (each.alive) ids.push_back(each.id);
  }
}

}  // namespace clipdex::text
