#include "vectors/scan_index.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "vectors/aligned_allocator.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/row_bitmap.hpp"
#include "vectors/signs.hpp"
#include "vectors/top_k.hpp"

namespace clipdex::vectors {
namespace {

// Up to so many rows, to read all codes takes no longer than what the signs would save.
constexpr std::size_t kRowsWithoutSignsMax = 20'000;

// How many rows the signs let pass: of the ten best for texts like CLIP's, 0.998 at 100,000 rows
// and 0.99 at a million. Half as many at a million leave 0.974. Signs of rows less the centre of
// their list, one of many, are better, and let through 0.998 at a million.
constexpr double kCandidatesPerRootOfRows = 12;
constexpr double kCandidatesPerRootInLists = 4;
constexpr std::size_t kCandidatesPerHit = 100;

// Which share of the admitted rows the lists let pass: of the ten best for texts like CLIP's, 0.99
// at a million. Texts lie apart from images, so what they like is spread over many lists: a tenth
// of the rows holds 0.97 of it, and a thirtieth 0.89.
constexpr double kProbedShare = 0.3;

// A byte is eight bits, and rows that lie apart cost more than rows in a stream: the signs pay only
// where far fewer rows pass them than are there.
constexpr std::size_t kRowsPerCandidateMin = 8;

// How many rows the codes let pass. The error of a score by codes has a standard deviation of
// 0.0004 at 512 numbers, and the 140 best of many thousands spread over a hundred times that.
constexpr std::size_t kFinalistsPerHit = 4;
constexpr std::size_t kFinalistsMin = 100;

// k × per_hit + least, and never more than there are rows.
std::size_t bounded(std::size_t k, std::size_t per_hit, std::size_t least, std::size_t rows) {
  if (k >= rows / per_hit) return rows;
  return std::min(rows, k * per_hit + least);
}

std::size_t candidates_for(std::size_t k, std::size_t rows, bool in_lists) {
  const double per_root = in_lists ? kCandidatesPerRootInLists : kCandidatesPerRootOfRows;
  const auto least = static_cast<std::size_t>(per_root * std::sqrt(static_cast<double>(rows)));
  return bounded(k, kCandidatesPerHit, least, rows);
}

/// Every admitted row.
RowNumbers all_rows(const RowBitmap& admitted) {
  RowNumbers rows;
  rows.reserve(admitted.count());
  for (std::size_t tile = 0; tile < admitted.tiles(); ++tile) {
    admitted.visit_runs(tile, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) rows.push_back(row);
    });
  }
  return rows;
}

}  // namespace

ScanIndex::ScanIndex(Snapshot snapshot, const ScanOptions& options)
    : snapshot_(std::move(snapshot)),
      lists_(snapshot_),
      options_(options),
      rotation_(snapshot_.dimension(), snapshot_.rotation_seed()) {}

std::size_t ScanIndex::count(const Admitted& admitted) const {
  return admitted ? rows_of(admitted).count() : size();
}

RowBitmap ScanIndex::rows_of(const Admitted& admitted) const {
  return {snapshot_.ids(), admitted, lists_.count() == 1 ? IdOrder::ascending : IdOrder::any};
}

std::vector<Neighbour> ScanIndex::best_by_floats(std::span<const float> query,
                                                 std::span<const std::size_t> rows,
                                                 std::size_t k) const {
  const std::size_t stride = float_stride(dimension());
  std::vector<float, AlignedAllocator<float>> padded_query(query.begin(), query.end());
  padded_query.resize(stride);
  TopK best(std::min(k, rows.size()));
  for (const std::size_t row : rows) {
    float score = 0;
    dot_products(padded_query.data(), snapshot_.floats().data() + row * stride, stride, 1, &score);
    best.offer({snapshot_.ids()[row], score});
  }
  return best.take_sorted();
}

std::vector<Neighbour> ScanIndex::search(std::span<const float> query, std::size_t k,
                                         const Admitted& admitted) const {
  const Search one{query, k, admitted};
  return std::move(search_batch({&one, 1}).front());
}

std::vector<std::vector<Neighbour>> ScanIndex::search_batch(
    std::span<const Search> searches) const {
  std::vector<Course> courses;
  courses.reserve(searches.size());  // Tasks point into it.
  for (const Search& search : searches) courses.push_back(course_of(search));
  pass_signs(courses);
  pass_codes(courses);
  std::vector<std::vector<Neighbour>> answers;
  for (const Course& course : courses) {
    answers.push_back(best_by_floats(course.search->query, course.rows, course.search->k));
  }
  return answers;
}

ScanIndex::Course ScanIndex::course_of(const Search& search) const {
  check_query_vector(search.query, dimension());
  Course course{&search, rows_of(search.admitted), {}, 0, 0, {}};
  const std::size_t count = course.admitted.count();
  if (search.k == 0 || count == 0) return course;
  course.finalists = bounded(search.k, kFinalistsPerHit, kFinalistsMin, count);
  if (course.finalists == count) {
    course.rows = all_rows(course.admitted);
    course.finalists = 0;
    return course;
  }
  if (options_.first == FirstStage::codes) return course;
  const std::size_t candidates = candidates_for(search.k, count, lists_.count() > 1);
  course.list_scores = lists_.scores(search.query);
  if (lists_.count() > 1 && count > options_.rows_without_lists_max) {
    const auto probed =
        static_cast<std::size_t>(std::ceil(kProbedShare * static_cast<double>(count)));
    course.admitted =
        lists_.best(course.admitted, course.list_scores, std::max(probed, candidates));
  }
  const std::size_t left = course.admitted.count();
  if (left > kRowsWithoutSignsMax && candidates < left / kRowsPerCandidateMin) {
    course.candidates = candidates;
  }
  return course;
}

void ScanIndex::pass_signs(std::span<Course> courses) const {
  std::vector<Course*> passing;
  std::vector<SignTask> tasks;
  for (Course& course : courses) {
    if (course.candidates == 0) continue;
    std::vector<float> rotated(course.search->query.begin(), course.search->query.end());
    rotated.resize(rotation_.size());
    rotation_.apply(rotated);
    passing.push_back(&course);
    tasks.push_back({.query = SignQuery(rotated),
                     .list_scores = std::move(course.list_scores),
                     .rows = &course.admitted,
                     .kept = course.candidates});
  }
  std::vector<RowNumbers> best = best_by_signs(snapshot_, lists_, tasks);
  for (std::size_t i = 0; i < passing.size(); ++i) passing[i]->rows = std::move(best[i]);
}

void ScanIndex::pass_codes(std::span<Course> courses) const {
  std::vector<Course*> passing;
  std::vector<CodeTask> tasks;
  for (Course& course : courses) {
    if (course.finalists == 0) continue;
    passing.push_back(&course);
    tasks.push_back({.query = course.search->query,
                     .rows = course.candidates == 0 ? &course.admitted : nullptr,
                     .rows_apart = std::move(course.rows),
                     .kept = course.finalists});
  }
  std::vector<RowNumbers> best = best_by_codes(snapshot_, tasks);
  for (std::size_t i = 0; i < passing.size(); ++i) passing[i]->rows = std::move(best[i]);
}

}  // namespace clipdex::vectors
