/// Patterns of normalisers and pre-tokenisers: a regular expression, or a string taken as it is.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace clipdex::text {

/// A part of a text, in bytes, and whether it matched or lies between matches.
struct Segment {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_match = false;

  friend bool operator==(const Segment&, const Segment&) = default;
};

/// Runs one pattern over any number of texts. One thread at a time; the pattern must outlive it.
class Matcher {
 public:
  virtual ~Matcher() = default;

  /// The whole of a well-formed UTF-8 text as matches and what lies between them, in order and
  /// without gaps. Only a match may be empty. An empty text gives one empty segment that is no
  /// match. Throws `too_large` when the pattern needs more memory or time than it may have on this
  /// text.
  std::vector<Segment> segments(std::string_view text);

 protected:
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  /// The matches in a text from left to right.
  virtual std::vector<Range> matches(std::string_view text) = 0;
};

/// A compiled pattern; immutable, so one object serves any number of threads.
class Pattern {
 public:
  virtual ~Pattern() = default;

  /// A new matcher: cheap beside compiling, dear beside one short match; make one for many pieces.
  virtual std::unique_ptr<Matcher> matcher() const = 0;
};

/// Compiles a regular expression in the dialect of ICU, which agrees with Oniguruma's, the
/// reference, on what tokenizers use: classes such as \p{L}, \s with Unicode's meaning, lookahead,
/// (?i:...). Throws `corrupt` with the expression when it is not valid.
std::unique_ptr<const Pattern> compile_regex(std::string_view expression);

/// A pattern that matches one string. Throws `corrupt` when the string is empty.
std::unique_ptr<const Pattern> literal_pattern(std::string_view content);

}  // namespace clipdex::text
