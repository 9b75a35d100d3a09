#include "encode/operators.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <thread>
#include <vector>

#include "encode/attention.hpp"
#include "encode/ort_session.hpp"
#include "encode/quantized_linear.hpp"
#include "model/quantized_weights.hpp"
#include "support/onnx_graph.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using test::OnnxGraph;
using ::testing::HasSubstr;
using Dims = std::vector<std::int64_t>;

constexpr std::int64_t kInputs = 10;
constexpr std::int64_t kOutputs = 18;

std::vector<float> counted(std::size_t count, float factor) {
  std::vector<float> floats(count);
  for (std::size_t i = 0; i < count; ++i) floats[i] = static_cast<float>(i % 23) * factor - 1;
  return floats;
}

/// One QuantizedLinear node with all of its inputs, and the same layer for a direct call.
struct LinearScene {
  model::QuantizedWeights weights =
      model::quantise_weights(counted(kInputs * kOutputs, 0.1F), kInputs, kOutputs,
                              model::WeightOrder::inputs_by_outputs)
          .value_or_throw();
  std::vector<float> bias = counted(kOutputs, 0.2F);
  std::vector<float> gamma = counted(kInputs, 0.3F);
  std::vector<float> beta = counted(kInputs, 0.4F);
  Dims codes_dims{2, 3, 16, 4};
  std::int64_t declared_outputs = kOutputs;
  std::string activation = "gelu";
  std::vector<std::string> inputs{"x", "w", "scales", "sums", "bias", "gamma", "beta", "residual"};

  std::filesystem::path write(const test::TemporaryDirectory& directory) const {
    OnnxGraph graph;
    graph.input("x", {-1, -1, kInputs}).output("y", {-1, -1, kOutputs});
    if (std::find(inputs.begin(), inputs.end(), "residual") != inputs.end()) {
      graph.input("residual", {-1, -1, -1});
    }
    graph.constant("w", codes_dims, std::span(weights.codes))
        .constant("scales", {kOutputs}, std::span<const float>(weights.scales))
        .constant("sums", {kOutputs}, std::span<const std::int32_t>(weights.sums))
        .constant("bias", {kOutputs}, std::span<const float>(bias))
        .constant("gamma", {kInputs}, std::span<const float>(gamma))
        .constant("beta", {kInputs}, std::span<const float>(beta))
        .node("QuantizedLinear", inputs, "y")
        .attribute("K", kInputs)
        .attribute("N", declared_outputs)
        .attribute("activation", std::string_view(activation))
        .attribute("epsilon", 0.25F);
    auto path = directory.path() / "linear.onnx";
    graph.write(path);
    return path;
  }

  LinearLayer layer() const {
    return {.inputs = kInputs,
            .outputs = kOutputs,
            .codes = weights.codes.data(),
            .scales = weights.scales.data(),
            .sums = weights.sums.data(),
            .bias = bias.data(),
            .gamma = gamma.data(),
            .beta = beta.data(),
            .epsilon = 0.25F,
            .activation = Activation::gelu};
  }
};

/// What a session gives for `inputs`, each of its dims.
std::vector<float> run(OrtSession& session, std::vector<std::vector<float>> inputs,
                       const std::vector<Dims>& dims, const std::vector<const char*>& names) {
  std::vector<Ort::Value> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    values.push_back(tensor_over(std::span(inputs[i]), dims[i]));
  }
  const Ort::Value y = session.run(names, values, "y");
  const float* begin = y.GetTensorData<float>();
  return {begin, begin + y.GetTensorTypeAndShapeInfo().GetElementCount()};
}

/// The message of what goes wrong in `action`.
template <class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const Exception& exception) {
    return exception.what();
  }
  return "nothing went wrong";
}

std::string loading_message(const LinearScene& scene) {
  const test::TemporaryDirectory directory;
  return message_of([&] { const OrtSession session(scene.write(directory), Tuning::latency); });
}

