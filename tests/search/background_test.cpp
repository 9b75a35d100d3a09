#include "search/background.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "support/random_vectors.hpp"

namespace clipdex::search {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Le;

constexpr std::size_t kDimension = 24;

double cosine(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// The definition, spelled out.
double plain_excess(double score, std::span<const double> others) {
  const double count = static_cast<double>(others.size());
  const double mean = std::accumulate(others.begin(), others.end(), 0.0) / count;
  double variance = 0;
  for (const double other : others) variance += (other - mean) * (other - mean) / count;
  return (score - mean) / std::sqrt(variance);
}

class Background : public ::testing::Test {
 protected:
  std::vector<double> scores(std::span<const float> image) const {
    std::vector<double> all;
    for (const Embedding& prompt : vectors_) all.push_back(cosine(prompt, image));
    return all;
  }

  const std::vector<Embedding> vectors_ = test::random_unit_vectors(17, kDimension, 1);
  const std::vector<Embedding> images_ = test::random_unit_vectors(40, kDimension, 2);
  const Prompts prompts_{vectors_};
  const EachImage each_ = [this](const auto& visit) {
    for (const Embedding& image : images_) visit(image);
  };
};

TEST_F(Background, AnExcessIsCountedInDeviationsOfWhatThePromptsScore) {
  for (const Embedding& image : images_) {
    EXPECT_NEAR(prompts_.excess(0.7, image), plain_excess(0.7, scores(image)), 1e-4);
  }
}

TEST_F(Background, APromptIsHeldAgainstTheOthers) {
  const std::vector<double> all = scores(images_[0]);
  const std::vector<double> excesses = prompts_.own_excesses(images_[0]);
  ASSERT_EQ(excesses.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<double> others = all;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NEAR(excesses[i], plain_excess(all[i], others), 1e-4) << i;
  }
}

TEST_F(Background, ItIsTheSameForAPictureThatIsNearToEveryText) {
  // A model whose scores are squeezed and lifted says the same as before.
  const std::vector<double> all = scores(images_[0]);
  std::vector<double> squeezed;
  for (const double score : all) squeezed.push_back(0.2 + 0.1 * score);
  EXPECT_NEAR(plain_excess(0.2 + 0.1 * 0.7, squeezed), plain_excess(0.7, all), 1e-9);
}

TEST_F(Background, TheBestExcessesAreThoseOverAllImages) {
  std::vector<float> expected(vectors_.size(), -1e9F);
  for (const Embedding& image : images_) {
    const std::vector<double> excesses = prompts_.own_excesses(image);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] = std::max(expected[i], static_cast<float>(excesses[i]));
    }
  }
  std::vector<float> of_the_last(expected.begin() + 10, expected.end());
  std::ranges::sort(expected);
  std::ranges::sort(of_the_last);
  EXPECT_EQ(best_excesses(prompts_, 0, each_), expected);
  EXPECT_EQ(best_excesses(prompts_, 10, each_), of_the_last);
}

TEST_F(Background, AMatchIsTheShareOfPromptsThatDoWorse) {
  const std::vector<float> best{1, 2, 3, 4};
  std::vector<double> matches;
  for (const double excess : {0.5, 1.0, 1.5, 3.5, 9.0}) matches.push_back(match_of(excess, best));
  EXPECT_THAT(matches, ElementsAre(0, 0, 0.25, 0.75, 1));
}

TEST_F(Background, AnImageThatIsATextMatchesAndARandomTextDoesNot) {
  const std::vector<float> best = best_excesses(prompts_, 0, each_);
  EXPECT_EQ(match_of(prompts_.excess(1, images_[3]), best), 1);
  std::vector<double> matches;
  for (const Embedding& text : test::random_unit_vectors(50, kDimension, 3)) {
    double greatest = 0;
    for (const Embedding& image : images_) {
      greatest = std::max(greatest, prompts_.excess(cosine(text, image), image));
    }
    matches.push_back(match_of(greatest, best));
  }
  const double mean = std::accumulate(matches.begin(), matches.end(), 0.0) / 50;
  EXPECT_NEAR(mean, 0.5, 0.25) << "their matches are spread evenly";
}

TEST_F(Background, ScoresThatDoNotDifferDivideByNothing) {
  const std::vector<Embedding> same(12, Embedding{1, 0});
  const Prompts prompts(same);
  const Embedding image{0.6F, 0.8F};
  EXPECT_NEAR(prompts.excess(0.6, image), 0, 1);
  EXPECT_THAT(prompts.own_excesses(image), Each(Le(1)));
}

}  // namespace
}  // namespace clipdex::search
