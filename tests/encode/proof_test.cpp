#include "encode/proof.hpp"

#include <gmock/gmock.h>

#include <set>

#include "base/utf8.hpp"

namespace clipdex::encode {
namespace {

using ::testing::Contains;

TEST(Proof, TheMedianAndTheWorstAreThoseOfTheCosines) {
  const std::vector<Embedding> one{{1, 0}, {1, 0}, {1, 0}};
  const std::vector<Embedding> other{{1, 0}, {0.6F, 0.8F}, {0.8F, 0.6F}};
  const Agreement agreement = compare(one, other);
  EXPECT_EQ(agreement.count, 3U);
  EXPECT_NEAR(agreement.median, 0.8, 1e-6);
  EXPECT_NEAR(agreement.worst, 0.6, 1e-6);
  EXPECT_EQ(describe(agreement), "cosine 0.8000000 median, 0.6000000 worst of 3");
}

TEST(Proof, OfAnEvenNumberTheLowerMedianCounts) {
  const std::vector<Embedding> one{{1, 0}, {1, 0}};
  EXPECT_NEAR(compare(one, std::vector<Embedding>{{1, 0}, {0, 1}}).median, 0, 1e-9);
}

TEST(Proof, AThresholdHoldsOnlyForBothNumbers) {
  EXPECT_TRUE(kInt8Threshold.holds({10, 0.999, 0.995}));
  EXPECT_FALSE(kInt8Threshold.holds({10, 0.9989, 0.999}));
  EXPECT_FALSE(kInt8Threshold.holds({10, 0.9999, 0.994}));
  EXPECT_FALSE(kExactThreshold.holds({10, 1, 0.9999}));
}

TEST(Proof, ThereAreAboutAHundredTextsAllDifferentAndValid) {
  const std::vector<std::string> texts = proof_texts();
  EXPECT_GE(texts.size(), 90U);
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), texts.size());
  EXPECT_THAT(texts, Contains(""));
  EXPECT_THAT(texts, Contains("红色的汽车"));
  EXPECT_GT(texts.back().size(), 4096U) << "longer than any context";
  for (const std::string& text : texts) EXPECT_EQ(to_valid_utf8(text), text);
}

TEST(Proof, MadeUpPicturesDiffer) {
  const auto pictures = made_up_pictures(8, 3);
  ASSERT_EQ(pictures.size(), 3U);
  EXPECT_EQ(pictures[0].rgb.size(), 8U * 8 * 3);
  EXPECT_NE(pictures[0].rgb, pictures[1].rgb);
  EXPECT_NE(pictures[1].rgb, pictures[2].rgb);
}

}  // namespace
}  // namespace clipdex::encode
