/// The two hashes of clipdex: XXH3-128 recognises the content of images (fast, not against an
/// attacker), SHA-256 identifies model files (comparable with what model hubs publish).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "clipdex/error.hpp"

namespace clipdex {

/// 128 bits of XXH3 in canonical (big-endian) byte order.
using ContentHash = std::array<std::uint8_t, 16>;

/// The content hash of bytes; empty input has a hash too. Thread-safe.
ContentHash content_hash(std::span<const std::byte> bytes) noexcept;

/// The content hash of bytes that come in pieces, however they are cut. Movable; one thread at a
/// time.
class ContentHasher {
 public:
  ContentHasher();
  ContentHasher(ContentHasher&&) noexcept;
  ContentHasher& operator=(ContentHasher&&) noexcept;
  ~ContentHasher();

  void update(std::span<const std::byte> bytes) noexcept;
  /// The hash of everything so far; more may follow.
  ContentHash hash() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The SHA-256 of bytes as 64 lower-case hexadecimal digits. Throws as base/module.hpp says.
std::string sha256_hex(std::string_view bytes);

/// The SHA-256 of a file, read in blocks, as 64 lower-case hexadecimal digits.
/// Errors: `not_found`, `unreadable`, those of base/module.hpp. Both are thread-safe.
Result<std::string> sha256_file(const std::filesystem::path& path);

/// Lower-case hexadecimal digits of bytes, two a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// The hash whose `to_hex` is `digits`; nothing for any other text.
std::optional<ContentHash> hash_from_hex(std::string_view digits) noexcept;

}  // namespace clipdex
