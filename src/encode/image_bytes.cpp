// From the bytes of one image file to its vector: the short way round the indexer's pipeline.
#include "encode/encoders.hpp"
#include "image/decode.hpp"

namespace clipdex::encode {

Result<Embedding> encode_image_bytes(ImageEncoder& encoder, std::span<const std::byte> bytes,
                                     image::Fidelity fidelity) {
  const Result<image::Decoded> decoded =
      image::decode_square(bytes, encoder.preprocess(), fidelity);
  if (!decoded) return decoded.error();
  return std::move(encoder.encode(std::span(&decoded.value().pixels, 1)).front());
}

}  // namespace clipdex::encode
