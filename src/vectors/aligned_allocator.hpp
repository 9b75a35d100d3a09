/// Memory for SIMD loads: containers whose first element lies at the beginning of a cache line.
#pragma once

#include <cstddef>
#include <new>

namespace clipdex::vectors {

/// Bytes of a cache line, and of the widest vector register in use (AVX-512).
inline constexpr std::size_t kCacheLineBytes = 64;

/// A standard allocator that aligns to `kCacheLineBytes`. Stateless; thread-safe.
template <class T>
struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}  // NOLINT: allocators convert implicitly

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{kCacheLineBytes}));
  }
  void deallocate(T* memory, std::size_t) noexcept {
    ::operator delete (memory, std::align_val_t{kCacheLineBytes});
  }

  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) noexcept { return true; }
};

}  // namespace clipdex::vectors
