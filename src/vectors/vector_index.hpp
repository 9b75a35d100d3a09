/// Finding the nearest of many unit vectors: the interface that every index of clipdex implements.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "clipdex/types.hpp"

namespace clipdex::vectors {

/// One row that a search found.
struct Neighbour {
  ImageId id = 0;
  float score = 0;  ///< dot product with the query: the cosine, when both are unit vectors

  friend bool operator==(const Neighbour&, const Neighbour&) = default;
};

/// Which rows a search may return: ids in ascending order, none twice. `std::nullopt` admits every
/// row; an empty span admits none; ids that the index does not hold are ignored.
using Admitted = std::optional<std::span<const ImageId>>;

/// What one search asks for.
struct Search {
  std::span<const float> query;  ///< `VectorIndex::dimension()` floats, of any length but finite
  std::size_t k = 0;             ///< how many rows
  Admitted admitted;             ///< among which rows
};

/// Rows of float32 vectors, each with the id of its image, ready to be searched.
/// Any number of threads may call the functions of one index at the same time.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;

  /// Floats a row, at least 1.
  virtual std::size_t dimension() const = 0;

  /// Rows in the index; it may be 0.
  virtual std::size_t size() const = 0;

  /// How many rows of this index `admitted` admits.
  virtual std::size_t count(const Admitted& admitted) const = 0;

  /// The `k` admitted rows with the greatest dot product, best first, equal scores in ascending
  /// order of id. `query` holds `dimension()` floats and need not be of unit length.
  ///
  /// The rows are chosen among the admitted ones, so `k` of them come whenever `k` are admitted,
  /// and all of them when there are fewer. A row whose score is not finite is never returned. An
  /// empty index, an empty `admitted` and `k` = 0 give an empty answer. Throws `Exception` with
  /// `invalid_argument` when `query` has another dimension or is not finite.
  virtual std::vector<Neighbour> search(std::span<const float> query, std::size_t k,
                                        const Admitted& admitted) const = 0;

  /// The answers of several searches, in order, each as `search` gives it, to the last bit. An
  /// index whose rows lie in memory that is slower than the arithmetic reads them once for all
  /// searches; this form answers one after the other. Throws as `search` does.
  virtual std::vector<std::vector<Neighbour>> search_batch(std::span<const Search> searches) const {
    std::vector<std::vector<Neighbour>> answers;
    answers.reserve(searches.size());
    for (const Search& one : searches) answers.push_back(search(one.query, one.k, one.admitted));
    return answers;
  }
};

}  // namespace clipdex::vectors
