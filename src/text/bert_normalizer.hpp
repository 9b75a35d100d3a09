/// The normaliser of BERT, which Chinese-CLIP uses.
#pragma once

#include <string>

#include "text/normalizer.hpp"

namespace clipdex::text {

/// Which of its four steps are taken, named as in a tokenizer.json. They come in this order.
struct BertNormalizerOptions {
  bool clean_text = true;            ///< control characters go, white space becomes spaces
  bool handle_chinese_chars = true;  ///< each ideograph is put between spaces, as a word of its own
  bool strip_accents = true;         ///< decomposes (NFD) and drops the marks
  bool lowercase = true;             ///< each code point on its own
};

/// BERT's BasicTokenizer as far as it rewrites text, in the form that the Hugging Face library
/// gives it (bert.rs of `tokenizers`). Immutable.
class BertNormalizer : public Normalizer {
 public:
  explicit BertNormalizer(BertNormalizerOptions options) : options_(options) {}
  std::string normalize(std::string text) const override;

 private:
  BertNormalizerOptions options_;
};

}  // namespace clipdex::text
