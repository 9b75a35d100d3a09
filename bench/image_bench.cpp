// From the bytes of a JPEG to the pixels that a model takes, exact and fast, how far apart the two
// are, what progressive and turned files and whole pictures take, and what libvips takes for a
// thumbnail of that size, which is no model's exact input. The JPEGs are photographs of the sample
// album, enlarged to 2 and 12 megapixels and encoded at quality 92. Run:
// build/release/bin/bench_image
#include <benchmark/benchmark.h>
#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "image/decode.hpp"
#include "image/resize.hpp"
#include "support/images.hpp"

namespace {

namespace image = clipdex::image;
using Jpegs = std::vector<std::vector<std::byte>>;

constexpr std::size_t kPhotos = 6;
constexpr std::uint64_t kBytesMax = 1 << 28;

enum class Kind { baseline, progressive, turned };

/// The first photographs of the album by name, enlarged to width × height.
Jpegs enlarged_photos(int width, int height, Kind kind) {
  const auto tree = std::filesystem::path(__FILE__).parent_path().parent_path();
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(tree / "samples/album")) {
    const bool is_photo = entry.path().filename().native().starts_with("photo_");
    if (is_photo && entry.path().extension() == ".jpg") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  paths.resize(std::min(paths.size(), kPhotos));
  Jpegs jpegs;
  for (const auto& path : paths) {
    const auto bytes = clipdex::read_file(path, kBytesMax).value_or_throw().bytes;
    const auto photo =
        image::decode(bytes, {.fidelity = image::Fidelity::exact}).value_or_throw().pixels;
    jpegs.push_back(clipdex::test::encode_jpeg(
        image::resize(photo, width, height, image::Interpolation::bicubic),
        {.orientation = kind == Kind::turned ? 6 : 0, .progressive = kind == Kind::progressive}));
  }
  return jpegs;
}

const Jpegs& photos(std::int64_t megapixels, Kind kind = Kind::baseline) {
  static std::map<std::pair<std::int64_t, Kind>, Jpegs> made;
  Jpegs& jpegs = made[{megapixels, kind}];
  if (jpegs.empty()) {
    jpegs = megapixels == 2 ? enlarged_photos(1632, 1224, kind) : enlarged_photos(4000, 3000, kind);
  }
  return jpegs;
}

image::Raster prepare(std::span<const std::byte> bytes, int side, image::Fidelity fidelity) {
  return image::decode_square(bytes, {.size = side}, fidelity).value_or_throw().pixels;
}

/// The smallest peak signal-to-noise ratio of the fast pixels against the exact ones, in decibels.
double psnr_min_db(const Jpegs& jpegs, int side) {
  double smallest = std::numeric_limits<double>::infinity();
  for (const auto& bytes : jpegs) {
    const image::Raster exact = prepare(bytes, side, image::Fidelity::exact);
    const image::Raster fast = prepare(bytes, side, image::Fidelity::fast);
    double squares = 0;
    for (std::size_t i = 0; i < exact.rgb.size(); ++i) {
      squares += std::pow(static_cast<double>(exact.rgb[i]) - fast.rgb[i], 2);
    }
    const double mean = squares / static_cast<double>(exact.rgb.size());
    smallest = std::min(smallest, 10 * std::log10(255 * 255 / mean));
  }
  return smallest;
}

void decode_and_resize(benchmark::State& state, image::Fidelity fidelity) {
  const Jpegs& jpegs = photos(state.range(0));
  const int side = static_cast<int>(state.range(1));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(prepare(jpegs[next++ % jpegs.size()], side, fidelity));
  }
  state.SetItemsProcessed(state.iterations());
  if (fidelity == image::Fidelity::exact) return;
  const double psnr_db = psnr_min_db(jpegs, side);
  if (std::isfinite(psnr_db)) state.counters["psnr_min_db"] = psnr_db;  // Else both are the same.
}

/// The same from JPEGs that are progressive, or turned by their EXIF orientation; the baseline is
/// `decode_and_resize/fast`.
void decode_other(benchmark::State& state, Kind kind) {
  const Jpegs& jpegs = photos(state.range(0), kind);
  const int side = static_cast<int>(state.range(1));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(prepare(jpegs[next++ % jpegs.size()], side, image::Fidelity::fast));
  }
  state.SetItemsProcessed(state.iterations());
}

