// Asks a running clip_encode_text_node for the vector of one text, goal after goal, and encodes the
// same text in this process. Prints the milliseconds of each as JSON.
// usage: bench_ros2_round_trip MODEL_DIRECTORY TEXT GOALS
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "clipdex/model.hpp"
#include "dds/action_client.hpp"
#include "dds/clip_messages.hpp"
#include "dds/context.hpp"
#include "dds/node.hpp"

namespace {

using clipdex::dds::GoalStatus;
using clipdex::dds::clip_msgs::GetFeatures;
using Client = clipdex::dds::ActionClient<GetFeatures>;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};
// The two ways take turns of this many, so that other load hits both alike.
constexpr int kTurn = 50;
constexpr double kDifferenceMax = 1e-5;

double ms_since(Clock::time_point began) {
  return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

/// What was measured, in milliseconds.
struct Times {
  std::vector<double> direct;
  std::vector<double> vector;  ///< from the goal to the feedback with its vector
  std::vector<double> result;  ///< from the goal to its result
};

/// The callbacks' side of one goal. The vector may come after the result.
struct Answer {
  std::promise<std::vector<float>> vector;
  std::promise<GoalStatus> result;
  double vector_ms = 0;
};

template <class Value>
Value wait_for(std::future<Value> future, const char* what) {
  if (future.wait_for(kPatience) != std::future_status::ready) {
    throw std::runtime_error(std::string("the text encoder sent no ") + what);
  }
  return future.get();
}

std::vector<float> ask(Client& client, const std::string& text, Times& times) {
  const auto answer = std::make_shared<Answer>();
  const auto began = Clock::now();
  Client::Callbacks callbacks;
  callbacks.on_feedback = [answer, began](const GetFeatures::Feedback& feedback) {
    answer->vector_ms = ms_since(began);
    answer->vector.set_value(feedback.item.feature);
  };
  callbacks.on_result = [answer](GoalStatus status, const GetFeatures::Result& /*result*/) {
    answer->result.set_value(status);
  };
  client.send_goal({false, {}, {text}}, std::move(callbacks));
  const GoalStatus status = wait_for(answer->result.get_future(), "result");
  times.result.push_back(ms_since(began));
  std::vector<float> vector = wait_for(answer->vector.get_future(), "vector");
  times.vector.push_back(answer->vector_ms);
  if (status != GoalStatus::succeeded) throw std::runtime_error("a goal did not succeed");
  return vector;
}

/// Speed says nothing about other vectors.
void require_same(const std::vector<float>& one, const std::vector<float>& other) {
  const bool same = std::equal(one.begin(), one.end(), other.begin(), other.end(),
                               [](float a, float b) { return std::abs(a - b) <= kDifferenceMax; });
  if (!same) throw std::runtime_error("the node's vector is not that of this model");
}

void measure(const char* directory, const std::string& text, int goals) {
  clipdex::Model model(directory);
  clipdex::dds::Context context(clipdex::dds::options_from_environment());
  clipdex::dds::Node node(context, "bench_ros2_round_trip", {});
  Client client(node, "/clip_text_action");
  if (!client.wait_for_server(kPatience)) throw std::runtime_error("there is no text encoder");
  Times warm_up;
  require_same(ask(client, text, warm_up), model.encode_text(text));
  Times times;
  for (int done = 0; done < goals; done += kTurn) {
    const int turn = std::min(kTurn, goals - done);
    for (int i = 0; i < turn; ++i) {
      const auto began = Clock::now();
      (void)model.encode_text(text);
      times.direct.push_back(ms_since(began));
    }
    for (int i = 0; i < turn; ++i) (void)ask(client, text, times);
  }
  fmt::print("{{\"direct_ms\": {}, \"vector_ms\": {}, \"result_ms\": {}}}\n", times.direct,
             times.vector, times.result);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: bench_ros2_round_trip MODEL_DIRECTORY TEXT GOALS\n", stderr);
    return 2;
  }
  try {
    measure(argv[1], argv[2], std::stoi(argv[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_ros2_round_trip: %s\n", error.what());
    return 3;
  }
}
