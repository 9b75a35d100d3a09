#include "encode/attention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <thread>
#include <vector>

namespace clipdex::encode {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <class Check>
void on_every_instruction_set(Check check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// A call with everything that belongs to it.
struct Scene {
  AttentionSpec spec;
  std::size_t items = 1;
  std::size_t tokens = 1;
  std::size_t queries = 1;
  std::vector<float> qkv;
  AttentionMask mask;

  Scene(std::size_t heads, std::size_t head_size, std::size_t item_count, std::size_t token_count,
        float spread = 1)
      : spec{.heads = heads,
             .head_size = head_size,
             .scale = 1 / std::sqrt(static_cast<float>(head_size))},
        items(item_count),
        tokens(token_count),
        queries(token_count),
        qkv(items * tokens * 3 * width()) {
    std::mt19937 random(21);
    std::normal_distribution<float> normal(0, spread);
    for (float& x : qkv) x = normal(random);
  }

  std::size_t width() const { return spec.heads * spec.head_size; }

  std::vector<float> run(const RunParts& run_parts = run_parts_here) const {
    std::vector<float> output(items * queries * width() + 1, 77);
    attention(spec, qkv.data(), items, tokens, queries, mask, output.data(), run_parts);
    EXPECT_EQ(output.back(), 77) << "no more is written than the output";
    output.pop_back();
    return output;
  }

  /// One head of one query in double precision.
  std::vector<double> oracle(std::size_t item, std::size_t head, std::size_t query) const {
    const auto at = [&](std::size_t token, std::size_t part, std::size_t k) {
      return double{
          qkv[((item * tokens + token) * 3 + part) * width() + head * spec.head_size + k]};
    };
    std::vector<double> weights(spec.causal ? query + 1 : tokens);
    for (std::size_t j = 0; j < weights.size(); ++j) {
      for (std::size_t k = 0; k < spec.head_size; ++k) weights[j] += at(query, 0, k) * at(j, 1, k);
      weights[j] *= double{spec.scale};
      if (mask.values != nullptr) {
        weights[j] += double{mask.values[query * mask.row_stride + j * mask.column_stride]};
      }
    }
    const double max = *std::max_element(weights.begin(), weights.end());
    double sum = 0;
    for (double& weight : weights) sum += weight = std::exp(weight - max);
    std::vector<double> values(spec.head_size);
    for (std::size_t j = 0; j < weights.size(); ++j) {
      for (std::size_t k = 0; k < spec.head_size; ++k) values[k] += weights[j] / sum * at(j, 2, k);
    }
    return values;
  }

  void expect_near_the_oracle(double tolerance = 4e-6) const {
    const std::vector<float> output = run();
    for (std::size_t item = 0; item < items; ++item) {
      for (std::size_t head = 0; head < spec.heads; ++head) {
        for (std::size_t query = 0; query < queries; ++query) {
          const std::vector<double> expected = oracle(item, head, query);
          for (std::size_t k = 0; k < spec.head_size; ++k) {
            const std::size_t place =
                (item * queries + query) * width() + head * spec.head_size + k;
            ASSERT_NEAR(double{output[place]}, expected[k], tolerance)
                << "item " << item << ", head " << head << ", query " << query << " of " << tokens;
          }
        }
      }
    }
  }
};

TEST(Attention, IsNearTheOracleForEverySize) {
  on_every_instruction_set([] {
    for (const std::size_t tokens : {1, 2, 7, 8, 9, 16, 17, 50, 77, 197}) {
      Scene(3, 64, 2, tokens).expect_near_the_oracle();
    }
    for (const std::size_t head_size : {1, 3, 8, 20, 32, 80, 88, 128, 130}) {
      Scene(2, head_size, 1, 19).expect_near_the_oracle();
    }
  });
}

TEST(Attention, LooksBackOnlyWhenItIsCausal) {
  on_every_instruction_set([] {
    for (const std::size_t tokens : {1, 5, 16, 33, 77}) {
      Scene scene(2, 32, 2, tokens);
      scene.spec.causal = true;
      scene.expect_near_the_oracle();
    }
  });
}

TEST(Attention, AsksForTheFirstTokensAlone) {
  on_every_instruction_set([] {
    for (const std::size_t queries : {1, 2, 13}) {
      for (const bool causal : {false, true}) {
        Scene scene(2, 24, 3, 20);
        scene.queries = queries;
        scene.spec.causal = causal;
        scene.expect_near_the_oracle();
      }
    }
  });
}

TEST(Attention, AddsAMaskOfEveryShape) {
  std::mt19937 random(22);
  std::vector<float> values(std::size_t{23} * 23);
  for (float& value : values) {
    value = random() % 3 == 0 ? -kInfinity : static_cast<float>(random() % 100) / 10;
  }
  for (std::size_t i = 0; i < 23; ++i) values[i * 23 + i] = 0.5F;  // A key for every query.
  values[0] = 1.5F;
  on_every_instruction_set([&] {
    for (const std::size_t row_stride : {0, 1, 23}) {
      for (const std::size_t column_stride : {0, 1}) {
        if (row_stride == 1 && column_stride == 1) continue;
        Scene scene(2, 16, 2, 23);
        std::vector<float> used = values;
        if (column_stride == 0) std::replace(used.begin(), used.end(), -kInfinity, -3.0F);
        scene.mask = {used.data(), row_stride, column_stride};
        scene.expect_near_the_oracle();
        scene.spec.causal = true;
        scene.expect_near_the_oracle();
      }
    }
  });
}

TEST(Attention, AQueryWithoutAnyKeyGivesZeros) {
  std::vector<float> values(9 * 9);
  std::fill_n(values.begin() + 4 * 9, 9, -kInfinity);
  on_every_instruction_set([&] {
    Scene scene(2, 16, 1, 9);
    scene.mask = {values.data(), 9, 1};
    const std::vector<float> output = scene.run();
    for (std::size_t i = 0; i < output.size(); ++i) {
      EXPECT_EQ(output[i] == 0, i / scene.width() == 4) << "token " << i / scene.width();
    }
  });
}

TEST(Attention, IsStableForHugeScores) {
  on_every_instruction_set([] { Scene(2, 16, 1, 21, 1e4F).expect_near_the_oracle(0.1); });
}

TEST(Attention, WhatIsNotFiniteInOneItemStaysThere) {
  on_every_instruction_set([] {
    for (std::size_t part = 0; part < 3; ++part) {
      Scene scene(1, 16, 2, 18);
      const std::vector<float> whole = scene.run();
      scene.qkv[((18 + 17) * 3 + part) * 16 + 15] = std::numeric_limits<float>::quiet_NaN();
      const std::vector<float> broken = scene.run();
      EXPECT_TRUE(std::equal(broken.begin(), broken.begin() + 18 * 16, whole.begin()));
      EXPECT_TRUE(std::isnan(broken.back())) << "part " << part;
    }
  });
}

TEST(Attention, AnItemDoesNotDependOnItsNeighbours) {
  on_every_instruction_set([] {
    Scene together(3, 40, 5, 30);
    const std::vector<float> all = together.run();
    for (std::size_t item = 0; item < 5; ++item) {
      Scene alone(3, 40, 1, 30);
      std::copy_n(together.qkv.begin() + static_cast<std::ptrdiff_t>(item * alone.qkv.size()),
                  alone.qkv.size(), alone.qkv.begin());
      const std::vector<float> one = alone.run();
      EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + item * one.size()));
    }
  });
}

TEST(Attention, GivesTheSameInPartsOnManyThreads) {
  const Scene scene(12, 64, 4, 197);
  std::size_t parts_seen = 0;
  const auto on_threads = [&](std::size_t parts, const std::function<void(std::size_t)>& part) {
    parts_seen = parts;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < parts; ++i) threads.emplace_back(part, i);
  };
  EXPECT_EQ(scene.run(on_threads), scene.run());
  EXPECT_GT(parts_seen, 1U) << "work of this size must be split";
}

}  // namespace
}  // namespace clipdex::encode
