#include "image/resample.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <random>
#include <span>
#include <string>

namespace clipdex::image {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::int64_t kOne = std::int64_t{1} << kWeightBits;

/// Calls `check` once for every instruction set of this build and machine.
template <class Check>
void on_every_instruction_set(const Check& check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

Bytes random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  Bytes bytes(count);
  // Black and white are frequent, since sums that leave 0 to 255 come from them.
  for (std::uint8_t& byte : bytes) {
    const auto number = random() % 512;
    byte = static_cast<std::uint8_t>(number < 256 ? number : number % 2 * 255);
  }
  return bytes;
}

/// Weights of any sign whose magnitudes add up to at most 1.75, so that no sum leaves 32 bits;
/// those of a bicubic filter add up to less.
std::vector<std::int32_t> random_weights(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::int64_t> distribution(-kOne * 5 / 4 / count,
                                                           kOne * 5 / 4 / count);
  std::vector<std::int32_t> weights(static_cast<std::size_t>(count));
  std::int64_t left = kOne;
  for (std::int32_t& weight : weights) {
    weight = static_cast<std::int32_t>(distribution(random));
    left -= weight;
  }
  weights[random() % weights.size()] +=
      static_cast<std::int32_t>(std::clamp(left, -kOne / 2, kOne / 2));
  return weights;
}

/// `count` windows of 1 to `taps` samples that lie anywhere in a row of `width`, the ends included.
Kernel random_kernel(int width, int count, int taps, unsigned seed) {
  std::mt19937 random(seed);
  Kernel kernel;
  kernel.taps_max = (taps + kTapsAtOnce - 1) / kTapsAtOnce * kTapsAtOnce;
  for (int i = 0; i < count; ++i) {
    const int window = 1 + static_cast<int>(random() % static_cast<unsigned>(taps));
    const int room = width - window;
    const int first =
        i == 0 ? 0
               : (i == count - 1 ? room
                                 : static_cast<int>(random() % static_cast<unsigned>(room + 1)));
    kernel.windows.push_back({first, window});
    auto weights = random_weights(window, seed + static_cast<unsigned>(i));
    weights.resize(static_cast<std::size_t>(kernel.taps_max));
    kernel.weights.insert(kernel.weights.end(), weights.begin(), weights.end());
  }
  return kernel;
}

/// The plain form of both passes: one output sample from `count` samples that are `step` apart.
std::uint8_t blend(const std::uint8_t* sample, std::size_t step, int count,
                   const std::int32_t* weights) {
  std::int64_t sum = kOne / 2;
  for (int tap = 0; tap < count; ++tap, sample += step) {
    sum += std::int64_t{*sample} * weights[tap];
  }
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum >> kWeightBits, 0, 255));
}

void check_horizontal(int width, std::size_t rows, const Kernel& kernel) {
  SCOPED_TRACE(std::to_string(width) + " x " + std::to_string(rows) + ", up to " +
               std::to_string(kernel.taps_max) + " taps");
  const std::size_t stride = static_cast<std::size_t>(width) * 3 + 7;
  const Bytes source = random_bytes(stride * rows - 7, 1);  // Ends with the last row's samples.
  const std::size_t out_stride = aligned_stride(static_cast<int>(kernel.windows.size()));
  Bytes out(out_stride * rows);
  resample_horizontally(source.data(), source.size(), stride, rows, kernel, out.data());
  for (std::size_t y = 0; y < rows; ++y) {
    for (std::size_t i = 0; i < kernel.windows.size() * 3; ++i) {
      const Window window = kernel.windows[i / 3];
      const std::size_t first = y * stride + static_cast<std::size_t>(window.first) * 3 + i % 3;
      ASSERT_EQ(int{out[y * out_stride + i]},
                int{blend(&source[first], 3, window.count, kernel.weights_of(i / 3))})
          << "row " << y << ", sample " << i;
    }
  }
}

TEST(ResampleHorizontally, EqualsThePlainSumsOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (const int width : {1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 64, 200}) {
      for (const std::size_t rows : {1, 2, 3, 4, 5, 7, 8, 9}) {
        for (const int taps : {1, 2, 3, 4, 5, 9, 23}) {
          if (taps > width) continue;
          check_horizontal(width, rows, random_kernel(width, 21, taps, 3));
        }
      }
    }
    check_horizontal(300, 2, random_kernel(300, 64, 257, 4));
    check_horizontal(40, 5, random_kernel(40, 1, 7, 5));
  });
}

TEST(ResampleHorizontally, OfNoRowsWritesNothing) {
  const Kernel kernel = random_kernel(8, 3, 4, 1);
  const Bytes source(24);
  std::uint8_t untouched = 5;
  resample_horizontally(source.data(), source.size(), 24, 0, kernel, &untouched);
  EXPECT_EQ(untouched, 5);
}

TEST(BlendRows, EqualsThePlainSumsOnEveryInstructionSet) {
  on_every_instruction_set([] {
    for (const std::size_t row_bytes : {1, 3, 15, 16, 17, 63, 64, 65, 96, 192, 672, 1000}) {
      const std::size_t stride = row_bytes + 5;
      for (const int taps : {1, 2, 3, 4, 9, 23, 100}) {
        // The last row ends where the memory ends.
        const Bytes source = random_bytes(stride * static_cast<std::size_t>(taps) - 5, 2);
        const auto weights = random_weights(taps, 7);
        Bytes out(row_bytes + 1, 77);
        blend_rows(source.data(), stride, row_bytes, taps, weights.data(), out.data());
        for (std::size_t i = 0; i < row_bytes; ++i) {
          ASSERT_EQ(int{out[i]}, int{blend(&source[i], stride, taps, weights.data())})
              << row_bytes << " bytes, " << taps << " taps, sample " << i;
        }
        ASSERT_EQ(out.back(), 77) << "wrote beyond " << row_bytes << " bytes";
      }
    }
  });
}

TEST(AlignedStride, HoldsTheRowAndOneByteMore) {
  EXPECT_EQ(aligned_stride(1), 64U);
  EXPECT_EQ(aligned_stride(21), 64U);
  EXPECT_EQ(aligned_stride(64), 256U);  // 192 bytes would leave no byte more.
  EXPECT_EQ(aligned_stride(224), 704U);
}

}  // namespace
}  // namespace clipdex::image
