// The part of the catalogue that searches and reports read.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/glob.hpp"
#include "store/catalogue.hpp"
#include "store/catalogue_parts.hpp"
#include "store/schema.hpp"

namespace clipdex::store {

Counts Catalogue::counts() const {
  Query rows(*parts_->connection,
             "SELECT 0, count(*) FROM images UNION ALL "
             "SELECT state, count(*) FROM images WHERE state <> 0 GROUP BY state");
  Counts counts;
  while (rows.step()) {
    const auto count = static_cast<std::uint64_t>(rows.integer(1));
    switch (static_cast<ImageState>(rows.integer(0))) {
      case ImageState::ready:
        counts.ready = count;  // All of them; what is not ready is taken off below.
        break;
      case ImageState::failed:
        counts.failed = count;
        break;
      case ImageState::not_image:
        counts.not_image = count;
        break;
    }
  }
  counts.ready -= std::min(counts.ready, counts.failed + counts.not_image);
  return counts;
}

std::uint64_t Catalogue::vector_count(ModelId model) const {
  Query row(*parts_->connection, "SELECT count(*) FROM embeddings WHERE model_id = ?", model);
  return static_cast<std::uint64_t>(row.only_integer());
}

std::vector<Failure> Catalogue::failures() const {
  Query rows(*parts_->connection,
             "SELECT id, path, error_code, error FROM images WHERE state <> 0 AND state = 1 ORDER "
             "BY path");
  std::vector<Failure> failures;
  while (rows.step()) {
    failures.push_back({.id = rows.integer(0),
                        .path = std::string(rows.text(1)),
                        .code = error_code_from_name(rows.text(2)),
                        .message = std::string(rows.text(3))});
  }
  return failures;
}

void Catalogue::forget_failures() {
  Query(*parts_->connection, "UPDATE images SET size_bytes = ? WHERE state <> 0 AND state = 1",
        kSizeUnknown)
      .run();
}

void Catalogue::visit_vectors(
    ModelId model, const std::function<void(ImageId, std::span<const float>)>& visit) const {
  const auto dimension = static_cast<std::size_t>(
      Query(*parts_->connection, "SELECT dimension FROM models WHERE id = ?", model)
          .only_integer());
  // The images are not looked at: only ready ones have vectors. The primary key's index gives the
  // order, and the rows lie nearly in that order, so the whole is close to one pass over the table.
  Query rows(*parts_->connection,
             "SELECT image_id, vector FROM embeddings WHERE model_id = ? ORDER BY image_id", model);
  std::vector<float> aligned;
  while (rows.step()) {
    const std::span<const std::byte> bytes = rows.blob(1);
    if (bytes.size() != dimension * sizeof(float)) {
      throw Exception(
          ErrorCode::corrupt,
          fmt::format("the library {} is damaged: the vector of image {} has {} bytes instead "
                      "of {}; run 'clipdex fsck --repair' on it",
                      file().native(), rows.integer(0), bytes.size(), dimension * sizeof(float)));
    }
    aligned.resize(dimension);
    // A copy, because SQLite does not promise that a BLOB lies where a float may lie.
    std::ranges::copy(bytes, std::as_writable_bytes(std::span(aligned)).begin());
    visit(rows.integer(0), aligned);
  }
}

std::vector<ImageId> Catalogue::matching(const QueryFilters& filters) const {
  const std::int64_t from_s =
      filters.taken_from_s.value_or(std::numeric_limits<std::int64_t>::min());
  // Whole seconds of the file's time, rounded down also before 1970.
  Query rows(
      *parts_->connection,
      "SELECT id, path, coalesce(taken_at_s, mtime_ns / 1000000000 - (mtime_ns % 1000000000 < 0)) "
      "FROM images WHERE state = 0 ORDER BY id");
  std::vector<ImageId> ids;
  while (rows.step()) {
    const std::int64_t time_s = rows.integer(2);
    if (time_s < from_s || (filters.taken_before_s && time_s >= *filters.taken_before_s)) continue;
    const auto matches = [path = rows.text(1)](const std::string& glob) {
      return glob_matches(glob, path);
    };
    if (std::ranges::all_of(filters.path_globs, matches)) ids.push_back(rows.integer(0));
  }
  return ids;
}

std::unordered_map<ImageId, std::string> Catalogue::paths(std::span<const ImageId> ids) const {
  std::unordered_map<ImageId, std::string> paths;
  for (const ImageId id : ids) {
    Query row(*parts_->connection, "SELECT path FROM images WHERE id = ?", id);
    if (row.step()) paths.emplace(id, row.text(0));
  }
  return paths;
}

}  // namespace clipdex::store
