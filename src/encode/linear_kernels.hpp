/// The two loops of a quantised linear layer, compiled for every instruction set: rows to bytes,
/// and bytes times weights. Private to this room; quantized_linear.hpp says what a layer is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "encode/quantized_linear.hpp"

namespace clipdex::encode {

/// Bytes that a quantised row takes: its inputs, filled up to a multiple of 4.
std::size_t row_bytes(const LinearLayer& layer) noexcept;

/// Normalises a row where the layer says so, and quantises it.
/// @param x     [K]
/// @param codes [row_bytes], written; what `multiply_rows` takes on this machine, and what nobody
///              else should read: some instruction sets want signed bytes, some want them 128 up
/// @return the scale of the row; not a number when the row is not finite
/// Throws `std::bad_alloc`.
float quantise_linear_row(const LinearLayer& layer, const float* x, std::uint8_t* codes);

/// Some outputs of some rows: those of the panels `panel_begin` to `panel_end` - 1 of 16 each.
/// @param codes    [rows, row_bytes]
/// @param scales   [rows]
/// @param residual [rows, N], or nothing; it may be `y` itself
/// @param y        [rows, N], of which the columns of these panels are written
void multiply_rows(const LinearLayer& layer, const std::uint8_t* codes, const float* scales,
                   std::size_t rows, std::size_t panel_begin, std::size_t panel_end,
                   const float* residual, float* y);

}  // namespace clipdex::encode
