#include "image/limits.hpp"

#include <gtest/gtest.h>

#include "image/decode.hpp"
#include "support/places.hpp"

namespace clipdex::image {
namespace {

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;

/// A root with 8 GiB of memory and whatever control groups a test adds.
class MemoryBytes : public testing::Test {
 protected:
  void SetUp() override {
    write("proc/meminfo", "MemTotal:        8388608 kB\nMemFree:          100 kB\n");
  }
  void write(const char* path, const char* text) {
    test::write_text(directory_.path() / path, text);
  }
  std::optional<std::uint64_t> bytes() const { return memory_bytes(directory_.path()); }

  test::TemporaryDirectory directory_;
};

TEST_F(MemoryBytes, IsThatOfTheMachineWithoutControlGroups) { EXPECT_EQ(bytes(), 8 * kGibibyte); }

TEST_F(MemoryBytes, IsTheSmallestLimitOnTheWayUpInVersion2) {
  write("proc/self/cgroup", "0::/user/session\n");
  write("sys/fs/cgroup/user/session/memory.max", "max\n");
  EXPECT_EQ(bytes(), 8 * kGibibyte);
  write("sys/fs/cgroup/user/memory.max", "1073741824\n");
  EXPECT_EQ(bytes(), kGibibyte);
  write("sys/fs/cgroup/user/session/memory.max", "536870912\n");
  EXPECT_EQ(bytes(), kGibibyte / 2);
}

TEST_F(MemoryBytes, IsThatOfTheMountPointInsideAContainer) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", "2147483648\n");
  EXPECT_EQ(bytes(), 2 * kGibibyte);
}

TEST_F(MemoryBytes, KnowsVersion1) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/box\n4:memory:/box\n");
  write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "3221225472\n");
  EXPECT_EQ(bytes(), 3 * kGibibyte);
  write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(bytes(), 8 * kGibibyte);
}

TEST_F(MemoryBytes, IsUnknownWhereTheSystemDoesNotSay) {
  write("proc/meminfo", "nonsense\n");
  EXPECT_EQ(bytes(), std::nullopt);
  EXPECT_EQ(memory_bytes(directory_.path() / "nowhere"), std::nullopt);
}

TEST(PixelsMax, IsHalfOfTheMemorySharedByTheWorkers) {
  EXPECT_EQ(pixels_max_for(64 * kGibibyte, 8), 64 * kGibibyte / 2 / 8 / kBytesPerPixel);
  EXPECT_EQ(pixels_max_for(64 * kGibibyte, 0), pixels_max_for(64 * kGibibyte, 1));
}

TEST(PixelsMax, NeverKeepsOutAnOrdinaryPhotograph) {
  EXPECT_EQ(pixels_max_for(0, 64), kPixelsMaxFloor);
  EXPECT_GE(kPixelsMaxFloor, 24'000'000U);
  EXPECT_GE(default_pixels_max(), kPixelsMaxFloor);
}

TEST(RefuseSize, LetsOrdinarySizesThrough) {
  EXPECT_FALSE(refuse_size(1, 1, 1));
  EXPECT_FALSE(refuse_size(4000, 3000, 12'000'000));
}

TEST(RefuseSize, NamesBothNumbersWhenAnImageIsTooLarge) {
  const auto error = refuse_size(4000, 3001, 12'000'000);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::too_large);
  EXPECT_EQ(error->message,
            "4000 x 3001 are 12004000 pixels, more than the limit of 12000000; make the image "
            "smaller or raise the limit");
}

TEST(RefuseSize, DoesNotBelieveImpossibleSizes) {
  for (const auto& [width, height] :
       {std::pair(0, 5), std::pair(5, 0), std::pair(-1, 5), std::pair(2'000'000'000, 1)}) {
    const auto error = refuse_size(width, height, ~std::uint64_t{0});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::corrupt);
  }
}

}  // namespace
}  // namespace clipdex::image
