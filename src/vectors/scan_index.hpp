/// The index of a snapshot: a cascade of stages, each of which reads more of fewer rows.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "vectors/inverted_lists.hpp"
#include "vectors/passes.hpp"
#include "vectors/rotation.hpp"
#include "vectors/row_bitmap.hpp"
#include "vectors/snapshot.hpp"
#include "vectors/vector_index.hpp"

namespace clipdex::vectors {

/// Which stage of the cascade sees every admitted row.
enum class FirstStage {
  signs,  ///< the bits, where many rows are admitted: enough for a search
  codes,  ///< the bytes, always: as good as exact, and eight times the memory to read
};

/// How a search goes through a snapshot; the defaults are what a search wants.
struct ScanOptions {
  FirstStage first = FirstStage::signs;
  /// Of the lists of a snapshot use is made only where more rows are admitted.
  std::size_t rows_without_lists_max = kRowsInOneListMax;
};

/// Searches a mapped snapshot. Any number of threads may search; a search over many rows spreads
/// over the cores of the machine.
///
/// - Lists: where the snapshot has several, and more than a million rows are admitted, the lists
///   whose centres score best go on: as many as hold three tenths of the admitted rows.
/// - Signs: where that leaves more than 20,000 rows, all of these are scored by the centre of their
///   list and one bit a number, and 12√rows + 100k of them go on, or 4√rows + 100k where there are
///   several lists, the rows being all that are admitted; unless that is more than an eighth.
/// - Codes: what is left, or all, is scored by a byte a number, off by a few ten-thousandths for
///   unit vectors, and 4k + 100 go on.
/// - Floats: these are scored as `ExactIndex` does it, to the last bit, and ranked by that.
///
/// docs/performance.md has what the stages lose and cost. Where no more rows are admitted than a
/// stage lets pass, it is left out, so a filter gets its k. Nothing is scored, and nothing takes
/// the place of others, that is not admitted.
class ScanIndex final : public VectorIndex {
 public:
  explicit ScanIndex(Snapshot snapshot, const ScanOptions& options = {});

  std::size_t dimension() const override { return snapshot_.dimension(); }
  std::size_t size() const override { return snapshot_.rows(); }
  std::size_t count(const Admitted& admitted) const override;
  std::vector<Neighbour> search(std::span<const float> query, std::size_t k,
                                const Admitted& admitted) const override;

  /// Every plane is read once for all searches, a part that fits into the caches at a time.
  std::vector<std::vector<Neighbour>> search_batch(std::span<const Search> searches) const override;

 private:
  /// One search on its way through the stages.
  struct Course {
    const Search* search = nullptr;
    RowBitmap admitted;
    std::vector<float> list_scores;  ///< where the signs or the lists need them
    std::size_t candidates = 0;      ///< how many the signs let pass; 0 where they are left out
    std::size_t finalists = 0;       ///< how many the codes let pass; 0 where they are left out
    RowNumbers rows;                 ///< which the stage before has let pass
  };

  RowBitmap rows_of(const Admitted& admitted) const;
  Course course_of(const Search& search) const;
  void pass_signs(std::span<Course> courses) const;
  void pass_codes(std::span<Course> courses) const;
  std::vector<Neighbour> best_by_floats(std::span<const float> query,
                                        std::span<const std::size_t> rows, std::size_t k) const;

  Snapshot snapshot_;
  InvertedLists lists_;
  ScanOptions options_;
  Rotation rotation_;
};

}  // namespace clipdex::vectors
