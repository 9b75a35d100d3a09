// The part of the catalogue that the indexer talks to: what is known of a file, and what becomes of
// it.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <string>

#include "store/catalogue.hpp"
#include "store/catalogue_parts.hpp"
#include "store/schema.hpp"

namespace clipdex::store {
namespace {

static_assert(std::endian::native == std::endian::little,
              "vectors lie in the file as they lie in memory");

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

std::int64_t now_ms() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
}

/// A hash as the file has it: NULL when the content was never read.
std::optional<std::span<const std::byte>> stored_hash(const ContentHash& hash) {
  if (hash == ContentHash{}) return std::nullopt;
  return std::as_bytes(std::span(hash));
}

std::optional<std::int64_t> stored_root(RootId root) {
  if (root == 0) return std::nullopt;
  return root;
}

/// What a row held before it is replaced.
struct OldRow {
  ImageId id = 0;
  bool has_hash = false;
  bool same_hash = false;
  std::int64_t indexed_at_ms = 0;
};

std::optional<OldRow> find_old(Connection& connection, const ImageRecord& record) {
  Query row(connection, "SELECT id, content_hash, indexed_at_ms FROM images WHERE path = ?",
            record.path);
  if (!row.step()) return std::nullopt;
  return OldRow{.id = row.integer(0),
                .has_hash = !row.is_null(1),
                .same_hash = std::ranges::equal(row.blob(1), std::as_bytes(std::span(record.hash))),
                .indexed_at_ms = row.integer(2)};
}

/// Whether the vectors of a row still belong to what its file holds now.
bool vectors_stay(const OldRow& old, const ImageRecord& record) {
  if (record.state != ImageState::ready) return false;
  if (old.has_hash) return old.same_hash;
  // Imported: its vectors are of this content unless the file was changed after they were made.
  return record.mtime_ns / kNanosecondsPerMillisecond <= old.indexed_at_ms;
}

/// One change of images or vectors: part of the open transaction, which counts the generation up
/// when it commits, or else a transaction of its own that does.
class Change {
 public:
  explicit Change(Connection& connection)
      : connection_(connection), alone_(!connection.in_transaction()), step_(connection) {}

  void commit() {
    if (alone_) count_generation(connection_);
    step_.commit();
  }

 private:
  Connection& connection_;
  const bool alone_;
  Atomically step_;
};

void drop_vectors(Connection& connection, ImageId id) {
  Query(connection, "DELETE FROM embeddings WHERE image_id = ?", id).run();
}

/// Inserts the row of a path or overwrites it, and says its id.
ImageId upsert_row(Connection& connection, const ImageRecord& record) {
  const bool failed = record.state == ImageState::failed;
  Query row(
      connection,
      "INSERT INTO images(path, root_id, size_bytes, mtime_ns, content_hash, width, height, "
      "taken_at_s, state, error_code, error, indexed_at_ms) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET "
      "root_id = excluded.root_id, size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns, "
      "content_hash = excluded.content_hash, width = excluded.width, height = excluded.height, "
      "taken_at_s = excluded.taken_at_s, state = excluded.state, error_code = excluded.error_code, "
      "error = excluded.error, indexed_at_ms = excluded.indexed_at_ms RETURNING id",
      record.path, stored_root(record.root_id), record.size_bytes, record.mtime_ns,
      stored_hash(record.hash), record.width, record.height, record.taken_at_s,
      static_cast<int>(record.state),
      failed ? std::optional(error_code_name(record.error_code)) : std::nullopt,
      failed ? std::optional(std::string_view(record.error)) : std::nullopt,
      record.vectors_made_at_ms.value_or(now_ms()));
  return row.only_integer();
}

}  // namespace

std::optional<KnownFile> Catalogue::find_path(std::string_view path, ModelId model) const {
  Query row(*parts_->connection,
            "SELECT id, size_bytes, mtime_ns, state, error_code, EXISTS (SELECT 1 FROM embeddings "
            "WHERE image_id = images.id AND model_id = ?) FROM images WHERE path = ?",
            model, path);
  if (!row.step()) return std::nullopt;
  return KnownFile{.id = row.integer(0),
                   .size_bytes = static_cast<std::uint64_t>(row.integer(1)),
                   .mtime_ns = row.integer(2),
                   .state = static_cast<ImageState>(row.integer(3)),
                   .error_code = error_code_from_name(row.text(4)),
                   .has_vector = row.integer(5) != 0};
}

