#include "text/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace clipdex::text {
namespace {

constexpr std::size_t kSlotCountMin = 16;

std::uint64_t hash_of(std::string_view content) { return std::hash<std::string_view>{}(content); }

std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

void Vocabulary::reserve(std::size_t token_count, std::size_t content_bytes) {
  contents_.reserve(content_bytes);
  entries_.reserve(token_count);
  const std::size_t slot_count = std::bit_ceil(std::max(kSlotCountMin, 2 * token_count));
  if (slot_count > slots_.size()) rehash(slot_count);
}

void Vocabulary::add(std::string_view content, TokenId id) {
  if (2 * (entries_.size() + 1) > slots_.size()) {
    rehash(std::max(kSlotCountMin, 2 * slots_.size()));
  }
  const std::uint64_t hash = hash_of(content);
  Slot& slot = slots_[slot_of(content, hash)];
  if (slot.entry_plus_one != 0) {
    entries_[slot.entry_plus_one - 1].id = id;
    return;
  }
  entries_.push_back({static_cast<std::uint32_t>(contents_.size()),
                      static_cast<std::uint32_t>(content.size()), id});
  contents_.append(content);
  slot = {tag_of(hash), static_cast<std::uint32_t>(entries_.size())};
}

std::optional<TokenId> Vocabulary::find(std::string_view content) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(content, hash_of(content))];
  if (slot.entry_plus_one == 0) return std::nullopt;
  return entries_[slot.entry_plus_one - 1].id;
}

/// The slot that holds the content, or the free one where it belongs.
std::size_t Vocabulary::slot_of(std::string_view content, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.entry_plus_one == 0) return at;
    if (slot.tag != tag_of(hash)) continue;
    const Entry& entry = entries_[slot.entry_plus_one - 1];
    if (std::string_view(contents_).substr(entry.begin, entry.length) == content) return at;
  }
}

void Vocabulary::rehash(std::size_t slot_count) {
  slots_.assign(slot_count, Slot{});
  for (std::size_t index = 0; index < entries_.size(); ++index) {
    const Entry& entry = entries_[index];
    const auto content = std::string_view(contents_).substr(entry.begin, entry.length);
    const std::uint64_t hash = hash_of(content);
    slots_[slot_of(content, hash)] = {tag_of(hash), static_cast<std::uint32_t>(index + 1)};
  }
}

}  // namespace clipdex::text
