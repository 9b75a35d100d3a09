#include "nodes/encode_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/worker_group.hpp"
#include "dds/logger.hpp"
#include "nodes/goal_codes.hpp"

namespace clipdex::nodes {
namespace {

using dds::clip_msgs::GetFeatures;

// Failed items of one goal that get a line each; the rest is counted in the goal's last line.
constexpr std::size_t kFailuresLogged = 10;

Error error_of(const std::exception& exception) {
  const auto* known = dynamic_cast<const Exception*>(&exception);
  return known != nullptr ? known->error() : Error{ErrorCode::internal, exception.what()};
}

/// Whether an error that the encoder threw says something of the item, not of the model.
bool is_of_item(const Error& error) {
  return error.code == ErrorCode::corrupt || error.code == ErrorCode::invalid_argument;
}

std::string quoted(std::string_view item) { return "'" + std::string(item) + "'"; }

}  // namespace

struct EncodeService::Parts {
  Parts(dds::Node& of, std::string_view action, ItemEncoder& with,
        const EncodeServiceOptions& options)
      : node(of),
        encoder(with),
        schedule(std::make_shared<GoalSchedule>(options.goals_max, with.batch_best())),
        workers([] {}),
        server(std::make_unique<dds::ActionServer<GetFeatures>>(node, action, handlers())) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.threads); ++i) {
      workers.start([this] { work(); });
    }
  }

  ~Parts() {
    schedule->close();
    workers.join();
    for (const auto& work : schedule->drain()) {
      work->fatal = Error{ErrorCode::stopped, "the encoder was asked to stop"};
      end(*work);
    }
  }

  dds::ActionServer<GetFeatures>::Handlers handlers();
  void add(EncodeGoal goal);
  void work();
  void answer(const Portion& portion);
  std::vector<Result<Embedding>> encode(GoalWork& work, std::span<const std::string> items);
  Result<Embedding> encode_alone(GoalWork& work, const std::string& item);
  void give_feedback(GoalWork& work, std::size_t place, Result<Embedding> result);
  void end(GoalWork& work);
  void log_failure(const GoalWork& work, std::size_t place, const Error& error);
  void log_end(const GoalWork& work);

  dds::Node& node;
  ItemEncoder& encoder;
  // Shared with tasks that wait in the loop, where they may outlive the service.
  const std::shared_ptr<GoalSchedule> schedule;
  WorkerGroup workers;
  // Last, so that it goes first: no handler runs while the rest goes.
  std::unique_ptr<dds::ActionServer<GetFeatures>> server;
};

dds::ActionServer<GetFeatures>::Handlers EncodeService::Parts::handlers() {
  dds::ActionServer<GetFeatures>::Handlers handlers;
  handlers.accept = [this](const GetFeatures::Goal&) {
    if (schedule->has_room()) return true;
    node.logger().warn("rejected a goal: too many wait already; send fewer at a time");
    return false;
  };
  handlers.execute = [this](EncodeGoal goal) { add(std::move(goal)); };
  handlers.cancel = [this](const EncodeGoal& goal) {
    // The goal is marked after this handler, so its place in the line changes after it, too.
    node.loop().post([line = schedule, id = goal->id()] { line->hurry(id); });
    return true;
  };
  return handlers;
}

void EncodeService::Parts::add(EncodeGoal goal) {
  const bool is_image = encoder.kind() == ItemEncoder::Kind::image;
  const GetFeatures::Goal& asked = goal->goal();
  const auto& items = is_image ? asked.urls : asked.texts;
  const auto& others = is_image ? asked.texts : asked.urls;
  auto work = std::make_shared<GoalWork>(std::move(goal), items);
  if (items.empty() && !others.empty()) {
    work->fatal = Error{ErrorCode::invalid_argument,
                        is_image ? "the goal holds texts, and this server encodes images"
                                 : "the goal holds images, and this server encodes texts"};
  }
  schedule->add(std::move(work));
}

void EncodeService::Parts::work() {
  while (std::optional<Portion> portion = schedule->take()) {
    try {
      answer(*portion);
    } catch (const std::exception& exception) {
      const std::lock_guard lock(portion->work->feedback_mutex);
      portion->work->fatal = error_of(exception);
    }
    if (schedule->finish(*portion)) end(*portion->work);
  }
}