/// What the square costs when nothing of the picture is left out, against `decode_and_resize/fast`.
void decode_whole_and_resize(benchmark::State& state) {
  const Jpegs& jpegs = photos(state.range(0));
  const int side = static_cast<int>(state.range(1));
  std::size_t next = 0;
  for (auto _ : state) {
    const auto& bytes = jpegs[next++ % jpegs.size()];
    const auto whole = image::decode(bytes, {.side_needed = side}).value_or_throw();
    benchmark::DoNotOptimize(image::resize_and_crop(whole.pixels, {.size = side}));
  }
  state.SetItemsProcessed(state.iterations());
}

/// The baseline of decode_and_resize: the peer that is known to be quick, on one thread.
void vips_thumbnail(benchmark::State& state) {
  const Jpegs& jpegs = photos(state.range(0));  // Starts libvips.
  const int side = static_cast<int>(state.range(1));
  vips_operation_block_set("VipsForeignLoadJpeg", FALSE);  // The image room never uses it.
  std::size_t next = 0;
  for (auto _ : state) {
    std::vector<std::byte> bytes = jpegs[next++ % jpegs.size()];
    VipsImage* thumbnail = nullptr;
    std::size_t size = 0;
    if (vips_thumbnail_buffer(bytes.data(), bytes.size(), &thumbnail, side, "height", side, "crop",
                              VIPS_INTERESTING_CENTRE, nullptr) != 0) {
      return state.SkipWithError(vips_error_buffer());
    }
    g_free(vips_image_write_to_memory(thumbnail, &size));
    g_object_unref(thumbnail);
  }
  state.SetItemsProcessed(state.iterations());
}

void resize_only(benchmark::State& state) {
  const auto& bytes = photos(state.range(0)).front();
  const auto decoded = image::decode(bytes, {.fidelity = image::Fidelity::exact}).value_or_throw();
  const image::PreprocessSpec spec{.size = static_cast<int>(state.range(1))};
  for (auto _ : state) benchmark::DoNotOptimize(image::resize_and_crop(decoded.pixels, spec));
}

void normalise(benchmark::State& state) {
  const image::PreprocessSpec spec;
  const auto pixels = clipdex::test::make_picture(spec.size, spec.size, 1);
  std::vector<float> planes(pixels.rgb.size());
  for (auto _ : state) {
    image::normalise(pixels, spec, planes);
    benchmark::ClobberMemory();
  }
}

/// The baseline of `normalise`: as many floats, in the order of the bytes.
void plain_floats(benchmark::State& state) {
  const image::PreprocessSpec spec;
  const auto pixels = clipdex::test::make_picture(spec.size, spec.size, 1);
  std::vector<float> floats(pixels.rgb.size());
  for (auto _ : state) {
    std::copy(pixels.rgb.begin(), pixels.rgb.end(), floats.begin());
    benchmark::ClobberMemory();
  }
}

/// Megapixels of the JPEG, and the side of the square that the model takes.
void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"megapixels", "side"})->Unit(benchmark::kMillisecond);
  benchmark->MeasureProcessCPUTime();  // libvips decodes on a thread of its own.
  for (const std::int64_t megapixels : {2, 12}) {
    for (const std::int64_t side : {64, 224}) benchmark->Args({megapixels, side});
  }
}

BENCHMARK_CAPTURE(decode_and_resize, exact, image::Fidelity::exact)->Apply(sizes);
BENCHMARK_CAPTURE(decode_and_resize, fast, image::Fidelity::fast)->Apply(sizes);
BENCHMARK_CAPTURE(decode_other, progressive, Kind::progressive)->Apply(sizes);
BENCHMARK_CAPTURE(decode_other, turned, Kind::turned)->Apply(sizes);
BENCHMARK(decode_whole_and_resize)->Apply(sizes);
BENCHMARK(vips_thumbnail)->Apply(sizes);
BENCHMARK(resize_only)->Apply(sizes);
BENCHMARK(normalise)->Unit(benchmark::kMicrosecond);
BENCHMARK(plain_floats)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
