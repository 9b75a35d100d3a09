/// Readers of the files that say how a model wants its pixels. Private to this room.
#pragma once

#include <string_view>

#include "clipdex/error.hpp"
#include "image/raster.hpp"

namespace clipdex::model {

/// The side of a model's square, in pixels, beyond which a description is taken for a mistake.
inline constexpr int kImageSizeMax = 4096;

/// Reads the `preprocess_cfg.json` of OpenCLIP, which Immich's packages carry: `size` (a number or
/// two equal ones, in pixels), `mean`, `std`, `interpolation`, `resize_mode`; what is absent is
/// CLIP's.
/// @param text the content of the file
/// @param file names it in messages
/// Errors: `corrupt` (no JSON, or a value of the wrong kind or out of range; names the key),
/// `unsupported` (a colour mode, resize mode or interpolation that clipdex does not have).
Result<image::PreprocessSpec> parse_open_clip_preprocess(std::string_view text,
                                                         std::string_view file);

/// Reads the `preprocessor_config.json` of Hugging Face's image processors: `size` as a number, as
/// {"shortest_edge"} or as {"height", "width"}; `crop_size`, `do_center_crop`, `resample` (2
/// bilinear, 3 bicubic, as Pillow numbers them), `image_mean`, `image_std`, `do_normalize`. A size
/// with both sides and no crop squashes. Errors: as above; a crop that is smaller than the resized
/// picture is `unsupported`.
Result<image::PreprocessSpec> parse_hugging_face_preprocess(std::string_view text,
                                                            std::string_view file);

}  // namespace clipdex::model
