/// Whether a model finds pictures by their titles: the one check of meaning that the doctor makes.
/// Private to this room.
#pragma once

#include <filesystem>

#include "encode/doctor.hpp"
#include "encode/encoders.hpp"

namespace clipdex::encode {

/// Encodes the pictures of an album and their titles, and says how many titles have a picture of
/// that title first, and among the first five. Reported and never judged: it passes whatever it
/// finds, because what a model ought to know is not for the doctor to say. Skipped where there is
/// no album. Throws as the encoders do.
///
/// The title of `photo_great_pyramid2.jpg` is "a photo of great pyramid"; files whose names have no
/// underscore are left out, and so are those that cannot be decoded.
Check examine_album(ImageEncoder& images, TextEncoder& texts, const std::filesystem::path& album);

}  // namespace clipdex::encode
