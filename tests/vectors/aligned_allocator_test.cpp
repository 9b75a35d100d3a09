#include "vectors/aligned_allocator.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace clipdex::vectors {
namespace {

TEST(AlignedAllocator, AlignsWhateverTheSize) {
  for (const std::size_t size : {1, 3, 16, 1000, 100'000}) {
    const std::vector<float, AlignedAllocator<float>> floats(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(floats.data()) % kCacheLineBytes, 0U) << size;
  }
}

}  // namespace
}  // namespace clipdex::vectors
