#include "image/resize.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace clipdex::image {
namespace {

constexpr int kChannels = 3;
constexpr int kPrecisionBits = 22;
constexpr std::int32_t kHalf = 1 << (kPrecisionBits - 1);

/// The source samples that make one output sample: `count` of them from `first` on.
struct Window {
  int first = 0;
  int count = 0;
};

/// The windows and fixed-point weights of a run of output samples along one axis.
struct Kernel {
  std::vector<Window> windows;
  std::vector<std::int32_t> weights;  ///< `taps_max` for each window
  int taps_max = 0;

  const std::int32_t* weights_of(std::size_t index) const {
    return weights.data() + index * static_cast<std::size_t>(taps_max);
  }
};

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
  const double scaled = weight * (1 << kPrecisionBits);
  return static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

Kernel make_kernel(int source_size, const Span& target, Interpolation interpolation) {
  const auto filter = interpolation == Interpolation::bicubic ? bicubic : bilinear;
  const double scale = static_cast<double>(source_size) / target.full;
  const double filter_scale = std::max(scale, 1.0);  // Widening the filter is the antialiasing.
  const double support = (interpolation == Interpolation::bicubic ? 2.0 : 1.0) * filter_scale;

  Kernel kernel;
  kernel.taps_max = static_cast<int>(std::ceil(support)) * 2 + 1;
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

std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

/// Resamples one row of the source.
[[gnu::always_inline]] inline void resample_row(const std::uint8_t* source, const Kernel& kernel,
                                                std::uint8_t* out) {
  for (std::size_t i = 0; i < kernel.windows.size(); ++i) {
    const Window window = kernel.windows[i];
    const std::int32_t* weights = kernel.weights_of(i);
    const std::uint8_t* pixel = source + static_cast<std::ptrdiff_t>(window.first) * kChannels;
    std::int32_t red = kHalf;
    std::int32_t green = kHalf;
    std::int32_t blue = kHalf;
    for (int tap = 0; tap < window.count; ++tap, pixel += kChannels) {
      red += pixel[0] * weights[tap];
      green += pixel[1] * weights[tap];
      blue += pixel[2] * weights[tap];
    }
    *out++ = to_byte(red);
    *out++ = to_byte(green);
    *out++ = to_byte(blue);
  }
}

/// Adds up weighted rows, `row_bytes` apart, into one.
[[gnu::always_inline]] inline void resample_rows(const std::uint8_t* first_row,
                                                 std::size_t row_bytes, int count,
                                                 const std::int32_t* weights, std::int32_t* sums,
                                                 std::uint8_t* out) {
  std::fill_n(sums, row_bytes, kHalf);
  for (int tap = 0; tap < count; ++tap) {
    const std::uint8_t* row = first_row + static_cast<std::size_t>(tap) * row_bytes;
    const std::int32_t weight = weights[tap];
    for (std::size_t i = 0; i < row_bytes; ++i) sums[i] += row[i] * weight;
  }
  for (std::size_t i = 0; i < row_bytes; ++i) out[i] = to_byte(sums[i]);
}

/// The two loops in which the time goes. The compiler turns them into vector code; for x86-64 they
/// are compiled a second time, because before AVX2 it multiplies too few 32-bit numbers at once.
struct Loops {
  void (*row)(const std::uint8_t* source, const Kernel& kernel, std::uint8_t* out);
  void (*rows)(const std::uint8_t* first_row, std::size_t row_bytes, int count,
               const std::int32_t* weights, std::int32_t* sums, std::uint8_t* out);
};

void row_everywhere(const std::uint8_t* source, const Kernel& kernel, std::uint8_t* out) {
  resample_row(source, kernel, out);
}

void rows_everywhere(const std::uint8_t* first_row, std::size_t row_bytes, int count,
                     const std::int32_t* weights, std::int32_t* sums, std::uint8_t* out) {
  resample_rows(first_row, row_bytes, count, weights, sums, out);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void row_avx2(const std::uint8_t* source, const Kernel& kernel,
                                      std::uint8_t* out) {
  resample_row(source, kernel, out);
}

[[gnu::target("avx2")]] void rows_avx2(const std::uint8_t* first_row, std::size_t row_bytes,
                                       int count, const std::int32_t* weights, std::int32_t* sums,
                                       std::uint8_t* out) {
  resample_rows(first_row, row_bytes, count, weights, sums, out);
}
#endif

Loops best_loops() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) return {row_avx2, rows_avx2};
#endif
  return {row_everywhere, rows_everywhere};
}

const Loops kLoops = best_loops();

/// Rows `first_row` to `first_row + count` of the source, resampled along x.
Raster resample_horizontally(const Raster& source, int first_row, int count, const Span& columns,
                             Interpolation interpolation) {
  const Kernel kernel = make_kernel(source.width, columns, interpolation);
  Raster out{columns.count, count, {}};
  const std::size_t source_stride = static_cast<std::size_t>(source.width) * kChannels;
  const std::size_t stride = static_cast<std::size_t>(out.width) * kChannels;
  out.rgb.resize(stride * static_cast<std::size_t>(count));
  for (std::size_t y = 0; y < static_cast<std::size_t>(count); ++y) {
    const std::size_t source_row = static_cast<std::size_t>(first_row) + y;
    kLoops.row(source.rgb.data() + source_row * source_stride, kernel, &out.rgb[y * stride]);
  }
  return out;
}

/// Resamples along y; `first_row` is the row of the full picture that `source` begins with.
Raster resample_vertically(const Raster& source, int first_row, const Kernel& kernel) {
  Raster out{source.width, static_cast<int>(kernel.windows.size()), {}};
  const std::size_t stride = static_cast<std::size_t>(source.width) * kChannels;
  out.rgb.resize(stride * kernel.windows.size());
  std::vector<std::int32_t> sums(stride);
  for (std::size_t y = 0; y < kernel.windows.size(); ++y) {
    const auto row = static_cast<std::size_t>(kernel.windows[y].first - first_row);
    kLoops.rows(source.rgb.data() + row * stride, stride, kernel.windows[y].count,
                kernel.weights_of(y), sums.data(), &out.rgb[y * stride]);
  }
  return out;
}

/// The part `columns` × `rows` of the source.
Raster crop(const Raster& source, const Span& columns, const Span& rows) {
  Raster out{columns.count, rows.count, {}};
  out.rgb.reserve(static_cast<std::size_t>(columns.count) * static_cast<std::size_t>(rows.count) *
                  kChannels);
  for (int y = rows.first; y < rows.first + rows.count; ++y) {
    const auto begin = source.rgb.begin() +
                       (static_cast<std::ptrdiff_t>(y) * source.width + columns.first) * kChannels;
    out.rgb.insert(out.rgb.end(), begin,
                   begin + static_cast<std::ptrdiff_t>(columns.count) * kChannels);
  }
  return out;
}

/// A part of the source resized to columns.full × rows.full. Like Pillow, an axis whose size stays
/// is not resampled; rows and columns outside the part are never computed.
Raster resize_part(const Raster& source, const Span& columns, const Span& rows,
                   Interpolation interpolation) {
  assert(source.width > 0 && source.height > 0 && columns.full > 0 && rows.full > 0);
  if (rows.full == source.height) {
    if (columns.full == source.width) return crop(source, columns, rows);
    return resample_horizontally(source, rows.first, rows.count, columns, interpolation);
  }
  const Kernel kernel = make_kernel(source.height, rows, interpolation);
  const int first_row = kernel.windows.front().first;
  const int end_row = kernel.windows.back().first + kernel.windows.back().count;
  const Raster narrow =
      columns.full == source.width
          ? crop(source, columns, {source.height, first_row, end_row - first_row})
          : resample_horizontally(source, first_row, end_row - first_row, columns, interpolation);
  return resample_vertically(narrow, first_row, kernel);
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
