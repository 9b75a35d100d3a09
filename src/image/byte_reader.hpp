/// Little-endian numbers from bytes that nobody vouches for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace clipdex::image {

/// The unsigned number in the `count` (1 to 4) bytes at `position`, least significant first. Bytes
/// beyond the end read as 0; who must know checks the size.
constexpr std::uint32_t read_little(std::span<const std::byte> bytes, std::size_t position,
                                    std::size_t count) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    const bool inside = position < bytes.size() && i < bytes.size() - position;
    value = value << 8 | (inside ? std::to_integer<std::uint32_t>(bytes[position + i]) : 0U);
  }
  return value;
}

}  // namespace clipdex::image
