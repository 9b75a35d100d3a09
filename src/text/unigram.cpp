#include "text/unigram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "text/code_points.hpp"

namespace clipdex::text {
namespace {

// How much less likely than the least likely token an unknown character is, as in SentencePiece.
constexpr double kUnknownPenalty = 10;

/// The best way that ends at a place of the word.
struct Step {
  std::size_t begin = kNowhere;  ///< where its last token begins
  double score = 0;
  std::optional<TokenId> id;  ///< of that token; none: unknown

  static constexpr std::size_t kNowhere = ~std::size_t{0};
};

void offer(Step& step, std::size_t begin, double score, std::optional<TokenId> id) {
  if (step.begin == Step::kNowhere || score > step.score) step = {begin, score, id};
}

}  // namespace

UnigramModel::UnigramModel(Vocabulary vocabulary, std::vector<double> scores,
                           std::size_t token_bytes_max, Options options)
    : vocabulary_(std::move(vocabulary)),
      scores_(std::move(scores)),
      options_(options),
      token_bytes_max_(token_bytes_max) {
  if (!scores_.empty()) unknown_score_ = *std::ranges::min_element(scores_) - kUnknownPenalty;
}

void UnigramModel::tokenize(std::string_view word, std::vector<TokenId>& ids) const {
  std::vector<Step> steps(word.size() + 1);
  for (std::size_t begin = 0; begin < word.size();) {
    const std::size_t first = code_point_bytes(word, begin);
    const double score = steps[begin].score;
    bool has_single = false;
    const std::size_t end_max = std::min(word.size(), begin + token_bytes_max_);
    for (std::size_t end = begin + first; end <= end_max;) {
      if (const auto id = vocabulary_.find(word.substr(begin, end - begin))) {
        offer(steps[end], begin, score + scores_[static_cast<std::size_t>(*id)], id);
        has_single = has_single || end == begin + first;
      }
      if (end == word.size()) break;
      end += code_point_bytes(word, end);
    }
    if (!has_single) offer(steps[begin + first], begin, score + unknown_score_, std::nullopt);
    begin += first;
  }

  std::vector<std::pair<std::size_t, std::size_t>> parts;  // From the last to the first.
  bool last_is_unknown = false;
  for (std::size_t end = word.size(); end > 0; end = steps[end].begin) {
    const bool is_unknown = !steps[end].id || steps[end].id == options_.unknown_id;
    if (is_unknown && last_is_unknown) {
      parts.back().first = steps[end].begin;
    } else {
      parts.emplace_back(steps[end].begin, end);
    }
    last_is_unknown = is_unknown;
  }
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const std::string_view content = word.substr(part->first, part->second - part->first);
    if (const auto id = vocabulary_.find(content)) {
      ids.push_back(*id);
    } else {
      append_unknown(content, ids);
    }
  }
}

void UnigramModel::append_unknown(std::string_view part, std::vector<TokenId>& ids) const {
  if (options_.byte_fallback) {
    std::vector<TokenId> bytes;
    for (const char byte : part) {
      const std::string name = fmt::format("<0x{:02X}>", static_cast<unsigned char>(byte));
      if (const auto id = vocabulary_.find(name)) bytes.push_back(*id);
    }
    if (bytes.size() == part.size()) {
      ids.insert(ids.end(), bytes.begin(), bytes.end());
      return;
    }
  }
  if (!options_.unknown_id) {
    throw Exception(ErrorCode::unsupported,
                    fmt::format("the tokenizer has no token for \"{}\" and none for what it does "
                                "not know; use another model, or other words",
                                part));
  }
  ids.push_back(*options_.unknown_id);
}

}  // namespace clipdex::text
