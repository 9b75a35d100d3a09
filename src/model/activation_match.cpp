#include "model/activation_match.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <string_view>

namespace clipdex::model {
namespace {

constexpr std::size_t kNodesMax = 12;  // The longest spelling, that with tanh, has 9.
constexpr double kTolerance = 1e-5;

double gelu(double x) { return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2)); }

double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double quick_gelu(double x) { return x * sigmoid(1.702 * x); }

struct Known {
  std::string_view name;
  double (*function)(double);
};
constexpr std::array kKnown{Known{"gelu", gelu}, Known{"gelu_tanh", gelu_tanh},
                            Known{"quick_gelu", quick_gelu}};

/// A few hundred numbers over the range in which the functions differ.
const std::vector<double>& samples() {
  static const std::vector<double> numbers = [] {
    std::vector<double> made;
    for (int step = -300; step <= 300; ++step) made.push_back(step / 50.0);
    return made;
  }();
  return numbers;
}

std::optional<double> compute(const onnx::NodeProto& node, const std::vector<double>& operands) {
  const std::string& kind = node.op_type();
  const double x = operands[0];
  if (operands.size() == 1) {
    if (kind == "Identity") return x;
    if (kind == "Sigmoid") return sigmoid(x);
    if (kind == "Erf") return std::erf(x);
    if (kind == "Tanh") return std::tanh(x);
    if (kind == "Gelu")
      return text_attribute(node, "approximate") == "tanh" ? gelu_tanh(x) : gelu(x);
    return std::nullopt;
  }
  if (operands.size() != 2) return std::nullopt;
  const double y = operands[1];
  if (kind == "Add") return x + y;
  if (kind == "Sub") return x - y;
  if (kind == "Mul") return x * y;
  if (kind == "Div") return x / y;
  if (kind == "Pow") return std::pow(x, y);
  return std::nullopt;
}

using Numbers = std::map<std::string, std::vector<double>>;

/// What a node makes of the numbers that are known; nothing where one of its inputs is not, or the
/// node does not treat numbers one by one.
std::optional<std::vector<double>> evaluate(const Graph& graph, const onnx::NodeProto& node,
                                            const Numbers& known) {
  if (!node.domain().empty() || node.output_size() != 1) return std::nullopt;
  std::vector<double> results;
  for (std::size_t place = 0; place < samples().size(); ++place) {
    std::vector<double> operands;
    for (const std::string& input : node.input()) {
      const auto found = known.find(input);
      const auto number = found == known.end() ? graph.scalar(input, {}) : found->second[place];
      if (!number) return std::nullopt;
      operands.push_back(*number);
    }
    const auto result = operands.empty() ? std::nullopt : compute(node, operands);
    if (!result) return std::nullopt;
    results.push_back(*result);
  }
  return results;
}

/// Whether nobody outside takes any of the values but the last.
bool is_closed(const Graph& graph, const Numbers& known, const std::set<std::string>& outputs,
               const std::string& last) {
  return std::all_of(known.begin(), known.end(), [&](const auto& entry) {
    if (entry.first == last) return true;
    if (graph.is_output(entry.first)) return false;
    const auto users = graph.consumers(entry.first);
    return std::all_of(users.begin(), users.end(), [&](const onnx::NodeProto* user) {
      return outputs.contains(user->output(0));
    });
  });
}

std::string_view name_of(const std::vector<double>& results) {
  for (const Known& known : kKnown) {
    bool agrees = true;
    for (std::size_t place = 0; place < results.size() && agrees; ++place) {
      agrees = std::abs(results[place] - known.function(samples()[place])) <= kTolerance;
    }
    if (agrees) return known.name;
  }
  return {};
}

}  // namespace

std::optional<Activation> match_activation(const Graph& graph, const std::string& value) {
  Numbers known{{value, samples()}};
  std::set<std::string> outputs;
  std::vector<std::string> front{value};
  for (std::size_t at = 0; at < front.size() && outputs.size() < kNodesMax; ++at) {
    const std::string from = front[at];
    for (const onnx::NodeProto* user : graph.consumers(from)) {
      const std::string& output = user->output(0);
      if (known.contains(output)) continue;
      auto results = evaluate(graph, *user, known);
      if (!results) continue;  // One of its inputs may become known on another way.
      const std::string_view name = name_of(*results);
      known.emplace(output, *std::move(results));
      outputs.insert(output);
      front.push_back(output);
      if (!name.empty() && is_closed(graph, known, outputs, output)) {
        return Activation{std::string(name), output};
      }
    }
  }
  return std::nullopt;
}

}  // namespace clipdex::model