std::vector<SameContent> Catalogue::find_content(const ContentHash& hash, ModelId model) const {
  Query rows(*parts_->connection,
             "SELECT id, path, width, height, taken_at_s, EXISTS (SELECT 1 FROM embeddings "
             "WHERE image_id = images.id AND model_id = ?) FROM images WHERE content_hash = ? "
             "ORDER BY state, id",
             model, std::as_bytes(std::span(hash)));
  std::vector<SameContent> images;
  while (rows.step()) {
    images.push_back({.id = rows.integer(0),
                      .path = std::string(rows.text(1)),
                      .width = static_cast<int>(rows.integer(2)),
                      .height = static_cast<int>(rows.integer(3)),
                      .taken_at_s = rows.optional_integer(4),
                      .has_vector = rows.integer(5) != 0});
  }
  return images;
}

void Catalogue::visit_below(std::string_view folder,
                            const std::function<void(ImageId, std::string_view)>& visit) const {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  // What lies below begins with the folder and '/', and '0' is the byte after '/'. SQLite compares
  // text as bytes, so this holds for names of any encoding.
  const std::string first = std::string(folder) + '/';
  const std::string end = std::string(folder) + '0';
  Query self(*parts_->connection, "SELECT id, path FROM images WHERE path = ?", folder);
  if (self.step()) visit(self.integer(0), self.text(1));
  Query below(*parts_->connection,
              "SELECT id, path FROM images WHERE path >= ? AND path < ? ORDER BY path", first, end);
  while (below.step()) visit(below.integer(0), below.text(1));
}

ImageId Catalogue::put_image(const ImageRecord& record) {
  Connection& connection = *parts_->connection;
  Change change(connection);
  if (const std::optional<OldRow> old = find_old(connection, record);
      old && !vectors_stay(*old, record)) {
    drop_vectors(connection, old->id);
  }
  const ImageId id = upsert_row(connection, record);
  change.commit();
  return id;
}

void Catalogue::touch_image(ImageId id, std::uint64_t size_bytes, std::int64_t mtime_ns) {
  Change change(*parts_->connection);
  Query(*parts_->connection, "UPDATE images SET size_bytes = ?, mtime_ns = ? WHERE id = ?",
        size_bytes, mtime_ns, id)
      .run();
  change.commit();
}

void Catalogue::move_image(ImageId id, const ImageRecord& record) {
  Connection& connection = *parts_->connection;
  Change change(connection);
  Query(connection, "DELETE FROM images WHERE path = ? AND id <> ?", record.path, id).run();
  Query(connection,
        "UPDATE images SET path = ?, root_id = ?, size_bytes = ?, mtime_ns = ? WHERE id = ?",
        record.path, stored_root(record.root_id), record.size_bytes, record.mtime_ns, id)
      .run();
  change.commit();
}

void Catalogue::copy_vectors(ImageId from, ImageId to) {
  Change change(*parts_->connection);
  Query(*parts_->connection,
        "INSERT OR REPLACE INTO embeddings(image_id, model_id, vector) "
        "SELECT images.id, model_id, vector FROM embeddings JOIN images ON images.id = ? "
        "WHERE image_id = ? AND state = 0",
        to, from)
      .run();
  change.commit();
}

void Catalogue::put_vector(ImageId image, ModelId model, std::span<const float> unit_vector) {
  Connection& connection = *parts_->connection;
  Change change(connection);
  // One statement finds out whether image, model and size are right, which costs nothing to speak
  // of.
  Query(connection,
        "INSERT OR REPLACE INTO embeddings(image_id, model_id, vector) "
        "SELECT images.id, models.id, ?3 FROM images, models "
        "WHERE images.id = ?1 AND state = 0 AND models.id = ?2 AND dimension * 4 = length(?3)",
        image, model, std::as_bytes(unit_vector))
      .run();
  if (connection.changes() == 1) {
    change.commit();
    return;
  }
  throw Exception(
      ErrorCode::invalid_argument,
      fmt::format("a vector of {} numbers cannot be stored in the library {}: there is no ready "
                  "image {}, or model {} does not exist or has another dimension",
                  unit_vector.size(), file().native(), image, model));
}

void Catalogue::remove_image(ImageId id) {
  Change change(*parts_->connection);
  Query(*parts_->connection, "DELETE FROM images WHERE id = ?", id).run();
  change.commit();
}

}  // namespace clipdex::store
