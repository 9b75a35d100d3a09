#include "encode/quantized_linear.hpp"

#include <algorithm>
#include <vector>

#include "encode/linear_kernels.hpp"
#include "model/quantized_weights.hpp"

namespace clipdex::encode {
namespace {

// Quantised rows that are multiplied together: they and a panel of weights stay in a core's cache.
constexpr std::size_t kBlockBytesMax = std::size_t{768} * 1024;
// Multiplications that are worth handing to another thread.
constexpr std::size_t kPartProductsMin = std::size_t{1} << 22;
constexpr std::size_t kPartPanelsMin = 4;  // Whole tiles.
constexpr std::size_t kPartRows = 16;      // Of one part that quantises.

/// The rows of a block, as bytes; each thread keeps the room for them.
struct Room {
  std::vector<std::uint8_t> codes;
  std::vector<float> scales;
};

std::size_t divide_up(std::size_t number, std::size_t by) { return (number + by - 1) / by; }

void multiply_block(const LinearLayer& layer, const float* x, std::size_t rows,
                    const float* residual, float* y, const RunParts& run_parts) {
  thread_local Room own_room;
  Room& room = own_room;  // The parts, on other threads, must see this thread's.
  const std::size_t bytes = row_bytes(layer);
  room.codes.resize(rows * bytes);
  room.scales.resize(rows);
  const std::size_t panels = model::panel_count(layer.outputs);
  const std::size_t products = rows * layer.inputs * layer.outputs;
  const std::size_t parts =
      std::clamp<std::size_t>(products / kPartProductsMin, 1, divide_up(panels, kPartPanelsMin));
  const auto quantise = [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      room.scales[r] =
          quantise_linear_row(layer, x + r * layer.inputs, room.codes.data() + r * bytes);
    }
  };
  if (parts == 1) {
    quantise(0, rows);
    multiply_rows(layer, room.codes.data(), room.scales.data(), rows, 0, panels, residual, y);
    return;
  }
  run_parts(divide_up(rows, kPartRows), [&](std::size_t part) {
    quantise(part * kPartRows, std::min(rows, (part + 1) * kPartRows));
  });
  run_parts(parts, [&](std::size_t part) {
    const auto panel = [&](std::size_t border) {
      return border == parts ? panels : border * panels / parts / kPartPanelsMin * kPartPanelsMin;
    };
    multiply_rows(layer, room.codes.data(), room.scales.data(), rows, panel(part), panel(part + 1),
                  residual, y);
  });
}

}  // namespace

std::optional<Activation> activation_from_name(std::string_view name) noexcept {
  if (name.empty()) return Activation::none;
  if (name == "gelu") return Activation::gelu;
  if (name == "gelu_tanh") return Activation::gelu_tanh;
  if (name == "quick_gelu") return Activation::quick_gelu;
  return std::nullopt;
}

void quantized_linear(const LinearLayer& layer, const float* x, std::size_t rows,
                      const float* residual, float* y, const RunParts& run_parts) {
  if (rows == 0) return;
  const std::size_t rows_max = std::max<std::size_t>(1, kBlockBytesMax / row_bytes(layer));
  const std::size_t block = divide_up(rows, divide_up(rows, rows_max));
  for (std::size_t first = 0; first < rows; first += block) {
    const std::size_t place = first * layer.outputs;
    multiply_block(layer, x + first * layer.inputs, std::min(block, rows - first),
                   residual == nullptr ? nullptr : residual + place, y + place, run_parts);
  }
}

}  // namespace clipdex::encode
