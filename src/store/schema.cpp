#include "store/schema.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

#include "clipdex/error.hpp"

namespace clipdex::store {
namespace {

constexpr std::int64_t kApplicationId =
    0x436C4478;  // "ClDx"; file(1) and this room know the file by it.

// The page size holds several vectors of any usual model whole, so that reading one never follows a
// chain of overflow pages. It must come first: WAL fixes it.
constexpr const char* kNewFileSettings = "PRAGMA page_size = 16384";
constexpr const char* kJournal = "PRAGMA journal_mode = WAL";

constexpr const char* kTables = R"sql(
CREATE TABLE properties(
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE models(
  id INTEGER PRIMARY KEY,
  identity TEXT NOT NULL,
  dimension INTEGER NOT NULL CHECK (dimension > 0),
  name TEXT NOT NULL,
  directory TEXT NOT NULL,
  UNIQUE (identity, dimension)
) STRICT;

CREATE TABLE roots(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  excludes BLOB NOT NULL,
  hidden_files INTEGER NOT NULL,
  indexed_at_s INTEGER NOT NULL
) STRICT;

CREATE TABLE images(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL,
  root_id INTEGER REFERENCES roots(id),
  size_bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  content_hash BLOB CHECK (length(content_hash) = 16),
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  taken_at_s INTEGER,
  state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
  error_code TEXT,
  error TEXT,
  indexed_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE embeddings(
  image_id INTEGER NOT NULL REFERENCES images(id) ON DELETE CASCADE,
  model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
  vector BLOB NOT NULL,
  PRIMARY KEY (image_id, model_id)
) STRICT;
)sql";

constexpr const char* kQueryVectors = R"sql(
CREATE TABLE query_vectors(
  id INTEGER PRIMARY KEY,
  encoder TEXT NOT NULL,
  text TEXT NOT NULL,
  vector BLOB NOT NULL,
  was_cut INTEGER NOT NULL CHECK (was_cut IN (0, 1)),
  used_at_s INTEGER NOT NULL,
  UNIQUE (encoder, text)
) STRICT;
)sql";

constexpr const char* kScoreBackgrounds = R"sql(
CREATE TABLE score_backgrounds(
  model_id INTEGER PRIMARY KEY REFERENCES models(id) ON DELETE CASCADE,
  prompts_version INTEGER NOT NULL,
  images INTEGER NOT NULL,
  prompts BLOB NOT NULL,
  best_excesses BLOB NOT NULL
) STRICT;
)sql";

constexpr std::array<DerivedObject, 4> kDerivedObjects{{
    {"index", "images_by_path", "CREATE UNIQUE INDEX images_by_path ON images(path)"},
    {"index", "images_by_content", "CREATE INDEX images_by_content ON images(content_hash)"},
    {"index", "images_not_ready",
     "CREATE INDEX images_not_ready ON images(state) WHERE state <> 0"},
    // The columns of the TogetheROS box's table, none of them NULL, because its readers expect
    // that. rtrim() with every character of the path but '/' leaves the path up to its last '/'.
    {"view", "ClipItems", R"sql(
CREATE VIEW ClipItems AS
SELECT images.id AS id,
       images.indexed_at_ms AS timestamp,
       1 AS type,
       substr(path, length(rtrim(path, replace(path, '/', ''))) + 1) AS name,
       '' AS text,
       path AS url,
       vector AS feature,
       '' AS extra
FROM images JOIN embeddings ON embeddings.image_id = images.id
WHERE state = 0 AND model_id = (SELECT CAST(value AS INTEGER) FROM properties
                                WHERE key = 'active_model'))sql"},
}};

/// One step of the format's history: brings a file of version `to` - 1 to version `to`.
struct Migration {
  int to;
  void (*apply)(Connection&);
};

void create_first_version(Connection& connection) {
  connection.run(fmt::format("PRAGMA application_id = {}", kApplicationId));
  connection.run(kTables);
  for (const DerivedObject& object : kDerivedObjects) connection.run(object.sql);
}

void add_query_vectors(Connection& connection) { connection.run(kQueryVectors); }

void add_score_backgrounds(Connection& connection) { connection.run(kScoreBackgrounds); }

constexpr std::array<Migration, kSchemaVersion> kMigrations{
    {{1, create_first_version}, {2, add_query_vectors}, {3, add_score_backgrounds}}};

std::int64_t single_integer(Connection& connection, const char* sql) {
  return Query(connection, sql).only_integer();
}

std::int64_t version_of(Connection& connection) {
  return single_integer(connection, "PRAGMA user_version");
}

bool has_tables(Connection& connection) {
  return single_integer(
             connection,
             "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND "
             "name IN ('properties', 'models', 'roots', 'images', 'embeddings')") == 5;
}

}  // namespace

