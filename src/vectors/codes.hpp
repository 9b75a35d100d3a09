/// Vectors in a quarter of their size: one signed byte a number and one scale a row. Good enough to
/// tell which rows deserve a closer look, not to rank them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace clipdex::vectors {

/// Rows of codes and queries are padded with zeros to a multiple of this many numbers, so that no
/// instruction set has a remainder to care for.
inline constexpr std::size_t kCodesPadded = 64;

/// The longest vector whose sums are sure to fit in 32 bits with a query of any use.
inline constexpr std::size_t kCodedDimensionMax = 65'536;

/// `dimension` rounded up to a multiple of `kCodesPadded`.
std::size_t code_stride(std::size_t dimension) noexcept;

/// Writes `codes[j]`, from -127 to 127, so that `codes[j]` × the returned scale is as near to
/// `vector[j]` as can be; no further from it than half the scale, which is the greatest magnitude
/// divided by 127. `codes` has at least as many elements as `vector`, and those beyond are left as
/// they are. Zeros give a scale of 0. A vector that is not finite gives codes of 0 and a scale
/// that is not a number, so that no score of it is finite. Thread-safe.
float quantise_row(std::span<const float> vector, std::span<std::int8_t> codes);

/// The same for a query, whose numbers may be greater: as great as leaves every sum with rows of
/// any codes inside of 32 bits, 32,767 at most. `query` is finite; `codes` holds
/// `code_stride(query.size())` elements, of which those beyond the query become 0.
float quantise_query(std::span<const float> query, std::span<std::int16_t> codes);

/// Writes `sums[i]`, the dot product of `query` with row i, for `count` rows. `query` holds
/// `stride` numbers as `quantise_query` makes them, `rows` holds `count` × `stride` of any value;
/// `stride` is a multiple of `kCodesPadded`. Nothing need be aligned. Sums are exact, and so the
/// same on every instruction set, which Highway chooses at run time. Thread-safe.
void code_dot_products(const std::int16_t* query, const std::int8_t* rows, std::size_t stride,
                       std::size_t count, std::int32_t* sums);

}  // namespace clipdex::vectors
