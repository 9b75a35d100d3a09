/// The format of the library file: what is in it, its version, and how an older one becomes the
/// present one. docs/formats/library.md is the same in words.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "store/connection.hpp"

namespace clipdex::store {

/// The version that this build reads and writes; `PRAGMA user_version` of the file.
inline constexpr int kSchemaVersion = 3;

/// The oldest version that this build reads without bringing it up to date first.
inline constexpr int kReadableVersionMin = 1;

/// `images.size_bytes` of a file whose size is not known, or that must be read again: no real file
/// has it.
inline constexpr std::int64_t kSizeUnknown = -1;

/// What an SQLite file is to clipdex.
enum class FileKind {
  empty,       ///< nothing in it: a library may be made here
  library,     ///< a clipdex library of any version
  togetheros,  ///< a clip.db of the TogetheROS box
  foreign,     ///< the file of another program
};

/// Looks at a file without changing it. Errors: `corrupt` when it is no SQLite file, and those of
/// reading.
FileKind recognise(Connection& connection);

/// Throws `Exception` when a file is none that this build could write a library into: `unsupported`
/// for a newer version and for a TogetheROS file (with the advice to import it), `corrupt` for
/// another program's file.
void require_writable_kind(Connection& connection);

/// Throws `Exception` unless the file is a library of a version that this build reads, with its
/// tables: as `require_writable_kind`, `not_found` when nothing is in it, `unsupported` when it is
/// older.
void require_readable(Connection& connection);

/// Makes an empty file a library, and an older library one of this version; each step of the way is
/// one transaction. Nothing happens to a library of this version. The caller holds the writer lock.
/// Errors: those of `require_writable_kind` and of writing.
void migrate(Connection& connection);

/// Whether the file has the table `query_vectors`, which came with version 2.
bool remembers_queries(Connection& connection);

/// Whether the file has the table `score_backgrounds`, which came with version 3.
bool has_score_backgrounds(Connection& connection);

/// Counts the property "generation" up, by which caches know that they are of an older state. Part
/// of every transaction that changes images or vectors.
void count_generation(Connection& connection);

/// A view or an index: nothing but a way to look at the tables, so that it may be dropped and made
/// again.
struct DerivedObject {
  std::string_view type;  ///< "view" or "index", as in sqlite_schema
  std::string_view name;
  const char* sql;
};

/// Every derived object of a library of this version.
std::span<const DerivedObject> derived_objects();

}  // namespace clipdex::store
