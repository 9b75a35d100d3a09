#include "image/orient.hpp"

#include <cstddef>
#include <cstring>

namespace clipdex::image {
Raster upright(Raster stored, int orientation) {
  if (orientation <= kUpright || orientation > 8) return stored;
  // Where the first pixel of the result lies in the source, and the steps from there.
  const bool from_right = is_from_right(orientation);
  const bool from_bottom = is_from_bottom(orientation);
  const std::ptrdiff_t column = from_right ? -3 : 3;
  const std::ptrdiff_t row_bytes = std::ptrdiff_t{3} * stored.width;
  const std::ptrdiff_t row = from_bottom ? -row_bytes : row_bytes;
  const std::uint8_t* first = stored.rgb.data();
  if (from_right) first += row_bytes - 3;
  if (from_bottom) first += row_bytes * (stored.height - 1);

  const bool swapped = swaps_sides(orientation);
  Raster out{swapped ? stored.height : stored.width, swapped ? stored.width : stored.height, {}};
  out.rgb.resize(stored.rgb.size());
  std::uint8_t* to = out.rgb.data();
  for (int y = 0; y < out.height; ++y) {
    const std::uint8_t* from = first + y * (swapped ? column : row);
    for (int x = 0; x < out.width; ++x) {
      std::memcpy(to, from, 3);
      to += 3;
      from += swapped ? row : column;
    }
  }
  return out;
}

}  // namespace clipdex::image
