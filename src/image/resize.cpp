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

/// Which source samples an output sample is made of.
class Axis {
 public:
  Axis(int source_size, int target_size, Interpolation interpolation)
      : source_size_(source_size), scale_(static_cast<double>(source_size) / target_size) {
    const bool is_bicubic = interpolation == Interpolation::bicubic;
    const double filter_scale = std::max(scale_, 1.0);  // Widening the filter is the antialiasing.
    filter_ = is_bicubic ? bicubic : bilinear;
    support_ = (is_bicubic ? 2.0 : 1.0) * filter_scale;
    narrowing_ = 1.0 / filter_scale;
  }

  double center_of(int sample) const { return (sample + 0.5) * scale_; }

  Window window_of(int sample) const {
    const double center = center_of(sample);
    // Pillow truncates here, which differs from rounding below zero.
    // NOLINTBEGIN(bugprone-incorrect-roundings)
    const int first = std::max(0, static_cast<int>(center - support_ + 0.5));
    const int end = std::min(source_size_, static_cast<int>(center + support_ + 0.5));
    // NOLINTEND(bugprone-incorrect-roundings)
    return {first, end - first};
  }

  int taps_max() const { return static_cast<int>(std::ceil(support_)) * 2 + 1; }

  double weight(double distance) const { return filter_(distance * narrowing_); }

 private:
  int source_size_;
  double scale_;  ///< source samples for each output sample
  double (*filter_)(double);
  double support_;
  double narrowing_;
};

Kernel make_kernel(int source_size, const Span& target, Interpolation interpolation) {
  const Axis axis(source_size, target.full, interpolation);
  Kernel kernel;
  kernel.taps_max = (axis.taps_max() + kTapsAtOnce - 1) / kTapsAtOnce * kTapsAtOnce;
  kernel.weights.resize(static_cast<std::size_t>(target.count) *
                        static_cast<std::size_t>(kernel.taps_max));
  std::vector<double> exact(static_cast<std::size_t>(kernel.taps_max));
  for (int i = target.first; i < target.first + target.count; ++i) {
    const Window window = axis.window_of(i);
    const auto count = static_cast<std::size_t>(window.count);
    // The order of these operations decides the last bit, so it stays as Pillow's.
    double sum = 0;
    for (std::size_t tap = 0; tap < count; ++tap) {
      exact[tap] = axis.weight(static_cast<int>(tap) + window.first - axis.center_of(i) + 0.5);
      sum += exact[tap];
    }
    std::int32_t* weights =
        kernel.weights.data() + kernel.windows.size() * static_cast<std::size_t>(kernel.taps_max);
    for (std::size_t tap = 0; tap < count; ++tap) {
      weights[tap] = to_fixed_point(sum == 0 ? exact[tap] : exact[tap] / sum);
    }
    kernel.windows.push_back(window);
  }
  return kernel;
}

/// A picture, or the part of one that is needed: `pixels` begin at (left, top) of width × height.
struct Source {
  const Raster& pixels;
  int left;
  int top;
  int width;
  int height;
};

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

/// The part `columns` × `rows` of the source.
Strip crop(const Source& source, const Span& columns, const Span& rows) {
  Strip out(columns.count, rows.count);
  const std::size_t row_bytes = static_cast<std::size_t>(columns.count) * kChannels;
  for (std::size_t y = 0; y < out.rows; ++y) {
    const std::size_t row = static_cast<std::size_t>(rows.first - source.top) + y;
    const std::size_t pixel = row * static_cast<std::size_t>(source.pixels.width) +
                              static_cast<std::size_t>(columns.first - source.left);
    std::memcpy(&out.bytes[y * out.stride], &source.pixels.rgb[pixel * kChannels], row_bytes);
  }
  return out;
}

/// The rows `rows` of the source, its columns resampled. Like Pillow, a width that stays is not.
Strip first_pass(const Source& source, const Span& columns, const Span& rows,
                 Interpolation interpolation) {
  if (columns.full == source.width) return crop(source, columns, rows);
  Kernel kernel = make_kernel(source.width, columns, interpolation);
  for (Window& window : kernel.windows) window.first -= source.left;
  Strip out(columns.count, rows.count);
  const std::vector<std::uint8_t>& rgb = source.pixels.rgb;
  const std::size_t stride = static_cast<std::size_t>(source.pixels.width) * kChannels;
  const std::size_t before = static_cast<std::size_t>(rows.first - source.top) * stride;
  resample_horizontally(rgb.data() + before, rgb.size() - before, stride, out.rows, kernel,
                        out.bytes.get());
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

/// A part of the picture resized to columns.full × rows.full. Like Pillow, an axis whose size stays
/// is not resampled; rows and columns outside the part are never computed.
Raster resize_part(const Source& source, const Span& columns, const Span& rows,
                   Interpolation interpolation) {
  assert(!source.pixels.rgb.empty() && columns.full > 0 && rows.full > 0);
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

/// What the square takes of an axis of the resized picture, `side` long before, if the other is
/// `other` long.
Span square_of(int side, int other, const PreprocessSpec& spec) {
  const int size = spec.size;
  if (spec.resize_mode == ResizeMode::squash) return {size, 0, size};
  const int full = static_cast<int>(size * std::int64_t{side} / std::min(side, other));
  return {full, half_to_even(full - size), size};
}

Raster resize_and_crop_part(const Source& source, const PreprocessSpec& spec) {
  return resize_part(source, square_of(source.width, source.height, spec),
                     square_of(source.height, source.width, spec), spec.interpolation);
}

}  // namespace

Raster resize(const Raster& source, int width, int height, Interpolation interpolation) {
  return resize_part({source, 0, 0, source.width, source.height}, {width, 0, width},
                     {height, 0, height}, interpolation);
}

Raster resize_and_crop(const Raster& source, const PreprocessSpec& spec) {
  return resize_and_crop_part({source, 0, 0, source.width, source.height}, spec);
}

Raster resize_and_crop(const Excerpt& source, const PreprocessSpec& spec) {
  return resize_and_crop_part({source.pixels, source.left, source.top, source.width, source.height},
                              spec);
}

Window samples_needed(int side, int other, const PreprocessSpec& spec) {
  const Span square = square_of(side, other, spec);
  if (square.full == side) return {square.first, square.count};
  const Axis axis(side, square.full, spec.interpolation);
  const Window first = axis.window_of(square.first);
  const Window last = axis.window_of(square.first + square.count - 1);
  return {first.first, last.first + last.count - first.first};
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
