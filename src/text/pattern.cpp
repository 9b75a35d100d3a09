#include "text/pattern.hpp"

#include <fmt/format.h>
#include <unicode/regex.h>
#include <unicode/utext.h>

#include <string>
#include <utility>

#include "clipdex/error.hpp"

namespace clipdex::text {
namespace {

/// ICU counts ten thousand choices that a match leaves open as one step. An expression that
/// backtracks without end is stopped after so many; the expressions in use leave about ten choices
/// open a byte, and the limit allows fifty.
std::int32_t regex_steps_max(std::size_t text_bytes) {
  return static_cast<std::int32_t>(1000 + text_bytes / 200);
}

/// The expression with classes such as \s as sets, [\s], which mean the same. ICU repeats a set in
/// constant memory, and a bare class with a stack that a megabyte of spaces overflows.
std::string with_classes_as_sets(std::string_view expression) {
  constexpr std::string_view kClasses = "sSwWdD";
  std::string rewritten;
  int set_depth = 0;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    const char character = expression[at];
    if (character == '\\' && at + 1 < expression.size()) {
      const std::string_view escape = expression.substr(at++, 2);
      if (escape == "\\Q") return std::string(expression);  // What follows is quoted text.
      const bool is_bare_class = set_depth == 0 && kClasses.find(escape[1]) != kClasses.npos;
      rewritten.append(is_bare_class ? fmt::format("[{}]", escape) : std::string(escape));
      continue;
    }
    if (character == '[') ++set_depth;
    if (character == ']') --set_depth;
    rewritten += character;
  }
  return rewritten;
}

class LiteralMatcher : public Matcher {
 public:
  explicit LiteralMatcher(std::string_view content) : content_(content) {}

 protected:
  std::vector<Range> matches(std::string_view text) override {
    std::vector<Range> found;
    for (std::size_t at = text.find(content_); at != std::string_view::npos;
         at = text.find(content_, at + content_.size())) {
      found.push_back({at, at + content_.size()});
    }
    return found;
  }

 private:
  std::string_view content_;
};

class LiteralPattern : public Pattern {
 public:
  explicit LiteralPattern(std::string_view content) : content_(content) {}
  std::unique_ptr<Matcher> matcher() const override {
    return std::make_unique<LiteralMatcher>(content_);
  }

 private:
  std::string content_;
};

/// Gives ICU a view of UTF-8 bytes, so that its offsets are ours.
class TextView {
 public:
  explicit TextView(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    utext_openUTF8(&view_, text.data(), static_cast<std::int64_t>(text.size()), &status);
    if (U_FAILURE(status)) throw Exception(ErrorCode::internal, u_errorName(status));
  }
  ~TextView() { utext_close(&view_); }
  TextView(const TextView&) = delete;
  TextView& operator=(const TextView&) = delete;

  UText* get() { return &view_; }

 private:
  UText view_ = UTEXT_INITIALIZER;
};

class RegexMatcher : public Matcher {
 public:
  explicit RegexMatcher(const icu::RegexPattern& pattern) {
    UErrorCode status = U_ZERO_ERROR;
    matcher_.reset(pattern.matcher(status));
    if (U_FAILURE(status)) throw Exception(ErrorCode::internal, u_errorName(status));
  }

 protected:
  std::vector<Range> matches(std::string_view text) override {
    TextView view(text);
    matcher_->reset(view.get());
    std::vector<Range> found;
    UErrorCode status = U_ZERO_ERROR;
    matcher_->setTimeLimit(regex_steps_max(text.size()), status);
    while (matcher_->find(status)) {
      const Range range{static_cast<std::size_t>(matcher_->start64(status)),
                        static_cast<std::size_t>(matcher_->end64(status))};
      // Like the reference, take no empty match right behind another match.
      const bool is_empty = range.begin == range.end;
      if (is_empty && !found.empty() && found.back().end == range.begin) continue;
      found.push_back(range);
    }
    if (U_FAILURE(status)) {
      throw Exception(ErrorCode::too_large,
                      fmt::format("a regular expression of the tokenizer gave up on a text of {} "
                                  "bytes ({}); give it a shorter text",
                                  text.size(), u_errorName(status)));
    }
    return found;
  }

 private:
  std::unique_ptr<icu::RegexMatcher> matcher_;
};

class RegexPattern : public Pattern {
 public:
  explicit RegexPattern(std::unique_ptr<icu::RegexPattern> compiled)
      : compiled_(std::move(compiled)) {}
  std::unique_ptr<Matcher> matcher() const override {
    return std::make_unique<RegexMatcher>(*compiled_);
  }

 private:
  std::unique_ptr<icu::RegexPattern> compiled_;
};

}  // namespace

std::vector<Segment> Matcher::segments(std::string_view text) {
  if (text.empty()) return {{0, 0, false}};
  std::vector<Segment> all;
  std::size_t covered = 0;
  for (const Range& match : matches(text)) {
    if (covered < match.begin) all.push_back({covered, match.begin, false});
    all.push_back({match.begin, match.end, true});
    covered = match.end;
  }
  if (covered < text.size()) all.push_back({covered, text.size(), false});
  return all;
}

std::unique_ptr<const Pattern> compile_regex(std::string_view expression) {
  UErrorCode status = U_ZERO_ERROR;
  UParseError where{};
  const auto source = icu::UnicodeString::fromUTF8(with_classes_as_sets(expression));
  std::unique_ptr<icu::RegexPattern> compiled(icu::RegexPattern::compile(source, 0, where, status));
  if (U_FAILURE(status) || !compiled) {
    throw Exception(ErrorCode::corrupt,
                    fmt::format("its regular expression \"{}\" is not valid ({})", expression,
                                u_errorName(status)));
  }
  return std::make_unique<RegexPattern>(std::move(compiled));
}

std::unique_ptr<const Pattern> literal_pattern(std::string_view content) {
  if (content.empty()) {
    throw Exception(ErrorCode::corrupt, "one of its patterns is an empty string");
  }
  return std::make_unique<LiteralPattern>(content);
}

}  // namespace clipdex::text
