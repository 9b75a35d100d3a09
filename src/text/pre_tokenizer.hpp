/// The second step of a tokenizer: cutting the normalised text into the words the model sees.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/pattern.hpp"

namespace clipdex::text {

/// Words under way: one text and the parts of it that are words, in order. What no span covers is
/// dropped. One buffer for all of them, because a long text has millions.
struct Words {
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  std::string text;         ///< well-formed UTF-8
  bool begins_text = true;  ///< its beginning is that of the whole text given to the tokenizer
  std::vector<Span> spans;  ///< none is empty

  std::string_view word(Span span) const {
    return std::string_view(text).substr(span.begin, span.end - span.begin);
  }
};

/// A way of cutting; immutable, so one object serves any number of threads.
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;

  /// Cuts every word into smaller ones, each without a look at its neighbours, and may rewrite
  /// them.
  virtual void cut(Words& words) const = 0;
};

/// One after the other; none at all leaves the words as they are.
class PreTokenizerSequence : public PreTokenizer {
 public:
  explicit PreTokenizerSequence(std::vector<std::unique_ptr<const PreTokenizer>> steps)
      : steps_(std::move(steps)) {}
  void cut(Words& words) const override;

 private:
  std::vector<std::unique_ptr<const PreTokenizer>> steps_;
};

/// What becomes of the delimiters, named as in a tokenizer.json.
enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// Cuts at the matches of a pattern, or, inverted, at what lies between them.
class SplitPreTokenizer : public PreTokenizer {
 public:
  SplitPreTokenizer(std::unique_ptr<const Pattern> pattern, SplitBehavior behavior,
                    bool is_inverted)
      : pattern_(std::move(pattern)), behavior_(behavior), is_inverted_(is_inverted) {}
  void cut(Words& words) const override;

  /// The same for whoever has a pattern of its own.
  static void cut_at(const Pattern& pattern, SplitBehavior behavior, bool is_inverted,
                     Words& words);

 private:
  std::unique_ptr<const Pattern> pattern_;
  SplitBehavior behavior_;
  bool is_inverted_;
};

/// Writes SentencePiece's mark of a space, or another, for each space, and puts one before a word.
class MetaspacePreTokenizer : public PreTokenizer {
 public:
  enum class Prepend {
    always,  ///< before every word that has none
    first,   ///< before one at the beginning of the text
    never,
  };

  /// @param mark one code point in the place of spaces, "\u2581" for SentencePiece
  /// @param splits cuts before every mark; else words stay whole
  MetaspacePreTokenizer(std::string mark, Prepend prepend, bool splits);
  void cut(Words& words) const override;

 private:
  std::string mark_;
  Prepend prepend_;
  bool splits_;
  std::unique_ptr<const Pattern> pattern_;  ///< of the mark
};

/// Cuts by GPT-2's expression where asked, then writes each byte as its character of the byte
/// alphabet.
class ByteLevelPreTokenizer : public PreTokenizer {
 public:
  /// @param add_prefix_space  puts a space before a word that has none, before cutting
  ByteLevelPreTokenizer(bool add_prefix_space, bool use_regex);
  void cut(Words& words) const override;

 private:
  bool add_prefix_space_;
  std::unique_ptr<const Pattern> pattern_;  ///< null where no cutting is asked for
};

}  // namespace clipdex::text
