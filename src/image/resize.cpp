#include "image/resize.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "image/resample.hpp"

namespace clipdex::image {
namespace {

constexpr int kChannels = 3;

/// A run of output samples along one axis: those from `first` on, `count` of them, out of `full`.
struct Span {
  int full = 0;
  int first = 0;
  int count = 0;
};

double bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0.0;
}

double bilinear(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

std::int32_t to_fixed_point(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

Kernel make_kernel(int source_size, const Span& target, Interpolation interpolation) {
  const auto filter = interpolation == Interpolation::bicubic ? bicubic : bilinear;
  const double scale = static_cast<double>(source_size) / target.full;
  const double filter_scale = std::max(scale, 1.0);  // Widening the filter is the antialiasing.
  const double support = (interpolation == Interpolation::bicubic ? 2.0 : 1.0) * filter_scale;

  Kernel kernel;
  const int taps_max = static_cast<int>(std::ceil(support)) * 2 + 1;
  kernel.taps_max = (taps_max + kTapsAtOnce - 1) / kTapsAtOnce * kTapsAtOnce;
  kernel.weights.resize(static_cast<std::size_t>(target.count) *
                        static_cast<std::size_t>(kernel.taps_max));
  std::vector<double> exact(static_cast<std::size_t>(kernel.taps_max));
  for (int i = 0; i < target.count; ++i) {
    const double center = (target.first + i + 0.5) * scale;
    // Pillow truncates here, which differs from rounding below zero.
    // NOLINTBEGIN(bugprone-incorrect-roundings)
    const int first = std::max(0, static_cast<int>(center - support + 0.5));
    const int end = std::min(source_size, static_cast<int>(center + support + 0.5));
    // NOLINTEND(bugprone-incorrect-roundings)
    const auto count = static_cast<std::size_t>(end - first);
    // The order of these operations decides the last bit, so it stays as Pillow's.
    double sum = 0;
    for (std::size_t tap = 0; tap < count; ++tap) {
      exact[tap] = filter((static_cast<int>(tap) + first - center + 0.5) * (1.0 / filter_scale));
      sum += exact[tap];
    }
    std::int32_t* weights =
        kernel.weights.data() + kernel.windows.size() * static_cast<std::size_t>(kernel.taps_max);
    for (std::size_t tap = 0; tap < count; ++tap) {
      weights[tap] = to_fixed_point(sum == 0 ? exact[tap] : exact[tap] / sum);
    }
    kernel.windows.push_back({first, end - first});
  }
  return kernel;
}

/// Rows of pixels on their way from the first pass to the second.
struct Strip {
  Strip(int width_given, int rows_given)
      : width(width_given),
        rows(static_cast<std::size_t>(rows_given)),
        stride(aligned_stride(width_given)),
        bytes(std::make_unique_for_overwrite<std::uint8_t[]>(rows * stride)) {}

  int width;
  std::size_t rows;
  std::size_t stride;  ///< bytes from one row to the next
  std::unique_ptr<std::uint8_t[]> bytes;
};

/// The part `columns` × `rows` of a picture that is `columns.full` wide.
Strip crop(const Raster& source, const Span& columns, const Span& rows) {
  Strip out(columns.count, rows.count);
  const std::size_t row_bytes = static_cast<std::size_t>(columns.count) * kChannels;
  for (std::size_t y = 0; y < out.rows; ++y) {
    const std::size_t pixel =
        (static_cast<std::size_t>(rows.first) + y) * static_cast<std::size_t>(source.width) +
        static_cast<std::size_t>(columns.first);
    std::memcpy(&out.bytes[y * out.stride], &source.rgb[pixel * kChannels], row_bytes);
  }
  return out;
}

/// The rows `rows` of the source, its columns resampled. Like Pillow, a width that stays is not.
Strip first_pass(const Raster& source, const Span& columns, const Span& rows,
                 Interpolation interpolation) {
  if (columns.full == source.width) return crop(source, columns, rows);
  Strip out(columns.count, rows.count);
  const std::size_t stride = static_cast<std::size_t>(source.width) * kChannels;
  const std::size_t before = static_cast<std::size_t>(rows.first) * stride;
  resample_horizontally(source.rgb.data() + before, source.rgb.size() - before, stride, out.rows,
                        make_kernel(source.width, columns, interpolation), out.bytes.get());
  return out;
}

/// The same rows without what lies between them.
Raster close_up(const Strip& strip) {
  Raster out{strip.width, static_cast<int>(strip.rows), {}};
  const std::size_t row_bytes = static_cast<std::size_t>(strip.width) * kChannels;
  out.rgb.resize(strip.rows * row_bytes);
  for (std::size_t y = 0; y < strip.rows; ++y) {
    std::memcpy(&out.rgb[y * row_bytes], &strip.bytes[y * strip.stride], row_bytes);
  }
  return out;
}

/// Resamples along y; `first_row` is the row of the full picture that the strip begins with.
Raster second_pass(const Strip& strip, int first_row, const Kernel& kernel) {
  Raster out{strip.width, static_cast<int>(kernel.windows.size()), {}};
  const std::size_t row_bytes = static_cast<std::size_t>(strip.width) * kChannels;
  out.rgb.resize(row_bytes * kernel.windows.size());
  for (std::size_t y = 0; y < kernel.windows.size(); ++y) {
    const auto row = static_cast<std::size_t>(kernel.windows[y].first - first_row);
    blend_rows(&strip.bytes[row * strip.stride], strip.stride, row_bytes, kernel.windows[y].count,
               kernel.weights_of(y), &out.rgb[y * row_bytes]);
  }
  return out;
}

/// A part of the source resized to columns.full × rows.full. Like Pillow, an axis whose size stays
/// is not resampled; rows and columns outside the part are never computed.
Raster resize_part(const Raster& source, const Span& columns, const Span& rows,
                   Interpolation interpolation) {
  assert(source.width > 0 && source.height > 0 && columns.full > 0 && rows.full > 0);
  if (rows.full == source.height) return close_up(first_pass(source, columns, rows, interpolation));
  const Kernel kernel = make_kernel(source.height, rows, interpolation);
  const int first_row = kernel.windows.front().first;
  const int end_row = kernel.windows.back().first + kernel.windows.back().count;
  const Span needed{source.height, first_row, end_row - first_row};
  return second_pass(first_pass(source, columns, needed, interpolation), first_row, kernel);
}

/// Half of a number ≥ 0, rounded to the even neighbour when it lies between two.
int half_to_even(int number) {
  const int below = number / 2;
  return number % 2 == 1 && below % 2 == 1 ? below + 1 : below;
}

/// Where the centre `size` samples lie on an axis that is `full` long.
Span centre_of(int full, int size) { return {full, half_to_even(full - size), size}; }

}  // namespace

Raster resize(const Raster& source, int width, int height, Interpolation interpolation) {
  return resize_part(source, {width, 0, width}, {height, 0, height}, interpolation);
}

Raster resize_and_crop(const Raster& source, const PreprocessSpec& spec) {
  const int size = spec.size;
  if (spec.resize_mode == ResizeMode::squash) {
    return resize(source, size, size, spec.interpolation);
  }
  const std::int64_t short_side = std::min(source.width, source.height);
  const auto scaled = [&](int side) {
    return static_cast<int>(size * std::int64_t{side} / short_side);
  };
  return resize_part(source, centre_of(scaled(source.width), size),
                     centre_of(scaled(source.height), size), spec.interpolation);
}

void normalise(const Raster& pixels, const PreprocessSpec& spec, std::span<float> out) {
  const std::size_t area = pixels.rgb.size() / kChannels;
  assert(pixels.width == spec.size && pixels.height == spec.size);
  assert(out.size() == area * kChannels);
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    std::array<float, 256> table{};  // 256 divisions in place of one for each pixel.
    for (std::size_t value = 0; value < table.size(); ++value) {
      table[value] = (static_cast<float>(value) / 255.0F - spec.mean[channel]) / spec.std[channel];
    }
    float* plane = out.data() + channel * area;
    for (std::size_t i = 0; i < area; ++i) plane[i] = table[pixels.rgb[i * kChannels + channel]];
  }
}

}  // namespace clipdex::image
