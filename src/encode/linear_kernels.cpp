#include "encode/linear_kernels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "model/quantized_weights.hpp"

// AVX3_DL, from Ice Lake and Zen 4 on, stands for the dot product of bytes (AVX-512 VNNI).
#define HWY_WANT_AVX3_DL
// Sums are kept in arrays of vectors, which cannot hold vectors of unknown length.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
// Highway compiles this file once for every instruction set; the code between HWY_BEFORE_NAMESPACE
// and HWY_AFTER_NAMESPACE is what differs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encode/linear_kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace clipdex::encode::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kPanel = model::kPanelOutputs;
constexpr std::size_t kGroup = model::kGroupInputs;
constexpr std::size_t kGroupBytes = kPanel * kGroup;

const hn::CappedTag<float, kPanel> kFloats;
const hn::Rebind<std::int32_t, decltype(kFloats)> kInts;
using Floats = hn::Vec<decltype(kFloats)>;

// What a tile gives: a sum for each of its rows and outputs.
template <std::size_t kRows, std::size_t kPanels>
using Sums = std::array<std::int32_t, kRows * kPanels * kPanel>;

// In the tiles all loops over sums are unrolled, since only then the sums stay in registers.
#if HWY_TARGET == HWY_AVX3_DL

// Its activations are unsigned, so 128 is added to them and its product taken off again.
constexpr int kCodeOffset = 128;
constexpr std::size_t kTileRowsMax = 12;
constexpr std::size_t kTilePanelsMax = 2;

template <std::size_t kRows, std::size_t kPanels>
__attribute__((target("avx512vnni"))) void sum_tile(const std::uint8_t* HWY_RESTRICT codes,
                                                    std::size_t stride, const std::int8_t* weights,
                                                    std::size_t groups,
                                                    Sums<kRows, kPanels>& sums) {
  __m512i acc[kRows][kPanels];
  HWY_UNROLL(16)
  for (auto& row : acc) {
    HWY_UNROLL(16)
    for (auto& sum : row) sum = _mm512_setzero_si512();
  }
  for (std::size_t g = 0; g < groups; ++g) {
    __m512i panel[kPanels];
    HWY_UNROLL(16)
    for (std::size_t p = 0; p < kPanels; ++p) {
      panel[p] = _mm512_loadu_si512(weights + (p * groups + g) * kGroupBytes);
    }
    HWY_UNROLL(16)
    for (std::size_t r = 0; r < kRows; ++r) {
      std::int32_t four;
      __builtin_memcpy(&four, codes + r * stride + g * kGroup, kGroup);
      const __m512i row = _mm512_set1_epi32(four);
      HWY_UNROLL(16)
      for (std::size_t p = 0; p < kPanels; ++p) {
        acc[r][p] = _mm512_dpbusd_epi32(acc[r][p], row, panel[p]);
      }
    }
  }
  HWY_UNROLL(16)
  for (std::size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(16)
    for (std::size_t p = 0; p < kPanels; ++p) {
      _mm512_storeu_si512(sums.data() + (r * kPanels + p) * kPanel, acc[r][p]);
    }
  }
}

#elif HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

constexpr int kCodeOffset = 0;
constexpr std::size_t kTileRowsMax = 4;
constexpr std::size_t kTilePanelsMax = 1;

// Magnitudes of activations times weights that take over their signs: two products of at most
// 127 × 127 stay inside of 16 bits, so nothing saturates.
template <std::size_t kRows, std::size_t kPanels>
void sum_tile(const std::uint8_t* HWY_RESTRICT codes, std::size_t stride,
              const std::int8_t* weights, std::size_t groups, Sums<kRows, kPanels>& sums) {
  static_assert(kPanels == 1);
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i acc[kRows][2];
  HWY_UNROLL(16)
  for (auto& row : acc) row[0] = row[1] = _mm256_setzero_si256();
  for (std::size_t g = 0; g < groups; ++g) {
    const auto* at = reinterpret_cast<const __m256i*>(weights + g * kGroupBytes);
    const __m256i panel[2] = {_mm256_loadu_si256(at), _mm256_loadu_si256(at + 1)};
    HWY_UNROLL(16)
    for (std::size_t r = 0; r < kRows; ++r) {
      std::int32_t four;
      __builtin_memcpy(&four, codes + r * stride + g * kGroup, kGroup);
      const __m256i row = _mm256_set1_epi32(four);
      const __m256i magnitudes = _mm256_abs_epi8(row);
      HWY_UNROLL(16)
      for (std::size_t half = 0; half < 2; ++half) {
        const __m256i pairs = _mm256_maddubs_epi16(magnitudes, _mm256_sign_epi8(panel[half], row));
        acc[r][half] = _mm256_add_epi32(acc[r][half], _mm256_madd_epi16(pairs, ones));
      }
    }
  }
  HWY_UNROLL(16)
  for (std::size_t r = 0; r < kRows; ++r) {
    auto* to = reinterpret_cast<__m256i*>(sums.data() + r * kPanel);
    _mm256_storeu_si256(to, acc[r][0]);
    _mm256_storeu_si256(to + 1, acc[r][1]);
  }
}

