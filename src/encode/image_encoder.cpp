#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "encode/encoders.hpp"
#include "encode/load.hpp"
#include "encode/tower.hpp"
#include "image/resize.hpp"

namespace clipdex::encode {
namespace {

constexpr std::array<std::string_view, 3> kInputs{"image", "input", "pixel_values"};
constexpr std::array kPixelTypes{ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                 ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16,
                                 ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8};

// Measured with ViT-B/32: larger batches are no faster on a core and take more memory.
constexpr std::size_t kBatchBest = 4;
constexpr std::size_t kChannels = 3;

/// Writes bytes as planes: `out[channel · side² + place]`.
void to_planes(std::span<const std::uint8_t> rgb, std::span<std::uint8_t> out) {
  const std::size_t plane = rgb.size() / kChannels;
  for (std::size_t place = 0; place < plane; ++place) {
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      out[channel * plane + place] = rgb[place * kChannels + channel];
    }
  }
}

/// The image tower of any layout. A graph that takes bytes normalises them itself. Each call runs
/// in slices of the best batch, so memory stays flat whatever the caller gives; where the graph
/// fixes the batch, the last slice is filled up.
class GraphImageEncoder final : public ImageEncoder {
 public:
  GraphImageEncoder(const model::Package& package, Tuning tuning)
      : spec_(package.preprocess),
        tower_(package.visual_to_run(), tuning, kImageOutputs),
        input_(tower_.find_input(kInputs, 4, kPixelTypes)) {
    tower_.require_no_other_input(std::array{&input_});
    require_shape();
    dimension_ = tower_.declared_dimension();
    if (dimension_ == 0) dimension_ = probe_dimension();
  }

  const image::PreprocessSpec& preprocess() const override { return spec_; }
  std::size_t dimension() const override { return dimension_; }
  std::size_t batch_best() const override { return is_batch_fixed() ? batch_fixed() : kBatchBest; }

  std::vector<Embedding> encode(std::span<const image::Raster> squares) override {
    std::vector<Embedding> vectors;
    vectors.reserve(squares.size());
    while (!squares.empty()) {
      const std::size_t count = std::min(squares.size(), batch_best());
      encode_slice(squares.first(count), vectors);
      squares = squares.subspan(count);
    }
    return vectors;
  }

 private:
  bool is_batch_fixed() const { return input_.dims[0] > 0; }
  std::size_t batch_fixed() const { return static_cast<std::size_t>(input_.dims[0]); }

  bool takes_bytes() const { return input_.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8; }

  /// Bytes may be wanted as planes, as numbers are, or as they lie in a picture.
  bool are_channels_last() const { return takes_bytes() && input_.dims[3] == kChannels; }

  std::array<std::int64_t, 4> shape_of(std::int64_t batch) const {
    if (are_channels_last()) return {batch, spec_.size, spec_.size, kChannels};
    return {batch, kChannels, spec_.size, spec_.size};
  }

  void require_shape() const {
    const auto is = [](std::int64_t dim, std::int64_t size) { return dim < 0 || dim == size; };
    const std::array<std::int64_t, 4> dims = shape_of(input_.dims[0]);
    bool fits = true;
    for (std::size_t axis = 1; axis < dims.size(); ++axis) {
      fits = fits && is(input_.dims[axis], dims[axis]);
    }
    if (fits) return;
    throw Exception(
        ErrorCode::unsupported,
        fmt::format("{} takes {}, but the description beside it asks for pictures of {} "
                    "pixels; download the model again, with all its files",
                    tower_.session().graph().native(), describe(input_), spec_.size));
  }

  std::size_t probe_dimension() {
    image::Raster blank{.width = spec_.size, .height = spec_.size, .rgb = {}};
    blank.rgb.resize(static_cast<std::size_t>(spec_.size) * spec_.size * kChannels);
    return encode(std::span(&blank, 1)).front().size();
  }

  void encode_slice(std::span<const image::Raster> squares, std::vector<Embedding>& vectors) {
    const std::size_t batch = is_batch_fixed() ? batch_fixed() : squares.size();
    const std::size_t items = batch * item_size();
    if (takes_bytes()) {
      std::vector<std::uint8_t> bytes(items);
      fill(squares, std::span(bytes), [&](const image::Raster& square, auto room) {
        if (are_channels_last()) {
          std::ranges::copy(square.rgb, room.begin());
        } else {
          to_planes(square.rgb, room);
        }
      });
      return run(std::span(bytes), batch, squares.size(), vectors);
    }
    std::vector<float> pixels(items);
    fill(squares, std::span(pixels),
         [&](const image::Raster& square, auto room) { image::normalise(square, spec_, room); });
    if (input_.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
      return run(std::span(pixels), batch, squares.size(), vectors);
    }
    std::vector<Ort::Float16_t> halves(pixels.size());
    std::ranges::transform(pixels, halves.begin(),
                           [](float value) { return Ort::Float16_t(value); });
    run(std::span(halves), batch, squares.size(), vectors);
  }

  std::size_t item_size() const {
    return static_cast<std::size_t>(spec_.size) * static_cast<std::size_t>(spec_.size) * kChannels;
  }

  /// Has `write` put each square into its place; what is left of the batch stays zero.
  template <class T, class Write>
  void fill(std::span<const image::Raster> squares, std::span<T> items, const Write& write) const {
    for (std::size_t place = 0; place < squares.size(); ++place) {
      write(squares[place], items.subspan(place * item_size(), item_size()));
    }
  }

  template <class T>
  void run(std::span<T> items, std::size_t batch, std::size_t wanted,
           std::vector<Embedding>& vectors) {
    const std::array names{input_.name.c_str()};
    const std::array<std::int64_t, 4> dims = shape_of(static_cast<std::int64_t>(batch));
    const std::array values{tensor_over(items, dims)};
    tower_.run(names, values, wanted, vectors);
  }

  image::PreprocessSpec spec_;
  Tower tower_;
  const TensorSpec& input_;  // Points into tower_, which never moves: encoders live on the heap.
  std::size_t dimension_ = 0;
};

}  // namespace

Result<std::unique_ptr<ImageEncoder>> load_image_encoder(const model::Package& package,
                                                         Tuning tuning) {
  if (!package.has_image_tower()) {
    return Error{ErrorCode::unsupported,
                 fmt::format("{} has a text tower alone ({}): it finds images by words where their "
                             "vectors are there already; to index images, or to search by one, "
                             "name another model with --model DIR",
                             package.directory.native(), model::layout_name(package.layout))};
  }
  return load<ImageEncoder>(package,
                            [&] { return std::make_unique<GraphImageEncoder>(package, tuning); });
}

}  // namespace clipdex::encode
