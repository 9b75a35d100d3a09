/// Indexes over snapshots beside the oracle, for tests of what a search finds.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "support/clip_like_vectors.hpp"
#include "vectors/exact_index.hpp"
#include "vectors/scan_index.hpp"
#include "vectors/snapshot_scene.hpp"

namespace clipdex::vectors::test {

class ScanIndexTest : public ::testing::Test {
 protected:
  /// Both indexes over the same rows.
  struct Pair {
    ScanIndex scan;
    ExactIndex oracle;
  };

  Pair make(const std::vector<ImageId>& ids, const std::vector<Embedding>& vectors,
            std::size_t dimension, FirstStage first = FirstStage::signs) const {
    return make_in_lists(ids, vectors, dimension, 1, {.first = first});
  }

  Pair make_in_lists(const std::vector<ImageId>& ids, const std::vector<Embedding>& vectors,
                     std::size_t dimension, std::uint64_t lists, const ScanOptions& options) const {
    write_snapshot(path_, ids, vectors, dimension, lists);
    ExactIndex oracle(dimension);
    for (std::size_t i = 0; i < ids.size(); ++i) oracle.add(ids[i], vectors[i]);
    return {ScanIndex(Snapshot::open(path_).value_or_throw(), options), std::move(oracle)};
  }

  /// Of the oracle's `k` best for all queries, the share that the scan finds; scores are compared
  /// bit for bit.
  static double recall(const Pair& pair, const std::vector<Embedding>& queries, std::size_t k,
                       const Admitted& admitted = std::nullopt) {
    std::size_t wanted = 0;
    std::size_t met = 0;
    for (const Embedding& query : queries) {
      const auto expected = pair.oracle.search(query, k, admitted);
      const auto found = pair.scan.search(query, k, admitted);
      EXPECT_THAT(found, ::testing::SizeIs(expected.size()));
      wanted += expected.size();
      for (const Neighbour& row : expected) {
        met += std::ranges::find(found, row) != found.end() ? 1U : 0U;
      }
    }
    return static_cast<double>(met) / static_cast<double>(wanted);
  }

  const clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "v";
};

/// So many rows that the signs come first, of vectors like CLIP's.
class ManyRowsTest : public ScanIndexTest {
 protected:
  static constexpr std::size_t kRows = 30'000;

  static const clipdex::test::ClipLikeVectors& space() {
    static const clipdex::test::ClipLikeVectors vectors(512, 93);
    return vectors;
  }
  Pair make_images(FirstStage first = FirstStage::signs) const {
    std::vector<Embedding> images;
    for (std::size_t i = 0; i < kRows; ++i) images.push_back(space().image(i));
    return make(ids_for(kRows), images, 512, first);
  }
  static std::vector<Embedding> texts(std::size_t count) {
    std::vector<Embedding> vectors;
    for (std::size_t i = 0; i < count; ++i) vectors.push_back(space().text_about(i * 311));
    return vectors;
  }
};

}  // namespace clipdex::vectors::test