#else

constexpr int kCodeOffset = 0;
constexpr std::size_t kTileRowsMax = 4;
constexpr std::size_t kTilePanelsMax = 1;

// Compilers know this loop: with the dot-product instructions of Arm it becomes one of them.
template <std::size_t kRows, std::size_t kPanels>
void sum_tile(const std::uint8_t* HWY_RESTRICT codes, std::size_t stride,
              const std::int8_t* weights, std::size_t groups, Sums<kRows, kPanels>& sums) {
  static_assert(kPanels == 1);
  sums.fill(0);
  for (std::size_t g = 0; g < groups; ++g) {
    const std::int8_t* panel = weights + g * kGroupBytes;
    for (std::size_t r = 0; r < kRows; ++r) {
      const auto* row = reinterpret_cast<const std::int8_t*>(codes + r * stride + g * kGroup);
      for (std::size_t n = 0; n < kPanel; ++n) {
        std::int32_t sum = 0;
        for (std::size_t k = 0; k < kGroup; ++k) sum += row[k] * panel[n * kGroup + k];
        sums[r * kPanel + n] += sum;
      }
    }
  }
}

#endif

// x · sigmoid(w). Highway's Exp knows no infinity; e^88 is nearly the greatest float.
HWY_INLINE Floats times_sigmoid(Floats x, Floats w) {
  const auto one = hn::Set(kFloats, 1.0F);
  return hn::Div(x, hn::Add(one, hn::Exp(kFloats, hn::Min(hn::Neg(w), hn::Set(kFloats, 88.0F)))));
}

// x · Φ(x) by formula 7.1.26 of Abramowitz and Stegun for erfc, whose error is at most 1.5e-7.
HWY_INLINE Floats gelu(Floats x) {
  const auto set = [](float number) { return hn::Set(kFloats, number); };
  const auto z = hn::Mul(hn::Abs(x), set(0.707106781F));
  const auto t = hn::Div(set(1), hn::MulAdd(set(0.3275911F), z, set(1)));
  auto erfc = hn::MulAdd(t, set(1.061405429F), set(-1.453152027F));
  erfc = hn::MulAdd(t, erfc, set(1.421413741F));
  erfc = hn::MulAdd(t, erfc, set(-0.284496736F));
  erfc = hn::MulAdd(t, erfc, set(0.254829592F));
  erfc = hn::Mul(hn::Mul(t, erfc), hn::Exp(kFloats, hn::Neg(hn::Mul(z, z))));
  const auto below = hn::Mul(hn::Mul(x, set(0.5F)), erfc);  // Of a number below zero.
  return hn::IfThenElse(hn::Lt(x, hn::Zero(kFloats)), below, hn::Sub(x, below));
}

HWY_INLINE Floats activate(Floats x, Activation activation) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::gelu:
      return gelu(x);
    case Activation::gelu_tanh: {
      // (1 + tanh(u)) / 2 is the sigmoid of 2 u.
      const auto cube = hn::Mul(hn::Mul(x, x), hn::Mul(x, hn::Set(kFloats, 0.044715F)));
      return times_sigmoid(x, hn::Mul(hn::Add(x, cube), hn::Set(kFloats, 1.5957691216F)));
    }
    case Activation::quick_gelu:
      return times_sigmoid(x, hn::Mul(x, hn::Set(kFloats, 1.702F)));
  }
  return x;
}

// What belongs to the 16 outputs of a panel; the last one is filled up, so that it is like all.
struct PanelConstants {
  alignas(64) std::array<float, kPanel> scales{};
  alignas(64) std::array<float, kPanel> bias{};
  alignas(64) std::array<std::int32_t, kPanel> offsets{};
  std::size_t count = 0;

  void load(const LinearLayer& layer, std::size_t panel) {
    const std::size_t first = panel * kPanel;
    count = std::min(kPanel, layer.outputs - first);
    std::copy_n(layer.scales + first, count, scales.begin());
    if (layer.bias != nullptr) std::copy_n(layer.bias + first, count, bias.begin());
    for (std::size_t n = 0; n < count; ++n) offsets[n] = kCodeOffset * layer.sums[first + n];
  }
};

