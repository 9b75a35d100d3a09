/// Turning stored pixels upright.
#pragma once

#include "image/raster.hpp"

namespace clipdex::image {

/// The EXIF orientation of a picture that is stored upright.
inline constexpr int kUpright = 1;

/// Whether this EXIF orientation (1 to 8) exchanges width and height.
constexpr bool swaps_sides(int orientation) noexcept { return orientation >= 5; }

/// The picture as it is to be seen, given how it is stored.
/// @param stored      any raster; an upright one comes back as it is, without a copy
/// @param orientation EXIF tag 274 (Exif 2.32, 4.6.4): 1 to 8; any other number counts as 1
Raster upright(Raster stored, int orientation);

/// The same for a part of a picture: the place of the part turns with it.
Excerpt upright(Excerpt stored, int orientation);

}  // namespace clipdex::image
