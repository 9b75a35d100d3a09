/// The character map that SentencePiece compiles into its models.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/normalizer.hpp"

namespace clipdex::text {

/// Replaces what the map knows, a grapheme at a time, as the Hugging Face library does it
/// (precompiled.rs of `tokenizers`, spm_precompiled): a grapheme of up to five bytes is replaced
/// whole by what its shortest known beginning becomes; of longer and of unknown ones, each code
/// point by itself. Immutable.
///
/// Format: the size in bytes of a double array (32 bits, little endian), the array (Darts-clone's
/// units of 32 bits), then the replacements, each ended by a zero byte, to whose beginnings the
/// values of the array point.
class PrecompiledNormalizer : public Normalizer {
 public:
  /// @param base64 the `precompiled_charsmap` of a tokenizer.json
  /// Throws `corrupt` with a clause when it is no such map.
  explicit PrecompiledNormalizer(std::string_view base64);
  std::string normalize(std::string text) const override;

 private:
  /// What the shortest beginning of `text` that the map knows becomes; null when it knows none.
  const char* replacement(std::string_view text) const;

  std::vector<std::uint32_t> units_;
  std::string replacements_;  ///< ends with a zero byte
};

}  // namespace clipdex::text
