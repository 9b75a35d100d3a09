/// Reference data that a model package may bring: `expected.json`, what another implementation of
/// the same model gives. Private to this room; docs/formats/model-package.md describes the file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::encode {

/// A text with its ids, special tokens included and neither cut nor padded, and its unit vector.
struct ExpectedText {
  std::string text;
  std::vector<text::TokenId> ids;
  Embedding vector;
};

/// A picture with its unit vector.
struct ExpectedImage {
  std::filesystem::path file;  ///< absolute
  Embedding vector;
};

struct ReferenceData {
  std::vector<ExpectedText> texts;
  std::vector<ExpectedImage> images;
};

/// Reads directory / "expected.json"; nothing when there is no such file. Either list may be
/// missing. Errors: `corrupt` (no JSON of this form; says what is wrong), `unreadable`,
/// `too_large`.
Result<std::optional<ReferenceData>> read_reference_data(const std::filesystem::path& directory);

/// The cosine of two unit vectors; 0 when their sizes differ.
double cosine(const Embedding& one, const Embedding& other);

}  // namespace clipdex::encode
