// The part of the catalogue that says what is in the library: models and roots.
#include <fmt/format.h>

#include <string>

#include "store/catalogue.hpp"
#include "store/catalogue_parts.hpp"
#include "store/schema.hpp"

namespace clipdex::store {
namespace {

ModelRow model_in(const Query& row) {
  return {.id = row.integer(0),
          .identity = {.hash = std::string(row.text(1)),
                       .dimension = static_cast<std::size_t>(row.integer(2))},
          .name = std::string(row.text(3)),
          .directory = std::string(row.text(4))};
}

/// Patterns are bytes that may hold anything but NUL, so each is ended by one.
std::string join_patterns(const std::vector<std::string>& patterns) {
  std::string joined;
  for (const std::string& pattern : patterns) joined.append(pattern).push_back('\0');
  return joined;
}

std::vector<std::string> split_patterns(std::span<const std::byte> joined) {
  std::vector<std::string> patterns;
  std::string pattern;
  for (const std::byte byte : joined) {
    if (byte != std::byte{0}) {
      pattern.push_back(static_cast<char>(byte));
    } else {
      patterns.push_back(std::move(pattern));
      pattern.clear();
    }
  }
  return patterns;
}

/// Whether `path` lies below `folder`, or is it.
bool lies_in(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || folder.ends_with('/') || path[folder.size()] == '/';
}

}  // namespace

ModelId Catalogue::ensure_model(const ModelIdentity& identity, std::string_view name,
                                std::string_view directory) {
  Query row(*parts_->connection,
            "INSERT INTO models(identity, dimension, name, directory) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (identity, dimension) DO UPDATE "
            "SET name = excluded.name, directory = excluded.directory RETURNING id",
            identity.hash, identity.dimension, name, directory);
  return row.only_integer();
}

std::vector<ModelRow> Catalogue::models() const {
  Query rows(*parts_->connection,
             "SELECT id, identity, dimension, name, directory FROM models ORDER BY id");
  std::vector<ModelRow> models;
  while (rows.step()) models.push_back(model_in(rows));
  return models;
}

std::optional<ModelRow> Catalogue::active_model() const {
  Query row(*parts_->connection,
            "SELECT id, identity, dimension, name, directory FROM models WHERE id = "
            "(SELECT CAST(value AS INTEGER) FROM properties WHERE key = ?)",
            kActiveModelKey);
  if (!row.step()) return std::nullopt;
  return model_in(row);
}

void Catalogue::set_active_model(ModelId id) {
  Query row(*parts_->connection, "SELECT 1 FROM models WHERE id = ?", id);
  if (!row.step()) {
    throw Exception(
        ErrorCode::invalid_argument,
        fmt::format("the library {} has no model with the number {}", file().native(), id));
  }
  set_property(kActiveModelKey, std::to_string(id));
}

void Catalogue::remove_model(ModelId id) {
  Connection& connection = *parts_->connection;
  if (const std::optional<ModelRow> active = active_model(); active && active->id == id) {
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("searches of {} use the model '{}', so it cannot be taken out",
                                file().native(), active->name));
  }
  Atomically step(connection);
  Query(connection,
        "DELETE FROM query_vectors WHERE EXISTS (SELECT 1 FROM models WHERE id = ? AND "
        "(encoder = identity OR encoder GLOB identity || ' *'))",
        id)
      .run();
  // Explicitly, because foreign keys would ask every row of images for each that goes.
  Query(connection, "DELETE FROM embeddings WHERE model_id = ?", id).run();
  Query(connection, "DELETE FROM score_backgrounds WHERE model_id = ?", id).run();
  Query(connection, "DELETE FROM models WHERE id = ?", id).run();
  count_generation(connection);
  step.commit();
}

std::vector<Root> Catalogue::roots() const {
  Query rows(*parts_->connection,
             "SELECT id, path, excludes, hidden_files, indexed_at_s FROM roots ORDER BY path");
  std::vector<Root> roots;
  while (rows.step()) {
    roots.push_back({.id = rows.integer(0),
                     .path = std::string(rows.text(1)),
                     .excludes = split_patterns(rows.blob(2)),
                     .hidden_files = rows.integer(3) != 0,
                     .indexed_at_s = rows.integer(4)});
  }
  return roots;
}

RootId Catalogue::ensure_root(const Root& root) {
  Connection& connection = *parts_->connection;
  const std::vector<Root> known = roots();
  for (const Root& other : known) {
    if (other.path != root.path && lies_in(root.path, other.path)) return other.id;
  }
  const std::string excludes = join_patterns(root.excludes);
  Atomically step(connection);
  Query row(connection,
            "INSERT INTO roots(path, excludes, hidden_files, indexed_at_s) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (path) DO UPDATE SET excludes = excluded.excludes, "
            "hidden_files = excluded.hidden_files RETURNING id",
            root.path, std::as_bytes(std::span(excludes)), root.hidden_files, root.indexed_at_s);
  const RootId id = row.only_integer();
  for (const Root& other : known) {
    if (other.path == root.path || !lies_in(other.path, root.path)) continue;
    Query(connection, "UPDATE images SET root_id = ? WHERE root_id = ?", id, other.id).run();
    Query(connection, "DELETE FROM roots WHERE id = ?", other.id).run();
  }
  step.commit();
  return id;
}

void Catalogue::remove_root(RootId id) {
  Connection& connection = *parts_->connection;
  Atomically step(connection);
  Query(connection, "UPDATE images SET root_id = NULL WHERE root_id = ?", id).run();
  Query(connection, "DELETE FROM roots WHERE id = ?", id).run();
  step.commit();
}

void Catalogue::mark_root_indexed(RootId id, std::int64_t time_s) {
  Query(*parts_->connection, "UPDATE roots SET indexed_at_s = ? WHERE id = ?", time_s, id).run();
}

}  // namespace clipdex::store
