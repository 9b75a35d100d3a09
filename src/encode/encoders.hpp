/// The two towers of a CLIP model: pixels and texts in, unit vectors out.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"
#include "image/decode.hpp"
#include "image/raster.hpp"
#include "model/package.hpp"

namespace clipdex::encode {

/// How an encoder uses the machine.
enum class Tuning {
  throughput,  ///< many caller threads, each call on its caller's thread alone (indexing)
  latency,     ///< one call at a time, spread over the cores, and a quick start (a single query)
};

/// Turns images into vectors. Thread-safe: one object serves all workers. Tests use fakes of it.
class ImageEncoder {
 public:
  virtual ~ImageEncoder() = default;

  /// How the pixels must be prepared; `encode` takes squares of `preprocess().size`.
  virtual const image::PreprocessSpec& preprocess() const = 0;

  virtual std::size_t dimension() const = 0;

  /// How many images at a time run best; `encode` takes any number.
  virtual std::size_t batch_best() const = 0;

  /// One unit vector per image, in order; an empty span gives none. A vector does not depend on its
  /// neighbours in the batch. Throws `Exception`: `corrupt` when the graph gives no finite vector,
  /// `internal` when the runtime fails.
  virtual std::vector<Embedding> encode(std::span<const image::Raster> squares) = 0;
};

/// What became of one text.
struct EncodedText {
  Embedding vector;
  bool was_cut = false;  ///< it was longer than the model's context; the rest was ignored
};

/// Turns texts into vectors. Thread-safe. Tests use fakes of it.
class TextEncoder {
 public:
  virtual ~TextEncoder() = default;
  virtual std::size_t dimension() const = 0;

  /// The unit vector of one text, UTF-8; ill-formed bytes are replaced. Throws as above.
  virtual EncodedText encode(std::string_view text) = 0;
};

/// Gives the two towers of one model, each loaded when it is first asked for: a search by words
/// never loads the image tower. Thread-safe. Both throw `Exception` when loading fails.
class Towers {
 public:
  virtual ~Towers() = default;
  virtual ImageEncoder& image() = 0;
  virtual TextEncoder& text() = 0;
};

/// The towers of a package, loaded one by one when they are first needed. Loads nothing itself.
std::unique_ptr<Towers> make_towers(const model::Package& package, Tuning tuning);

/// Decodes, prepares and encodes one image file's bytes, as indexing does it, for queries by
/// example. Errors: those of `image::decode`. Throws as `ImageEncoder::encode`.
Result<Embedding> encode_image_bytes(ImageEncoder& encoder, std::span<const std::byte> bytes,
                                     image::Fidelity fidelity);

/// Loads the image tower of a package into ONNX Runtime.
/// Errors: `not_found`, `corrupt` (ONNX Runtime refuses the file; says why), `unsupported` (inputs
/// or outputs of unknown names or types; lists what was found and what is expected).
Result<std::unique_ptr<ImageEncoder>> load_image_encoder(const model::Package& package,
                                                         Tuning tuning);

/// Loads the text tower and the tokenizer of a package. Errors: as above, and those of the
/// tokenizer.
Result<std::unique_ptr<TextEncoder>> load_text_encoder(const model::Package& package,
                                                       Tuning tuning);

}  // namespace clipdex::encode
