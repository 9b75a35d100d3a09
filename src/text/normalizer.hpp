/// The first step of a tokenizer: rewriting the text, such as composing accents and lowering case.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/pattern.hpp"

namespace clipdex::text {

/// A rewriting of text; immutable, so one object serves any number of threads.
class Normalizer {
 public:
  virtual ~Normalizer() = default;

  /// The rewritten text; well-formed UTF-8 in and out, an empty text may become another one.
  virtual std::string normalize(std::string text) const = 0;
};

/// One after the other; none at all leaves the text as it is.
class NormalizerSequence : public Normalizer {
 public:
  explicit NormalizerSequence(std::vector<std::unique_ptr<const Normalizer>> steps)
      : steps_(std::move(steps)) {}
  std::string normalize(std::string text) const override;

 private:
  std::vector<std::unique_ptr<const Normalizer>> steps_;
};

/// The four normalisation forms of Unicode (Standard Annex 15), by the ICU at hand.
class UnicodeNormalizer : public Normalizer {
 public:
  enum class Form { nfc, nfd, nfkc, nfkd };
  explicit UnicodeNormalizer(Form form) : form_(form) {}
  std::string normalize(std::string text) const override;

 private:
  Form form_;
};

/// Lower case, each code point on its own: a final sigma stays an ordinary one, as in the
/// reference.
class LowercaseNormalizer : public Normalizer {
 public:
  std::string normalize(std::string text) const override;
};

/// Puts `content`, taken as it is, in the place of every match of a pattern.
/// Throws `too_large` when the text grows beyond reason.
class ReplaceNormalizer : public Normalizer {
 public:
  ReplaceNormalizer(std::unique_ptr<const Pattern> pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  std::string normalize(std::string text) const override;

 private:
  std::unique_ptr<const Pattern> pattern_;
  std::string content_;
};

/// Removes white space (Unicode's White_Space) at the start, at the end, or at both.
class StripNormalizer : public Normalizer {
 public:
  StripNormalizer(bool at_start, bool at_end) : at_start_(at_start), at_end_(at_end) {}
  std::string normalize(std::string text) const override;

 private:
  bool at_start_;
  bool at_end_;
};

/// Puts a string before a text that is not empty.
class PrependNormalizer : public Normalizer {
 public:
  explicit PrependNormalizer(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string normalize(std::string text) const override;

 private:
  std::string prefix_;
};

}  // namespace clipdex::text
