/// How large an image may be before it is refused, and the check that runs before any decoding.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "clipdex/error.hpp"

namespace clipdex::image {

/// Bytes that the most wasteful decode needs for a pixel: an interlaced 16-bit RGBA source (8), its
/// RGB8 copy (3) and a turned copy of that (3), rounded up.
inline constexpr std::uint64_t kBytesPerPixel = 16;

/// No limit is below this, so that photographs of ordinary cameras are read on the smallest boards.
inline constexpr std::uint64_t kPixelsMaxFloor = std::uint64_t{1} << 25;

/// Images with a longer side are not believed. Formats store sides of up to 2^32; no camera has
/// them.
inline constexpr std::int64_t kSideMax = 1'000'000;

/// The limit that follows from a machine: max(kPixelsMaxFloor, memory / 2 / workers /
/// kBytesPerPixel). Half of the memory is left to the models, the library and everyone else.
/// @param workers decodes that run at once; 0 counts as 1
std::uint64_t pixels_max_for(std::uint64_t memory_bytes, unsigned workers) noexcept;

/// The memory that this process may use: the machine's (MemTotal), or less when a control group of
/// version 1 or 2, or one above it, sets a limit.
/// @param root where `proc` and `sys` lie: `/`, or a copy of them in a test
/// @return nothing when `root` does not say
std::optional<std::uint64_t> memory_bytes(const std::filesystem::path& root);

/// Refuses what cannot or must not be decoded, from the size that a header states.
/// @return `corrupt` for a side that is 0, negative or longer than `kSideMax`, `too_large` for more
/// than
///         `pixels_max` pixels (the message names both numbers), else nothing
std::optional<Error> refuse_size(std::int64_t width, std::int64_t height, std::uint64_t pixels_max);

}  // namespace clipdex::image