void EncodeService::Parts::answer(const Portion& portion) {
  GoalWork& work = *portion.work;
  if (work.wants_no_more()) return;
  const auto items = std::span(work.items).subspan(portion.begin, portion.end - portion.begin);
  std::vector<Result<Embedding>> results = encode(work, items);
  for (std::size_t i = 0; i < results.size() && !work.goal->is_canceling(); ++i) {
    give_feedback(work, portion.begin + i, std::move(results[i]));
  }
}

std::vector<Result<Embedding>> EncodeService::Parts::encode(GoalWork& work,
                                                            std::span<const std::string> items) {
  try {
    return encoder.encode(items);
  } catch (const std::exception& exception) {
    node.logger().debug(std::string("a batch failed as a whole: ") + exception.what());
  }
  // One of them must be to blame; the others shall not suffer for it.
  std::vector<Result<Embedding>> results;
  for (const std::string& item : items) {
    if (work.wants_no_more()) break;
    results.push_back(encode_alone(work, item));
  }
  return results;
}

Result<Embedding> EncodeService::Parts::encode_alone(GoalWork& work, const std::string& item) {
  try {
    return std::move(encoder.encode(std::span(&item, 1)).front());
  } catch (const std::exception& exception) {
    Error error = error_of(exception);
    if (!is_of_item(error)) {
      const std::lock_guard lock(work.feedback_mutex);
      work.fatal = error;
    }
    return error;
  }
}

void EncodeService::Parts::give_feedback(GoalWork& work, std::size_t place,
                                         Result<Embedding> result) {
  GetFeatures::Feedback feedback;
  feedback.item.type = encoder.kind() == ItemEncoder::Kind::image;
  (feedback.item.type ? feedback.item.url : feedback.item.text) = work.items[place];
  feedback.item.extra = model_words(encoder.identity());
  feedback.item.extra.push_back(extra_word(kIndexKey, std::to_string(place)));
  const std::lock_guard lock(work.feedback_mutex);
  if (result) {
    feedback.item.feature = std::move(result).value();
  } else {
    feedback.item.extra.push_back(error_word(result.error()));
    log_failure(work, place, result.error());
    if (work.failed == 0 || place < work.first_failed) {
      work.first_failed = place;
      work.first_error = result.error();
    }
    ++work.failed;
  }
  ++work.answered;
  feedback.current_progress =
      static_cast<float>(work.answered) / static_cast<float>(work.items.size());
  work.goal->publish_feedback(feedback);
}

void EncodeService::Parts::end(GoalWork& work) {
  const std::lock_guard lock(work.feedback_mutex);
  log_end(work);
  if (work.answered == work.items.size() && !work.fatal) {
    work.goal->succeed(
        {work.failed == 0, work.first_error ? goal_code_of(work.first_error->code) : kGoalOk});
  } else if (work.fatal) {
    work.goal->abort({false, goal_code_of(work.fatal->code)});
  } else {
    work.goal->canceled({false, goal_code_of(ErrorCode::stopped)});
  }
}

void EncodeService::Parts::log_failure(const GoalWork& work, std::size_t place,
                                       const Error& error) {
  const auto severity =
      work.failed < kFailuresLogged ? dds::LogSeverity::warn : dds::LogSeverity::debug;
  node.logger().log(severity, "cannot encode " + quoted(work.items[place]) + ": " + error.message);
}

void EncodeService::Parts::log_end(const GoalWork& work) {
  const std::size_t encoded = work.answered - work.failed;
  const std::string count =
      fmt::format("encoded {} of {} {}", encoded, work.items.size(),
                  encoder.kind() == ItemEncoder::Kind::image ? "images" : "texts");
  if (work.fatal) {
    node.logger().error(count + "; the goal is aborted: " + work.fatal->message);
  } else if (work.answered < work.items.size()) {
    node.logger().info(count + "; the goal was cancelled");
  } else if (work.failed > 0) {
    node.logger().warn(fmt::format("{}; {} failed", count, work.failed));
  } else {
    node.logger().debug(count);
  }
}

EncodeService::EncodeService(dds::Node& node, std::string_view action, ItemEncoder& encoder,
                             const EncodeServiceOptions& options)
    : parts_(std::make_unique<Parts>(node, action, encoder, options)) {}

EncodeService::~EncodeService() = default;

}  // namespace clipdex::nodes