TEST(Operators, QuantizedLinearRunsInAGraph) {
  const LinearScene scene;
  const test::TemporaryDirectory directory;
  const auto path = scene.write(directory);
  const std::vector<float> x = counted(2 * 3 * kInputs, 0.11F);
  const std::vector<float> residual = counted(2 * 3 * kOutputs, 0.7F);
  std::vector<float> expected(residual.size());
  quantized_linear(scene.layer(), x.data(), 6, residual.data(), expected.data());
  for (const Tuning tuning : {Tuning::throughput, Tuning::latency}) {
    OrtSession session(path, tuning);
    EXPECT_EQ(run(session, {x, residual}, {{2, 3, kInputs}, {2, 3, kOutputs}}, {"x", "residual"}),
              expected);
  }
}

TEST(Operators, OptionalInputsMayBeAbsentByNameOrByCount) {
  LinearScene scene;
  LinearLayer layer = scene.layer();
  layer.bias = layer.gamma = layer.beta = nullptr;
  const std::vector<float> x = counted(4 * kInputs, 0.3F);
  const std::vector<float> residual = counted(4 * kOutputs, 0.7F);
  std::vector<float> expected(4 * kOutputs);
  {
    scene.inputs = {"x", "w", "scales", "sums", "", "", "", "residual"};
    quantized_linear(layer, x.data(), 4, residual.data(), expected.data());
    const test::TemporaryDirectory directory;
    OrtSession session(scene.write(directory), Tuning::latency);
    EXPECT_EQ(run(session, {x, residual}, {{1, 4, kInputs}, {1, 4, kOutputs}}, {"x", "residual"}),
              expected);
  }
  {
    scene.inputs = {"x", "w", "scales", "sums"};
    quantized_linear(layer, x.data(), 4, nullptr, expected.data());
    const test::TemporaryDirectory directory;
    OrtSession session(scene.write(directory), Tuning::throughput);
    EXPECT_EQ(run(session, {x}, {{4, 1, kInputs}}, {"x"}), expected);
  }
}

TEST(Operators, AGraphWhoseWeightsDoNotFitIsRefusedInOneSentence) {
  LinearScene scene;
  scene.codes_dims = {3, 2, 16, 4};
  EXPECT_THAT(loading_message(scene),
              HasSubstr("QuantizedLinear 'y' has W of shape [3,2,16,4] instead of [2,3,16,4]"));
  scene = {};
  scene.declared_outputs = 17;
  EXPECT_THAT(loading_message(scene),
              HasSubstr("QuantizedLinear 'y' has scales of shape [18] instead of [17]"));
  scene.declared_outputs = 0;
  EXPECT_THAT(loading_message(scene),
              HasSubstr("QuantizedLinear 'y' needs a whole number above 0 as its N"));
}

TEST(Operators, WhatANodeLacksOrHasTooMuchIsSaid) {
  LinearScene scene;
  scene.activation = "relu";
  EXPECT_THAT(loading_message(scene),
              HasSubstr("QuantizedLinear 'y' has an activation that clipdex does not know"));
  scene = {};
  scene.inputs[6] = "";
  EXPECT_THAT(loading_message(scene),
              HasSubstr("QuantizedLinear 'y' has gamma without beta, or beta alone"));
  scene = {};
  scene.inputs[4] = "residual";
  EXPECT_THAT(loading_message(scene),
              HasSubstr("QuantizedLinear 'y' needs bias as a constant of the graph"));
}

TEST(Operators, ValuesThatDoNotFitFailTheRunInOneSentence) {
  const LinearScene scene;
  const test::TemporaryDirectory directory;
  OrtSession session(scene.write(directory), Tuning::latency);
  EXPECT_THAT(message_of([&] {
                run(session, {counted(2 * kInputs, 1), counted(kOutputs, 1)},
                    {{1, 2, kInputs}, {1, 1, kOutputs}}, {"x", "residual"});
              }),
              HasSubstr("QuantizedLinear 'y' got a residual of shape [1,1,18] and needs [1,2,18]"));
}

/// One Attention node of 2 heads.
std::filesystem::path write_attention(const test::TemporaryDirectory& directory,
                                      std::int64_t queries, bool masked, std::int64_t heads = 2) {
  OnnxGraph graph;
  graph.input("qkv", {-1, -1, -1}).output("y", {-1, -1, -1});
  if (masked) graph.input("mask", {-1, -1});
  graph
      .node("Attention",
            masked ? std::vector<std::string>{"qkv", "mask"} : std::vector<std::string>{"qkv"}, "y")
      .attribute("heads", heads)
      .attribute("scale", 0.5F)
      .attribute("causal", std::int64_t{1})
      .attribute("queries", queries);
  const auto path = directory.path() / "attention.onnx";
  graph.write(path);
  return path;
}

