/// From text to token ids. One interface; one file per kind of tokenizer behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::text {

using TokenId = std::int32_t;

/// The longest text that `encode` takes, in bytes.
constexpr std::size_t kTextBytesMax = std::size_t{16} << 20;

/// How many merges of its file openai/CLIP takes; with the bytes and special tokens, 49,408 tokens.
constexpr std::size_t kClipMergeCount = 48'894;

/// A tokenizer that was read from a file; immutable, so one object serves any number of threads.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// All ids of a text with the special tokens around it, neither cut nor padded: what the Hugging
  /// Face `tokenizers` library gives with add_special_tokens=True. Ill-formed UTF-8 is replaced by
  /// U+FFFD. An empty text gives the special tokens alone. The time grows as n log n at worst.
  /// Throws `too_large` beyond `kTextBytesMax`, and where a regular expression of the file
  /// backtracks without end.
  virtual std::vector<TokenId> encode(std::string_view utf8) const = 0;

  /// The id that ends a sequence and survives cutting, if this kind has one.
  virtual std::optional<TokenId> end_id() const = 0;

  /// The id of a token by its exact content (special tokens included), or nothing.
  virtual std::optional<TokenId> token_id(std::string_view content) const = 0;

  /// What it is, for people: "byte-pair, 49,408 tokens".
  virtual std::string description() const = 0;
};

/// Reads a `tokenizer.json` of the Hugging Face format.
/// Errors: `not_found`, `unreadable`, `too_large`; `corrupt` (no JSON, or parts missing; says
/// which); `unsupported` (a model, normaliser, pre-tokeniser or post-processor type that is not
/// known; names it).
Result<std::unique_ptr<const Tokenizer>> load_tokenizer_json(const std::filesystem::path& path);

/// The same from memory; `name` stands for the file in messages.
Result<std::unique_ptr<const Tokenizer>> parse_tokenizer_json(std::string_view json,
                                                              std::string_view name);

/// Reads the merges file of openai/CLIP, `bpe_simple_vocab_16e6.txt.gz` (or unpacked), which
/// defines the same tokenizer as CLIP's tokenizer.json. Errors: as above; `too_large` beyond 16
/// MiB.
Result<std::unique_ptr<const Tokenizer>> load_clip_bpe(const std::filesystem::path& path);

/// The same from memory, with so many merges of the list; fewer in the file are `corrupt`.
Result<std::unique_ptr<const Tokenizer>> parse_clip_bpe(std::string_view bytes,
                                                        std::string_view name,
                                                        std::size_t merge_count = kClipMergeCount);

/// Reads a `vocab.txt` of BERT, a token a line: WordPiece with BERT's normaliser in lower case,
/// between [CLS] and [SEP]. Chinese-CLIP's. Errors: as above; `too_large` beyond 16 MiB.
Result<std::unique_ptr<const Tokenizer>> load_bert_vocabulary(const std::filesystem::path& path);

/// The same from memory.
Result<std::unique_ptr<const Tokenizer>> parse_bert_vocabulary(std::string_view bytes,
                                                               std::string_view name);

/// What happens to a text before the tokenizer sees it.
enum class TextCleaning {
  none,
  whitespace,    ///< words with one space between them: OpenCLIP
  canonicalize,  ///< the same in lower case, without ASCII's punctuation: OpenCLIP for SigLIP
};

/// A text after that; UTF-8 in and out, ill-formed bytes may be replaced by U+FFFD. Thread-safe.
/// Throws `internal` when the module that does it cannot be loaded.
std::string clean_text(std::string_view utf8, TextCleaning cleaning);

/// How a model wants its ids: part of the model package.
struct TextSpec {
  std::size_t context_length = 77;  ///< ids a text, special tokens included
  TokenId pad_id = 0;               ///< fills the rest
  bool fixed_length = true;         ///< pad up to context_length always, as the graph demands
  TextCleaning cleaning = TextCleaning::none;

  friend bool operator==(const TextSpec&, const TextSpec&) = default;
};

/// The ids of one text, fitted to a context.
struct FittedTokens {
  std::vector<TokenId> ids;  ///< context_length of them; `used` where the length is not fixed
  std::size_t used = 0;      ///< ids before the padding
  bool was_cut = false;      ///< the text was longer than the context; the user is told
};

/// Cuts to the context, keeping the end token last, and pads.
FittedTokens fit_to_context(std::vector<TokenId> ids, const TextSpec& spec,
                            std::optional<TokenId> end_id);

}  // namespace clipdex::text
