/// Resizing that equals Pillow's, byte for byte, and the step from bytes to a model's floats.
#pragma once

#include <span>

#include "image/raster.hpp"
#include "image/resample.hpp"

namespace clipdex::image {

/// Antialiased resize to exactly width × height (both ≥ 1), as Pillow's Image.resize gives it: two
/// passes, horizontal first, coefficients in 22-bit fixed point, rounding to 8 bits between the
/// passes. The source must not be empty. Thread-safe.
Raster resize(const Raster& source, int width, int height, Interpolation interpolation);

/// The resize and crop that `spec` describes: size × size pixels. For `shortest`, the long side
/// becomes int(size · long / short) and the crop offset round((side − size) / 2) with halves to
/// even, as openai/CLIP does through torchvision. Thread-safe.
Raster resize_and_crop(const Raster& source, const PreprocessSpec& spec);

/// The same of a picture that is not upright, without turning more than the square: the bits are
/// those of `resize_and_crop` of the upright picture.
/// @param stored      must hold all that `samples_needed` names along both axes, and as much from
///                    the other end of an axis that is stored backwards
/// @param orientation EXIF tag 274, as in `upright`
Raster resize_and_crop(const Excerpt& stored, int orientation, const PreprocessSpec& spec);

/// The samples that `resize_and_crop` reads along one axis of a picture: `count` of them from
/// `first` on.
/// @param side  of the picture along this axis, in pixels
/// @param other its other side
Window samples_needed(int side, int other, const PreprocessSpec& spec);

/// Writes (value / 255 − mean) / std as planes: `out[channel · side² + y · side + x]`.
/// @param pixels square, spec.size on a side
/// @param out    3 · spec.size² floats
void normalise(const Raster& pixels, const PreprocessSpec& spec, std::span<float> out);

}  // namespace clipdex::image
