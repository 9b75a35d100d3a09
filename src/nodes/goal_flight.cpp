#include "nodes/goal_flight.hpp"

#include <charconv>
#include <cmath>

#include "nodes/goal_codes.hpp"

namespace clipdex::nodes {
namespace {

// A pause is taken for the end of a goal when it is this much longer than the longest one before.
constexpr int kPauseFactor = 8;

Result<Embedding> normalised(const std::vector<float>& feature) {
  if (feature.empty()) {
    return Error{ErrorCode::unreadable, "the encoder gave neither a vector nor a reason"};
  }
  double sum = 0;
  for (const float number : feature) sum += static_cast<double>(number) * number;
  if (!std::isfinite(sum) || sum <= 0) {
    return Error{ErrorCode::corrupt, "the encoder gave a vector without a direction"};
  }
  const double length = std::sqrt(sum);
  Embedding vector;
  vector.reserve(feature.size());
  for (const float number : feature) vector.push_back(static_cast<float>(number / length));
  return vector;
}

std::optional<std::size_t> parse_place(const std::optional<std::string>& text) {
  std::size_t place = 0;
  if (!text) return std::nullopt;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), place);
  if (read.ec != std::errc()) return std::nullopt;
  return place;
}

}  // namespace

ItemAnswer read_answer(const dds::clip_msgs::ClipItem& item) {
  const std::optional<ModelIdentity> label = find_model(item.extra);
  if (auto error = find_error(item.extra)) return {*std::move(error), label};
  if (label && !item.feature.empty() && label->dimension != item.feature.size()) {
    return {Error{ErrorCode::corrupt, "the encoder gave a vector of another size than it says"},
            label};
  }
  return {normalised(item.feature), label};
}

GoalFlight::GoalFlight(std::vector<std::string> items, Clock::time_point sent)
    : items_(std::move(items)), answers_(items_.size()), sent_(sent) {}

/// The place that the server names, if it can be right; else the first one that waits for an answer
/// about the same thing.
std::optional<std::size_t> GoalFlight::place_of(const dds::clip_msgs::ClipItem& item) const {
  const std::string& name = item.type ? item.url : item.text;
  const auto said = parse_place(find_extra(item.extra, kIndexKey));
  if (said && *said < items_.size() && items_[*said] == name) return said;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (items_[i] == name && !answers_[i]) return i;
  }
  return std::nullopt;
}

void GoalFlight::take_feedback(const dds::clip_msgs::ClipItem& item, Clock::time_point now) {
  if (last_feedback_) longest_pause_ = std::max(longest_pause_, now - *last_feedback_);
  last_feedback_ = now;
  const std::optional<std::size_t> place = place_of(item);
  if (!place || answers_[*place]) return;
  answers_[*place] = read_answer(item);
  ++answered_;
}

void GoalFlight::take_result(dds::GoalStatus status, std::int32_t error_code,
                             Clock::time_point now) {
  if (ended_) return;
  ended_ = now;
  status_ = status;
  error_code_ = error_code;
}

GoalFlight::Verdict GoalFlight::verdict(Clock::time_point now, Clock::time_point last_news,
                                        const Limits& limits) const {
  if (is_whole()) return Verdict::answered;
  if (accepted_ && !*accepted_) return Verdict::refused;
  if (ended_) {
    // Results and feedback are two topics, so a result may overtake.
    const auto last = last_feedback_ ? std::max(*last_feedback_, *ended_) : *ended_;
    return now - last >= limits.settle ? Verdict::ended : Verdict::open;
  }
  if (last_feedback_) {
    const auto pause_max = std::min(std::max(kPauseFactor * longest_pause_, limits.quiet_min),
                                    std::max(limits.patience, limits.quiet_min));
    if (now - *last_feedback_ >= pause_max) return Verdict::quiet;
  }
  return now - std::max(sent_, last_news) >= limits.patience ? Verdict::silent : Verdict::open;
}

}  // namespace clipdex::nodes
