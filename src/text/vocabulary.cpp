#include "text/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <utility>

namespace clipdex::text {
namespace {

constexpr std::size_t kSlotCountMin = 16;

constexpr std::size_t kHeadBytes = sizeof(std::uint64_t);

/// Up to eight bytes as a number, two overlapping loads instead of a loop. Numbers of texts of one
/// length are equal when the texts are, which is all that is asked of them.
std::uint64_t number_of(const char* bytes, std::size_t size) {
  if (size >= sizeof(std::uint32_t)) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, bytes, sizeof first);
    std::memcpy(&last, bytes + size - sizeof last, sizeof last);
    return first | std::uint64_t{last} << 32;
  }
  if (size == 0) return 0;
  const auto at = [bytes](std::size_t place) {
    return std::uint64_t{static_cast<unsigned char>(bytes[place])};
  };
  return at(0) | at(size / 2) << 8 | at(size - 1) << 16;
}

/// Mixes 64 bits so that every bit of the result depends on all of them: the finaliser of
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
std::uint64_t mixed(std::uint64_t bits) {
  bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9U;
  bits = (bits ^ bits >> 27) * 0x94D049BB133111EBU;
  return bits ^ bits >> 31;
}

}  // namespace

void Vocabulary::reserve(std::size_t token_count, std::size_t content_bytes) {
  contents_.reserve(content_bytes);
  const std::size_t slot_count = std::bit_ceil(std::max(kSlotCountMin, token_count * 8 / 7 + 1));
  if (slot_count > slots_.size()) rehash(slot_count);
}

Vocabulary::Key::Key(std::string_view text)
    : content(text),
      head(number_of(text.data(), std::min(text.size(), kHeadBytes))),
      hash(mixed(head + text.size())) {
  if (text.size() > kHeadBytes) hash ^= std::hash<std::string_view>{}(text.substr(kHeadBytes));
}

void Vocabulary::add(std::string_view content, TokenId id) {
  if (8 * (size_ + 1) > 7 * slots_.size()) rehash(std::max(kSlotCountMin, 2 * slots_.size()));
  const Key key(content);
  Slot& slot = slots_[slot_of(key)];
  if (slot.length != kFree) {
    slot.id = id;
    return;
  }
  slot = {key.head, static_cast<std::uint32_t>(contents_.size()),
          static_cast<std::uint32_t>(content.size()), id};
  contents_.append(content);
  ++size_;
}

std::optional<TokenId> Vocabulary::find(std::string_view content) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(Key(content))];
  if (slot.length == kFree) return std::nullopt;
  return slot.id;
}

std::string_view Vocabulary::content_of(const Slot& slot) const {
  return {contents_.data() + slot.begin, slot.length};
}

/// The slot that holds the content, or the free one where it belongs.
std::size_t Vocabulary::slot_of(const Key& key) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = key.hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.length == kFree) return at;
    if (slot.head != key.head || slot.length != key.content.size()) continue;
    if (slot.length <= kHeadBytes || content_of(slot) == key.content) return at;
  }
}

void Vocabulary::rehash(std::size_t slot_count) {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slot_count));
  for (const Slot& slot : old) {
    if (slot.length == kFree) continue;
    slots_[slot_of(Key(content_of(slot)))] = slot;
  }
}

}  // namespace clipdex::text
