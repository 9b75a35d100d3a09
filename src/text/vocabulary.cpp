#include "text/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace clipdex::text {
namespace {

constexpr std::size_t kSlotCountMin = 16;

std::uint64_t hash_of(std::string_view content) { return std::hash<std::string_view>{}(content); }

std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

void Vocabulary::reserve(std::size_t token_count, std::size_t content_bytes) {
  contents_.reserve(content_bytes);
  const std::size_t slot_count = std::bit_ceil(std::max(kSlotCountMin, token_count * 8 / 7 + 1));
  if (slot_count > slots_.size()) rehash(slot_count);
}

void Vocabulary::add(std::string_view content, TokenId id) {
  if (8 * (size_ + 1) > 7 * slots_.size()) rehash(std::max(kSlotCountMin, 2 * slots_.size()));
  const std::uint64_t hash = hash_of(content);
  Slot& slot = slots_[slot_of(content, hash)];
  if (slot.length != kFree) {
    slot.id = id;
    return;
  }
  slot = {tag_of(hash), static_cast<std::uint32_t>(contents_.size()),
          static_cast<std::uint32_t>(content.size()), id};
  contents_.append(content);
  ++size_;
}

std::optional<TokenId> Vocabulary::find(std::string_view content) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(content, hash_of(content))];
  if (slot.length == kFree) return std::nullopt;
  return slot.id;
}

std::string_view Vocabulary::content_of(const Slot& slot) const {
  return {contents_.data() + slot.begin, slot.length};
}

/// The slot that holds the content, or the free one where it belongs.
std::size_t Vocabulary::slot_of(std::string_view content, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.length == kFree) return at;
    if (slot.tag == tag_of(hash) && content_of(slot) == content) return at;
  }
}

void Vocabulary::rehash(std::size_t slot_count) {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slot_count));
  for (const Slot& slot : old) {
    if (slot.length == kFree) continue;
    const std::string_view content = content_of(slot);
    slots_[slot_of(content, hash_of(content))] = slot;
  }
}

}  // namespace clipdex::text