TEST(Operators, AttentionRunsInAGraph) {
  const AttentionSpec spec{.heads = 2, .head_size = 4, .scale = 0.5F, .causal = true};
  const std::vector<float> qkv = counted(2 * 5 * 24, 0.1F);
  const std::vector<float> mask = counted(5, 0.9F);
  for (const std::size_t queries : {0, 3}) {
    for (const bool masked : {false, true}) {
      const test::TemporaryDirectory directory;
      OrtSession session(write_attention(directory, static_cast<std::int64_t>(queries), masked),
                         Tuning::throughput);
      const std::size_t asked = queries == 0 ? 5 : queries;
      std::vector<float> expected(2 * asked * 8);
      const AttentionMask row = masked ? AttentionMask{mask.data(), 0, 1} : AttentionMask{};
      attention(spec, qkv.data(), 2, 5, asked, row, expected.data());
      EXPECT_EQ(masked ? run(session, {qkv, mask}, {{2, 5, 24}, {1, 5}}, {"qkv", "mask"})
                       : run(session, {qkv}, {{2, 5, 24}}, {"qkv"}),
                expected);
    }
  }
}

TEST(Operators, AttentionSaysWhichShapesItTakes) {
  const test::TemporaryDirectory directory;
  OrtSession session(write_attention(directory, 3, true), Tuning::latency);
  const auto message = [&](const Dims& dims, const Dims& mask_dims) {
    const auto size = [](const Dims& of) {
      return static_cast<std::size_t>(
          std::accumulate(of.begin(), of.end(), std::int64_t{1}, std::multiplies<>()));
    };
    return message_of([&] {
      run(session, {counted(size(dims), 1), counted(size(mask_dims), 1)}, {dims, mask_dims},
          {"qkv", "mask"});
    });
  };
  EXPECT_THAT(message({1, 4, 22}, {4, 4}),
              HasSubstr("Attention 'y' got QKV of shape [1,4,22] and needs [items, tokens, a "
                        "multiple of 3 × 2 heads]"));
  EXPECT_THAT(
      message({1, 2, 24}, {2, 2}),
      HasSubstr("Attention 'y' got 2 tokens and needs at least the 3 that are its queries"));
  EXPECT_THAT(message({1, 4, 24}, {3, 4}),
              HasSubstr("Attention 'y' got a mask of shape [3,4], which does not broadcast to "
                        "[4,4]"));
  const test::TemporaryDirectory other;
  EXPECT_THAT(message_of([&] { OrtSession(write_attention(other, 0, false, 0), Tuning::latency); }),
              HasSubstr("Attention 'y' needs a whole number above 0 as its heads"));
}

TEST(Operators, SessionsRunThemFromManyThreads) {
  const LinearScene scene;
  const test::TemporaryDirectory directory;
  const auto path = scene.write(directory);
  OrtSession shared(path, Tuning::throughput);
  std::vector<std::jthread> threads;
  for (std::size_t rows = 1; rows <= 6; ++rows) {
    threads.emplace_back([&, rows] {
      const std::vector<float> x = counted(rows * kInputs, 0.1F * static_cast<float>(rows));
      const std::vector<float> residual = counted(rows * kOutputs, 0.3F);
      std::vector<float> expected(rows * kOutputs);
      quantized_linear(scene.layer(), x.data(), rows, residual.data(), expected.data());
      OrtSession own(path, Tuning::latency);
      const auto count = static_cast<std::int64_t>(rows);
      const std::vector<Dims> dims{{1, count, kInputs}, {1, count, kOutputs}};
      for (int time = 0; time < 20; ++time) {
        EXPECT_EQ(run(shared, {x, residual}, dims, {"x", "residual"}), expected);
        EXPECT_EQ(run(own, {x, residual}, dims, {"x", "residual"}), expected);
      }
    });
  }
}

}  // namespace
}  // namespace clipdex::encode