// Sums of one row and panel to numbers of Y.
HWY_INLINE void finish(const PanelConstants& panel, const std::int32_t* sums, float scale,
                       Activation activation, const float* residual, float* y) {
  alignas(64) std::array<float, kPanel> last{};
  const bool is_whole = panel.count == kPanel;
  if (!is_whole && residual != nullptr) std::copy_n(residual, panel.count, last.begin());
  const float* added = is_whole ? residual : last.data();
  float* to = is_whole ? y : last.data();
  const auto row_scale = hn::Set(kFloats, scale);
  for (std::size_t n = 0; n < kPanel; n += hn::Lanes(kFloats)) {
    const auto sum = hn::Sub(hn::LoadU(kInts, sums + n), hn::Load(kInts, panel.offsets.data() + n));
    const auto factor = hn::Mul(hn::Load(kFloats, panel.scales.data() + n), row_scale);
    auto value =
        hn::MulAdd(hn::ConvertTo(kFloats, sum), factor, hn::Load(kFloats, panel.bias.data() + n));
    value = activate(value, activation);
    if (residual != nullptr) value = hn::Add(value, hn::LoadU(kFloats, added + n));
    hn::StoreU(value, kFloats, to + n);
  }
  if (!is_whole) std::copy_n(last.begin(), panel.count, y);
}

// A block of rows while some of its panels are multiplied.
struct Block {
  const LinearLayer& layer;
  const std::uint8_t* codes;
  const float* scales;
  const float* residual;
  float* y;
  std::size_t groups;

  template <std::size_t kRows, std::size_t kPanels>
  void tile(std::size_t row, std::size_t panel, const PanelConstants* constants) const {
    const std::size_t stride = groups * kGroup;
    Sums<kRows, kPanels> sums;
    sum_tile<kRows, kPanels>(codes + row * stride, stride,
                             layer.codes + panel * groups * kGroupBytes, groups, sums);
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t p = 0; p < kPanels; ++p) {
        const std::size_t place = (row + r) * layer.outputs + (panel + p) * kPanel;
        finish(constants[p], sums.data() + (r * kPanels + p) * kPanel, scales[row + r],
               layer.activation, residual == nullptr ? nullptr : residual + place, y + place);
      }
    }
  }

  // All rows, in tiles that halve their height when the rest is too short for them.
  template <std::size_t kRows, std::size_t kPanels>
  void all_rows(std::size_t row, std::size_t rows, std::size_t panel,
                const PanelConstants* constants) const {
    for (; rows - row >= kRows; row += kRows) tile<kRows, kPanels>(row, panel, constants);
    if constexpr (kRows > 1) all_rows<kRows / 2, kPanels>(row, rows, panel, constants);
  }
};

void multiply_rows_here(const LinearLayer& layer, const std::uint8_t* codes, const float* scales,
                        std::size_t rows, std::size_t panel_begin, std::size_t panel_end,
                        const float* residual, float* y) {
  const Block block{layer, codes, scales, residual, y, model::group_count(layer.inputs)};
  std::array<PanelConstants, kTilePanelsMax> constants;
  std::size_t panel = panel_begin;
  for (; panel_end - panel >= kTilePanelsMax; panel += kTilePanelsMax) {
    for (std::size_t p = 0; p < kTilePanelsMax; ++p) constants[p].load(layer, panel + p);
    block.all_rows<kTileRowsMax, kTilePanelsMax>(0, rows, panel, constants.data());
  }
  for (; panel < panel_end; ++panel) {
    constants[0] = {};
    constants[0].load(layer, panel);
    block.all_rows<kTileRowsMax, 1>(0, rows, panel, constants.data());
  }
}

