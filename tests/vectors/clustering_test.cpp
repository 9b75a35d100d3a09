#include "vectors/clustering.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "support/random_vectors.hpp"
#include "vectors/dot_product.hpp"

namespace clipdex::vectors {
namespace {

using ::testing::Each;

PaddedRows padded(const std::vector<Embedding>& vectors, std::size_t dimension) {
  const std::size_t stride = float_stride(dimension);
  PaddedRows rows(vectors.size() * stride);
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    std::ranges::copy(vectors[i], rows.begin() + static_cast<std::ptrdiff_t>(i * stride));
  }
  return rows;
}

double squared_distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    const double difference = double{a[j]} - double{b[j]};
    sum += difference * difference;
  }
  return sum;
}

TEST(Clustering, TheNearestOfFewCentresIsThatOfTheScalarForm) {
  for (const std::size_t dimension : {1, 3, 16, 100, 512}) {
    for (const std::size_t count : {1, 2, 7, 8, 9, 16}) {  // All are compared in float32.
      const PaddedRows rows =
          padded(clipdex::test::random_unit_vectors(count, dimension, 111), dimension);
      const Centres centres(rows, dimension, 7);
      ASSERT_EQ(centres.count(), count);
      const std::size_t stride = float_stride(dimension);
      const PaddedRows queries =
          padded(clipdex::test::random_unit_vectors(20, dimension, 112), dimension);
      for (std::size_t i = 0; i < 20; ++i) {
        const auto query = std::span<const float>(queries).subspan(i * stride, stride);
        const auto distance_of = [&](std::size_t centre) {
          return squared_distance(query, std::span(rows).subspan(centre * stride, stride));
        };
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t j = 0; j < count; ++j) least = std::min(least, distance_of(j));
        EXPECT_NEAR(distance_of(centres.nearest(query)), least, 1e-5)
            << count << " centres of " << dimension;
      }
    }
  }
}

TEST(Clustering, TheNearestOfManyCentresIsAlmostAlwaysFound) {
  constexpr std::size_t kCentres = 700;
  const auto vectors = clipdex::test::random_unit_vectors(kCentres, 512, 113);
  const Centres centres(padded(vectors, 512), 512, 7);
  // A little off each centre, as rows of a list are.
  auto near = clipdex::test::random_unit_vectors(kCentres, 512, 114);
  std::size_t met = 0;
  for (std::size_t i = 0; i < kCentres; ++i) {
    for (std::size_t j = 0; j < 512; ++j) near[i][j] = vectors[i][j] + near[i][j];
    met += centres.nearest(padded({near[i]}, 512)) == i ? 1U : 0U;
  }
  EXPECT_GE(met, kCentres * 99 / 100);
}

TEST(Clustering, FindsClustersThatLieApart) {
  constexpr std::size_t kClusters = 20;
  const auto middles = clipdex::test::random_unit_vectors(kClusters, 64, 115);
  auto rows = clipdex::test::random_unit_vectors(2000, 64, 116);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < 64; ++j) rows[i][j] = 0.1F * rows[i][j] + middles[i / 100][j];
  }
  const PaddedRows sample = padded(rows, 64);
  const Centres centres = cluster(sample, 64, kClusters, 7);
  ASSERT_EQ(centres.count(), kClusters);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t centre = centres.nearest(std::span(sample).subspan(i * 64, 64));
    const auto point = std::span(centres.rows()).subspan(centre * 64, 64);
    EXPECT_LT(squared_distance(point, middles[i / 100]), 0.01) << "row " << i;
  }
  EXPECT_EQ(cluster(sample, 64, kClusters, 7).rows(), centres.rows()) << "the same every time";
}

TEST(Clustering, RowsThatAreAllTheSameMakeCentresOfTheSame) {
  const PaddedRows sample = padded(std::vector<Embedding>(30, Embedding(16, 0.25F)), 16);
  const Centres centres = cluster(sample, 16, 10, 7);
  EXPECT_THAT(centres.rows(), Each(0.25F));
  EXPECT_EQ(centres.nearest(std::span(sample).first(16)), 0U) << "of equal ones the first";
}

}  // namespace
}  // namespace clipdex::vectors