FileKind recognise(Connection& connection) {
  if (single_integer(connection, "PRAGMA application_id") == kApplicationId)
    return FileKind::library;
  if (single_integer(connection, "SELECT count(*) FROM sqlite_schema") == 0) return FileKind::empty;
  const bool has_clip_items =
      single_integer(
          connection,
          "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'ClipItems'") != 0;
  return has_clip_items ? FileKind::togetheros : FileKind::foreign;
}

void require_writable_kind(Connection& connection) {
  const std::string& name = connection.file().native();
  switch (recognise(connection)) {
    case FileKind::empty:
      return;
    case FileKind::togetheros:
      throw Exception(
          ErrorCode::unsupported,
          fmt::format("{0} is a clip.db of the TogetheROS box; bring it into a new library with "
                      "'clipdex import {0} --library NEW.db'",
                      name));
    case FileKind::foreign:
      throw Exception(
          ErrorCode::corrupt,
          fmt::format("{} is an SQLite file of another program, not a clipdex library; name "
                      "another file with --library",
                      name));
    case FileKind::library:
      break;
  }
  const std::int64_t version = version_of(connection);
  if (version > kSchemaVersion) {
    throw Exception(
        ErrorCode::unsupported,
        fmt::format("the library {} was written by a newer clipdex (format {}; this one knows "
                    "{}); update clipdex",
                    name, version, kSchemaVersion));
  }
}

void require_readable(Connection& connection) {
  require_writable_kind(connection);
  const std::string& name = connection.file().native();
  if (recognise(connection) == FileKind::empty) {
    throw Exception(ErrorCode::not_found,
                    fmt::format("there is nothing in the library {} yet; put images in with "
                                "'clipdex index DIR --library {}'",
                                name, name));
  }
  if (version_of(connection) < kReadableVersionMin) {
    throw Exception(
        ErrorCode::unsupported,
        fmt::format("the library {} was written by an older clipdex; bring it up to date with "
                    "'clipdex fsck --repair --library {}'",
                    name, name));
  }
  if (!has_tables(connection)) {
    throw Exception(
        ErrorCode::corrupt,
        fmt::format("the library {} is damaged: it lacks tables; move it away and index the "
                    "folders again",
                    name));
  }
}

void migrate(Connection& connection) {
  if (recognise(connection) == FileKind::empty) connection.run(kNewFileSettings);
  require_writable_kind(connection);
  connection.run(kJournal);
  for (const Migration& migration : kMigrations) {
    if (version_of(connection) >= migration.to) continue;
    Atomically step(connection);
    migration.apply(connection);
    connection.run(fmt::format("PRAGMA user_version = {}", migration.to));
    step.commit();
  }
  require_readable(connection);
}

bool remembers_queries(Connection& connection) { return version_of(connection) >= 2; }

bool has_score_backgrounds(Connection& connection) { return version_of(connection) >= 3; }

void count_generation(Connection& connection) {
  Query(connection,
        "INSERT INTO properties(key, value) VALUES ('generation', '1') "
        "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)")
      .run();
}

std::span<const DerivedObject> derived_objects() { return kDerivedObjects; }

}  // namespace clipdex::store
