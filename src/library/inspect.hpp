/// Looking into the parts that decide a vector: token ids and pixels as a model gets them, and a
/// picture small enough for a terminal. Nothing here needs a library file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::library {

/// A tokenizer on its own. Movable; `ids` may be called from any thread.
class TokenInspector {
 public:
  /// Opens a tokenizer file (tokenizer.json, or a byte-pair merges file of openai/CLIP).
  /// Throws `Exception` when it cannot be read.
  static TokenInspector from_file(const std::filesystem::path& file);

  /// Opens the tokenizer of a model package, by directory or name. Throws as above.
  static TokenInspector from_model(std::string_view directory_or_name);

  TokenInspector(TokenInspector&&) noexcept;
  TokenInspector& operator=(TokenInspector&&) noexcept;
  ~TokenInspector();

  /// All ids of a text, special tokens included, neither cut nor padded.
  std::vector<std::int32_t> ids(std::string_view utf8) const;

 private:
  struct Parts;
  explicit TokenInspector(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// RGB8 pixels, row-major without padding.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  ///< width · height · 3 bytes
};

/// The pixels of an image file in exact mode: short side resized to `side`, centre cut out, as
/// Pillow and openai/CLIP give them. Errors: those of reading and decoding, with the file's name.
Result<Picture> exact_square(const std::filesystem::path& file, int side);

/// An image file scaled down to fit into width_max × height_max pixels, proportions kept; smaller
/// images stay as they are. Errors as above.
Result<Picture> preview_picture(const std::filesystem::path& file, int width_max, int height_max);

}  // namespace clipdex::library
