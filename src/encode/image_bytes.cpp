// From the bytes of one image file to its vector: the short way round the indexer's pipeline.
#include "encode/encoders.hpp"
#include "image/resize.hpp"

namespace clipdex::encode {

Result<Embedding> encode_image_bytes(ImageEncoder& encoder, std::span<const std::byte> bytes,
                                     image::Fidelity fidelity) {
  const image::PreprocessSpec& spec = encoder.preprocess();
  const Result<image::Decoded> decoded =
      image::decode(bytes, {.fidelity = fidelity, .side_needed = spec.size, .pixels_max = 0});
  if (!decoded) return decoded.error();
  const image::Raster square = image::resize_and_crop(decoded.value().pixels, spec);
  return std::move(encoder.encode(std::span(&square, 1)).front());
}

}  // namespace clipdex::encode
