#include "image/orient.hpp"

#include <cstddef>
#include <cstring>
#include <utility>

namespace clipdex::image {
namespace {

// The side of the stored picture that each axis of the upright one begins at.
bool is_from_right(int orientation) {
  return orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
}

bool is_from_bottom(int orientation) {
  return orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
}

}  // namespace

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

Excerpt upright(Excerpt stored, int orientation) {
  const int right = stored.width - stored.left - stored.pixels.width;
  const int below = stored.height - stored.top - stored.pixels.height;
  Excerpt out{.pixels = {},
              .left = is_from_right(orientation) ? right : stored.left,
              .top = is_from_bottom(orientation) ? below : stored.top,
              .width = stored.width,
              .height = stored.height};
  if (orientation <= 8 && swaps_sides(orientation)) {
    std::swap(out.left, out.top);
    std::swap(out.width, out.height);
  }
  out.pixels = upright(std::move(stored.pixels), orientation);
  return out;
}

}  // namespace clipdex::image
