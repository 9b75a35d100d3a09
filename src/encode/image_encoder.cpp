#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "encode/encoders.hpp"
#include "encode/load.hpp"
#include "encode/tower.hpp"
#include "image/resize.hpp"

namespace clipdex::encode {
namespace {

constexpr std::array<std::string_view, 3> kInputs{"image", "input", "pixel_values"};
constexpr std::array kPixelTypes{ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                 ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16};

// Measured with ViT-B/32: larger batches are no faster on a core and take more memory.
constexpr std::size_t kBatchBest = 4;
constexpr std::int64_t kChannels = 3;

/// The image tower of any layout. Each call runs in slices of the best batch, so memory stays flat
/// whatever the caller gives; where the graph fixes the batch, the last slice is filled up.
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

  void require_shape() const {
    const auto is = [](std::int64_t dim, std::int64_t size) { return dim < 0 || dim == size; };
    const auto& dims = input_.dims;
    if (is(dims[1], kChannels) && is(dims[2], spec_.size) && is(dims[3], spec_.size)) return;
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
    const std::size_t item = static_cast<std::size_t>(spec_.size) * spec_.size * kChannels;
    std::vector<float> pixels(batch * item);
    for (std::size_t place = 0; place < squares.size(); ++place) {
      image::normalise(squares[place], spec_, std::span(pixels).subspan(place * item, item));
    }
    const std::array<std::int64_t, 4> dims{static_cast<std::int64_t>(batch), kChannels, spec_.size,
                                           spec_.size};
    const std::array names{input_.name.c_str()};
    if (input_.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
      const std::array values{tensor_over(std::span(pixels), dims)};
      tower_.run(names, values, squares.size(), vectors);
    } else {
      std::vector<Ort::Float16_t> halves(pixels.size());
      std::transform(pixels.begin(), pixels.end(), halves.begin(),
                     [](float value) { return Ort::Float16_t(value); });
      const std::array values{tensor_over(std::span(halves), dims)};
      tower_.run(names, values, squares.size(), vectors);
    }
  }

  image::PreprocessSpec spec_;
  Tower tower_;
  const TensorSpec& input_;  // Points into tower_, which never moves: encoders live on the heap.
  std::size_t dimension_ = 0;
};

}  // namespace

Result<std::unique_ptr<ImageEncoder>> load_image_encoder(const model::Package& package,
                                                         Tuning tuning) {
  return load<ImageEncoder>(package,
                            [&] { return std::make_unique<GraphImageEncoder>(package, tuning); });
}

}  // namespace clipdex::encode