const float* normalise(const LinearLayer& layer, const float* x, float* to) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t whole = layer.inputs / lanes * lanes;
  const auto count = static_cast<float>(layer.inputs);
  auto sums = hn::Zero(d);
  for (std::size_t k = 0; k < whole; k += lanes) sums = hn::Add(sums, hn::LoadU(d, x + k));
  float sum = hn::GetLane(hn::SumOfLanes(d, sums));
  for (std::size_t k = whole; k < layer.inputs; ++k) sum += x[k];
  const float mean = sum / count;
  const auto means = hn::Set(d, mean);
  auto squares = hn::Zero(d);
  for (std::size_t k = 0; k < whole; k += lanes) {
    const auto off = hn::Sub(hn::LoadU(d, x + k), means);
    squares = hn::MulAdd(off, off, squares);
  }
  float square = hn::GetLane(hn::SumOfLanes(d, squares));
  for (std::size_t k = whole; k < layer.inputs; ++k) square += (x[k] - mean) * (x[k] - mean);
  const float factor = 1 / std::sqrt(square / count + layer.epsilon);
  const auto factors = hn::Set(d, factor);
  for (std::size_t k = 0; k < whole; k += lanes) {
    const auto unit = hn::Mul(hn::Sub(hn::LoadU(d, x + k), means), factors);
    const auto gamma = hn::LoadU(d, layer.gamma + k);
    hn::StoreU(hn::MulAdd(unit, gamma, hn::LoadU(d, layer.beta + k)), d, to + k);
  }
  for (std::size_t k = whole; k < layer.inputs; ++k) {
    to[k] = (x[k] - mean) * factor * layer.gamma[k] + layer.beta[k];
  }
  return to;
}

// Not a number when one of the numbers is not finite.
float magnitude_max(const float* x, std::size_t count) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t whole = count / lanes * lanes;
  auto maxima = hn::Zero(d);
  auto faults = hn::Zero(d);  // Zero times a number that is not finite is not a number.
  for (std::size_t k = 0; k < whole; k += lanes) {
    const auto numbers = hn::LoadU(d, x + k);
    maxima = hn::Max(maxima, hn::Abs(numbers));
    faults = hn::MulAdd(numbers, hn::Zero(d), faults);
  }
  float max = hn::GetLane(hn::MaxOfLanes(d, maxima));
  float fault = hn::GetLane(hn::SumOfLanes(d, faults));
  for (std::size_t k = whole; k < count; ++k) {
    max = std::max(max, std::abs(x[k]));
    fault += x[k] * 0;
  }
  return fault == 0 ? max : std::numeric_limits<float>::quiet_NaN();
}

float quantise_linear_row_here(const LinearLayer& layer, const float* x, std::uint8_t* codes) {
  const std::size_t count = layer.inputs;
  thread_local std::vector<float> normalised;
  if (layer.gamma != nullptr) {
    normalised.resize(count);
    x = normalise(layer, x, normalised.data());
  }
  const float max = magnitude_max(x, count);
  const float scale = max / 127;
  constexpr auto kZero = static_cast<std::uint8_t>(kCodeOffset);
  if (!(scale >= std::numeric_limits<float>::min())) {
    std::fill_n(codes, model::group_count(count) * kGroup, kZero);
    return std::isnan(max) ? max : 0;
  }
  const float inverse = 127 / max;
  const hn::CappedTag<float, 16> d;
  const hn::Rebind<std::int32_t, decltype(d)> ints;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  const hn::Rebind<std::int8_t, decltype(d)> signed_bytes;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t whole = count / lanes * lanes;
  const auto factors = hn::Set(d, inverse);
  for (std::size_t k = 0; k < whole; k += lanes) {
    const auto nearest = hn::NearestInt(hn::Mul(hn::LoadU(d, x + k), factors));
    if constexpr (kCodeOffset == 0) {
      hn::StoreU(hn::BitCast(bytes, hn::DemoteTo(signed_bytes, nearest)), bytes, codes + k);
    } else {
      const auto shifted = hn::Add(nearest, hn::Set(ints, kCodeOffset));
      hn::StoreU(hn::DemoteTo(bytes, shifted), bytes, codes + k);
    }
  }
  for (std::size_t k = whole; k < count; ++k) {
    codes[k] = static_cast<std::uint8_t>(std::lrint(x[k] * inverse) + kCodeOffset);
  }
  std::fill(codes + count, codes + model::group_count(count) * kGroup, kZero);
  return scale;
}

}  // namespace clipdex::encode::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace clipdex::encode {

HWY_EXPORT(quantise_linear_row_here);
HWY_EXPORT(multiply_rows_here);

std::size_t row_bytes(const LinearLayer& layer) noexcept {
  return model::group_count(layer.inputs) * model::kGroupInputs;
}

float quantise_linear_row(const LinearLayer& layer, const float* x, std::uint8_t* codes) {
  return HWY_DYNAMIC_DISPATCH(quantise_linear_row_here)(layer, x, codes);
}

void multiply_rows(const LinearLayer& layer, const std::uint8_t* codes, const float* scales,
                   std::size_t rows, std::size_t panel_begin, std::size_t panel_end,
                   const float* residual, float* y) {
  HWY_DYNAMIC_DISPATCH(multiply_rows_here)
  (layer, codes, scales, rows, panel_begin, panel_end, residual, y);
}

}  // namespace clipdex::encode
#endif
