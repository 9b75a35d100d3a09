/// SHA-256 as the module `sha256` gives it (base/module.hpp): by OpenSSL, whose library takes
/// longer to load than a small command to run. For base/hash.cpp, which everybody else uses.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clipdex {

inline constexpr std::size_t kSha256Bytes = 32;

/// A digest goes through `begin`, any number of `update`, one `finish`, and `drop`, on one thread
/// at a time. Nothing throws.
struct Sha256Functions {
  void* (*begin)();  ///< null when there is no memory
  void (*update)(void* state, const void* data, std::size_t size);
  void (*finish)(void* state, std::uint8_t* digest);  ///< writes `kSha256Bytes`
  void (*drop)(void* state);
};

}  // namespace clipdex
