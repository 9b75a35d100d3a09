#include "text/pre_tokenizer.hpp"

#include <algorithm>
#include <utility>

#include "text/byte_alphabet.hpp"

namespace clipdex::text {
namespace {

/// The expression of openai/GPT-2 that every byte-level tokenizer shares.
constexpr std::string_view kGpt2Words =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// Joins neighbours of the same kind.
std::vector<Segment> merge_same(const std::vector<Segment>& segments) {
  std::vector<Segment> merged;
  for (const Segment& segment : segments) {
    if (!merged.empty() && merged.back().is_match == segment.is_match) {
      merged.back().end = segment.end;
    } else {
      merged.push_back(segment);
    }
  }
  return merged;
}

/// Lets every match that follows a non-match swallow it; a match behind a match stands alone.
std::vector<Segment> merge_with_previous(const std::vector<Segment>& segments) {
  std::vector<Segment> merged;
  bool previous_is_match = false;
  for (const Segment& segment : segments) {
    if (segment.is_match && !previous_is_match && !merged.empty()) {
      merged.back().end = segment.end;
    } else {
      merged.push_back(segment);
    }
    previous_is_match = segment.is_match;
  }
  return merged;
}

/// The mirror image of `merge_with_previous`.
std::vector<Segment> merge_with_next(const std::vector<Segment>& segments) {
  std::vector<Segment> merged;
  bool next_is_match = false;
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    if (segment->is_match && !next_is_match && !merged.empty()) {
      merged.back().begin = segment->begin;
    } else {
      merged.push_back(*segment);
    }
    next_is_match = segment->is_match;
  }
  std::reverse(merged.begin(), merged.end());
  return merged;
}

std::vector<Segment> apply(SplitBehavior behavior, std::vector<Segment> segments) {
  switch (behavior) {
    case SplitBehavior::removed:
      std::erase_if(segments, [](const Segment& segment) { return segment.is_match; });
      return segments;
    case SplitBehavior::isolated:
      return segments;
    case SplitBehavior::merged_with_previous:
      return merge_with_previous(segments);
    case SplitBehavior::merged_with_next:
      return merge_with_next(segments);
    case SplitBehavior::contiguous:
      return merge_same(segments);
  }
  return segments;
}

}  // namespace

void PreTokenizerSequence::cut(Words& words) const {
  for (const auto& step : steps_) step->cut(words);
}

void SplitPreTokenizer::cut(Words& words) const {
  cut_at(*pattern_, behavior_, is_inverted_, words);
}

void SplitPreTokenizer::cut_at(const Pattern& pattern, SplitBehavior behavior, bool is_inverted,
                               Words& words) {
  const std::unique_ptr<Matcher> matcher = pattern.matcher();
  std::vector<Words::Span> smaller;
  for (const Words::Span& span : words.spans) {
    std::vector<Segment> segments = matcher->segments(words.word(span));
    if (is_inverted) {
      for (Segment& segment : segments) segment.is_match = !segment.is_match;
    }
    for (const Segment& segment : apply(behavior, std::move(segments))) {
      if (segment.begin == segment.end) continue;
      smaller.push_back({span.begin + segment.begin, span.begin + segment.end});
    }
  }
  words.spans = std::move(smaller);
}

MetaspacePreTokenizer::MetaspacePreTokenizer(std::string mark, Prepend prepend, bool splits)
    : mark_(std::move(mark)),
      prepend_(prepend),
      splits_(splits),
      pattern_(literal_pattern(mark_)) {}

void MetaspacePreTokenizer::cut(Words& words) const {
  Words marked;
  marked.begins_text = words.begins_text;
  for (const Words::Span& span : words.spans) {
    const std::size_t begin = marked.text.size();
    const std::string_view word = words.word(span);
    const bool is_first = words.begins_text && span.begin == 0;
    const bool begins_with_mark = word.starts_with(' ') || word.starts_with(mark_);
    if (!begins_with_mark &&
        (prepend_ == Prepend::always || (prepend_ == Prepend::first && is_first))) {
      marked.text += mark_;
    }
    for (const char byte : word) {
      if (byte == ' ') {
        marked.text += mark_;
      } else {
        marked.text += byte;
      }
    }
    marked.spans.push_back({begin, marked.text.size()});
  }
  words = std::move(marked);
  if (splits_) SplitPreTokenizer::cut_at(*pattern_, SplitBehavior::merged_with_next, false, words);
}

ByteLevelPreTokenizer::ByteLevelPreTokenizer(bool add_prefix_space, bool use_regex)
    : add_prefix_space_(add_prefix_space),
      pattern_(use_regex ? compile_regex(kGpt2Words) : nullptr) {}

void ByteLevelPreTokenizer::cut(Words& words) const {
  const std::unique_ptr<Matcher> matcher = pattern_ ? pattern_->matcher() : nullptr;
  Words mapped;
  mapped.begins_text = words.begins_text;
  mapped.text.reserve(2 * words.text.size());
  const auto append = [&](std::string_view bytes) {
    const std::size_t begin = mapped.text.size();
    for (const char byte : bytes) mapped.text += byte_alphabet()[static_cast<unsigned char>(byte)];
    mapped.spans.push_back({begin, mapped.text.size()});
  };
  std::string prefixed;
  for (const Words::Span& span : words.spans) {
    std::string_view word = words.word(span);
    if (add_prefix_space_ && !word.starts_with(' ')) {
      prefixed.assign(" ").append(word);
      word = prefixed;
    }
    if (matcher == nullptr) {
      append(word);
      continue;
    }
    for (const Segment& segment : matcher->segments(word)) {
      append(word.substr(segment.begin, segment.end - segment.begin));
    }
  }
  words = std::move(mapped);
}

}  // namespace clipdex::text
