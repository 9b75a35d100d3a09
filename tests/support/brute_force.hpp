/// The plainest search there is: what every vector index is tested against.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "clipdex/types.hpp"

namespace clipdex::test {

/// One row of a brute-force answer.
struct Scored {
  ImageId id = 0;
  double score = 0;
};

/// Every row with its dot product in double precision, best first, equal scores in order of id.
inline std::vector<Scored> brute_force(std::span<const ImageId> ids,
                                       std::span<const Embedding> vectors,
                                       std::span<const float> query) {
  std::vector<Scored> all;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    double score = 0;
    for (std::size_t j = 0; j < query.size(); ++j)
      score += double{query[j]} * double{vectors[i][j]};
    all.push_back({ids[i], score});
  }
  std::sort(all.begin(), all.end(), [](const Scored& a, const Scored& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  });
  return all;
}

}  // namespace clipdex::test
