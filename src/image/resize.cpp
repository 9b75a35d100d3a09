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

#include "image/orient.hpp"
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

/// Like Pillow, an axis whose size stays is not resampled: each sample comes from itself alone.
Kernel make_identity(const Span& target) {
  Kernel kernel;
  kernel.taps_max = kTapsAtOnce;
  for (int i = target.first; i < target.first + target.count; ++i) {
    kernel.windows.push_back({i, 1});
    kernel.weights.push_back(1 << kWeightBits);
    kernel.weights.resize(kernel.windows.size() * kTapsAtOnce);
  }
  return kernel;
}

Kernel make_kernel(int source_size, const Span& target, Interpolation interpolation) {
  if (target.full == source_size) return make_identity(target);
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

/// The same kernel for an axis that is stored backwards.
void mirror(Kernel& kernel, int source_size) {
  for (std::size_t i = 0; i < kernel.windows.size(); ++i) {
    Window& window = kernel.windows[i];
    window.first = source_size - window.first - window.count;
    const auto weights = kernel.weights.begin() + static_cast<std::ptrdiff_t>(i) * kernel.taps_max;
    std::reverse(weights, weights + window.count);
  }
}

/// Where the windows of a kernel begin and end, in any order.
Window extent_of(const Kernel& kernel) {
  const Window& front = kernel.windows.front();
  const Window& back = kernel.windows.back();
  const int first = std::min(front.first, back.first);
  return {first, std::max(front.first + front.count, back.first + back.count) - first};
}

void shift(Kernel& kernel, int by) {
  for (Window& window : kernel.windows) window.first += by;
}

/// Rows of RGB8 pixels in memory that others own.
struct Rows {
  const std::uint8_t* first;
  std::size_t bytes;  ///< that may be read from `first` on
  std::size_t stride;
  int width;
  int count;
};

/// Rows of pixels between the passes.
struct Strip {
  Strip(int width_given, std::size_t rows_given)
      : width(width_given),
        rows(rows_given),
        stride(aligned_stride(width_given)),
        bytes(std::make_unique_for_overwrite<std::uint8_t[]>(rows * stride)) {}

  Rows view() const { return {bytes.get(), rows * stride, stride, width, static_cast<int>(rows)}; }

  int width;
  std::size_t rows;
  std::size_t stride;  ///< bytes from one row to the next
  std::unique_ptr<std::uint8_t[]> bytes;
};

Strip resample_along_x(const Rows& source, const Kernel& kernel) {
  Strip out(static_cast<int>(kernel.windows.size()), static_cast<std::size_t>(source.count));
  resample_horizontally(source.first, source.bytes, source.stride, out.rows, kernel,
                        out.bytes.get());
  return out;
}

/// @param out one row for each window, `out_stride` bytes apart
void resample_along_y(const Rows& source, const Kernel& kernel, std::uint8_t* out,
                      std::size_t out_stride) {
  const std::size_t row_bytes = static_cast<std::size_t>(source.width) * kChannels;
  for (std::size_t y = 0; y < kernel.windows.size(); ++y) {
    const Window window = kernel.windows[y];
    blend_rows(source.first + static_cast<std::size_t>(window.first) * source.stride, source.stride,
               row_bytes, window.count, kernel.weights_of(y), out + y * out_stride);
  }
}

Raster empty_raster(std::size_t width, std::size_t height) {
  Raster out{static_cast<int>(width), static_cast<int>(height), {}};
  out.rgb.resize(width * height * kChannels);
  return out;
}

Raster transposed(const Strip& strip) {
  const auto height = static_cast<std::size_t>(strip.width);
  Raster out = empty_raster(strip.rows, height);
  std::uint8_t* to = out.rgb.data();
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < strip.rows; ++x, to += kChannels) {
      std::memcpy(to, &strip.bytes[x * strip.stride + y * kChannels], kChannels);
    }
  }
  return out;
}

/// A picture, or the part of one that is needed, as it is stored: `pixels` begin at (left, top) of
/// width × height.
struct Source {
  const Raster& pixels;
  int left;
  int top;
  int width;
  int height;

  Rows rows(int first_column, int columns, int first_row, int count) const {
    const std::size_t stride = static_cast<std::size_t>(pixels.width) * kChannels;
    const std::size_t before = static_cast<std::size_t>(first_row) * stride +
                               static_cast<std::size_t>(first_column) * kChannels;
    return {pixels.rgb.data() + before, pixels.rgb.size() - before, stride, columns, count};
  }
};

/// A part of the upright picture, resized to columns.full × rows.full. The horizontal pass of that
/// picture is the first one, whichever way it is stored; what lies outside the part is never
/// computed.
Raster resize_part(const Source& source, const Span& columns, const Span& rows,
                   Interpolation interpolation, int orientation) {
  assert(!source.pixels.rgb.empty() && columns.full > 0 && rows.full > 0);
  const bool swapped = swaps_sides(orientation);
  Kernel along_x = make_kernel(source.width, swapped ? rows : columns, interpolation);
  Kernel along_y = make_kernel(source.height, swapped ? columns : rows, interpolation);
  if (is_from_right(orientation)) mirror(along_x, source.width);
  if (is_from_bottom(orientation)) mirror(along_y, source.height);
  shift(along_x, -source.left);
  shift(along_y, -source.top);
  const Window x = extent_of(along_x);
  const Window y = extent_of(along_y);
  assert(x.first >= 0 && x.first + x.count <= source.pixels.width);
  assert(y.first >= 0 && y.first + y.count <= source.pixels.height);
  const Rows needed = source.rows(x.first, x.count, y.first, y.count);
  shift(along_x, -x.first);
  shift(along_y, -y.first);
  if (swapped) {
    Strip strip(x.count, along_y.windows.size());
    resample_along_y(needed, along_y, strip.bytes.get(), strip.stride);
    return transposed(resample_along_x(strip.view(), along_x));
  }
  const Strip strip = resample_along_x(needed, along_x);
  Raster out = empty_raster(along_x.windows.size(), along_y.windows.size());
  resample_along_y(strip.view(), along_y, out.rgb.data(), along_x.windows.size() * kChannels);
  return out;
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

Raster resize_and_crop_part(const Source& source, const PreprocessSpec& spec, int orientation) {
  const bool swapped = swaps_sides(orientation);
  const int width = swapped ? source.height : source.width;
  const int height = swapped ? source.width : source.height;
  return resize_part(source, square_of(width, height, spec), square_of(height, width, spec),
                     spec.interpolation, orientation);
}

}  // namespace

Raster resize(const Raster& source, int width, int height, Interpolation interpolation) {
  return resize_part({source, 0, 0, source.width, source.height}, {width, 0, width},
                     {height, 0, height}, interpolation, kUpright);
}

Raster resize_and_crop(const Raster& source, const PreprocessSpec& spec) {
  return resize_and_crop_part({source, 0, 0, source.width, source.height}, spec, kUpright);
}

Raster resize_and_crop(const Excerpt& stored, int orientation, const PreprocessSpec& spec) {
  return resize_and_crop_part({stored.pixels, stored.left, stored.top, stored.width, stored.height},
                              spec, orientation);
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
