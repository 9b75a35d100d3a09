/// Pixels in memory, and how a model wants them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace clipdex::image {

/// RGB8 pixels, row-major, interleaved, without padding: `rgb[(y * width + x) * 3 + channel]`.
struct Raster {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  ///< width · height · 3 bytes
};

/// A picture of which only a part may be there.
struct Excerpt {
  Raster pixels;
  int left = 0;  ///< where `pixels` begin in the whole picture, in pixels of that scale
  int top = 0;
  int width = 0;  ///< of the whole picture
  int height = 0;
};

enum class ResizeMode {
  shortest,  ///< scale the short side to `size`, then cut the centre square (CLIP)
  squash,    ///< scale both sides to `size`, whatever the proportions (SigLIP)
};

enum class Interpolation { bicubic, bilinear };

/// What happens to pixels before a model sees them; read from a model package, part of its
/// identity.
struct PreprocessSpec {
  int size = 224;  ///< side of the square that the model takes, in pixels
  ResizeMode resize_mode = ResizeMode::shortest;
  Interpolation interpolation = Interpolation::bicubic;
  std::array<float, 3> mean{0.48145466F, 0.4578275F,
                            0.40821073F};  ///< per channel, of values in 0..1
  std::array<float, 3> std{0.26862954F, 0.26130258F, 0.27577711F};

  friend bool operator==(const PreprocessSpec&, const PreprocessSpec&) = default;
};

}  // namespace clipdex::image
