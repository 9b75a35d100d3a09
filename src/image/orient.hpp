/// Turning stored pixels upright.
#pragma once

#include "image/raster.hpp"

namespace clipdex::image {

/// The EXIF orientation of a picture that is stored upright.
inline constexpr int kUpright = 1;

/// Whether this EXIF orientation (1 to 8) exchanges width and height.
constexpr bool swaps_sides(int orientation) noexcept {
  return orientation >= 5 && orientation <= 8;
}

/// Whether the upright picture begins at the right side of the stored one.
constexpr bool is_from_right(int orientation) noexcept {
  return orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
}

/// Whether the upright picture begins at the lower side of the stored one.
constexpr bool is_from_bottom(int orientation) noexcept {
  return orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
}

/// The picture as it is to be seen, given how it is stored.
/// @param stored      any raster; an upright one comes back as it is, without a copy
/// @param orientation EXIF tag 274 (Exif 2.32, 4.6.4): 1 to 8; any other number counts as 1
Raster upright(Raster stored, int orientation);

}  // namespace clipdex::image
