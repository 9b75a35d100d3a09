#include "vectors/dot_product.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstddef>
#include <vector>

#include "support/random_vectors.hpp"
#include "vectors/aligned_allocator.hpp"

namespace clipdex::vectors {
namespace {

using Floats = std::vector<float, AlignedAllocator<float>>;

TEST(DotProducts, EqualDoublePrecisionOnEveryInstructionSet) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const std::size_t stride : {16, 32, 48, 64, 80, 512, 1024}) {
      const auto vectors = test::random_unit_vectors(9, stride, 1);
      const Floats query(vectors[0].begin(), vectors[0].end());
      Floats rows;
      for (const Embedding& vector : vectors) rows.insert(rows.end(), vector.begin(), vector.end());
      std::vector<float> scores(vectors.size(), -7);
      dot_products(query.data(), rows.data(), stride, vectors.size(), scores.data());
      for (std::size_t i = 0; i < vectors.size(); ++i) {
        double expected = 0;
        for (std::size_t j = 0; j < stride; ++j)
          expected += double{query[j]} * double{vectors[i][j]};
        EXPECT_NEAR(scores[i], expected, 1e-6) << hwy::TargetName(target) << ", stride " << stride;
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(DotProducts, OfNoRowsWriteNothing) {
  const Floats query(16, 1);
  float untouched = 5;
  dot_products(query.data(), query.data(), 16, 0, &untouched);
  EXPECT_EQ(untouched, 5);
}

}  // namespace
}  // namespace clipdex::vectors
