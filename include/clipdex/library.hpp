/// The facade of clipdex: a library of images in one file that can be filled, searched and kept in
/// order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/file_encoder.hpp"
#include "clipdex/progress.hpp"
#include "clipdex/query.hpp"
#include "clipdex/types.hpp"

namespace clipdex {

/// Which library, and with which model.
struct LibraryOptions {
  std::filesystem::path file = "clip.db";

  /// A directory with a model package, or the name of an installed model. Empty: the model that
  /// made the library's vectors, and for a new library the bundled demo model.
  std::string model;

  /// Which form of the model runs. A library may be filled with one and searched with another.
  ModelPrecision precision = ModelPrecision::automatic;

  /// Searches keep the vectors of their texts in the library file, the last 1,000, and need no
  /// model for a text that they know. False: searches neither read nor write them.
  bool query_cache = true;
};

/// What to put into a library.
struct IndexOptions {
  /// Existing directories. Empty: every folder that the library already knows.
  std::vector<std::filesystem::path> folders{};

  /// Path patterns to leave out (docs/query.md has the syntax); remembered for the folders given.
  /// Absent: those remembered from before. The built-in ones (`.git`, `node_modules`, …) always
  /// apply.
  std::optional<std::vector<std::string>> excludes{};

  /// Also take files and folders whose names begin with a dot. Absent: as remembered.
  std::optional<bool> hidden_files{};

  /// Read every file again that failed before, though it did not change. Those that failed for a
  /// reason outside of them, such as permissions, are always read again.
  bool retry_failed = false;
  unsigned threads = 0;         ///< workers for decoding and for encoding each; 0: one a core
  ProgressCallback progress{};  ///< may be empty

  /// Is given what the user should know at once, in full sentences, on the thread of the call: that
  /// the run fills the vectors of another model. May be empty.
  std::function<void(std::string_view)> note{};

  /// Makes the vectors instead of a model package, whose name in `LibraryOptions` is then ignored.
  /// Must outlive the call. Null: the package makes them.
  FileEncoder* encoder = nullptr;
};

/// A file that could not be indexed.
struct FailedFile {
  std::string path;  ///< absolute; the bytes the file system gave
  ErrorCode code = ErrorCode::internal;
  std::string message;  ///< one sentence
};

/// How far a library is on its way to another model.
struct ModelChange {
  std::string from;           ///< the name of the model that searches used before
  std::string to;             ///< of the one whose vectors are filled in
  std::uint64_t vectors = 0;  ///< how many images have a vector of it
  std::uint64_t images = 0;   ///< of so many
  bool done = false;          ///< searches use it now
};

/// What a run of indexing did. Every file that was seen is counted in exactly one of the first
/// seven.
struct IndexReport {
  std::uint64_t added = 0;       ///< new images, encoded
  std::uint64_t changed = 0;     ///< known paths with new content, encoded again
  std::uint64_t moved = 0;       ///< known content under a new path, the old path gone
  std::uint64_t copied = 0;      ///< known content under a further path
  std::uint64_t unchanged = 0;   ///< known and not read again
  std::uint64_t failed = 0;      ///< could not be indexed in this run; see `failures`
  std::uint64_t not_images = 0;  ///< other files in the folders
  std::uint64_t removed = 0;     ///< rows dropped because their files are gone or left out now
  std::uint64_t failed_before =
      0;                      ///< among `unchanged`: failed in an earlier run and not tried again
  std::uint64_t encoded = 0;  ///< images that went through the model
  double elapsed_s = 0;       ///< wall time of the whole run, in seconds
  double decode_s =
      0;  ///< CPU time spent reading, decoding and resizing, in seconds, over all workers
  double encode_s = 0;   ///< CPU time spent in the model, in seconds, over all workers
  double store_s = 0;    ///< CPU time spent in the library file, in seconds
  bool stopped = false;  ///< the progress callback asked to stop; the next run goes on from here
  std::optional<ModelChange> model_change{};  ///< where the run was part of one
  std::vector<FailedFile> failures;           ///< of this run, at most the first 1,000
  std::vector<std::string>
      notices;  ///< full sentences: a root that is missing, a folder that is unreadable
};

/// What a library holds.
struct LibraryStatus {
  struct RootStatus {
    std::string path;
    std::uint64_t images = 0;  ///< ready ones
    bool present = false;      ///< the folder is there now
    std::int64_t indexed_at_s = 0;
    std::vector<std::string> excludes;
  };
  struct ModelStatus {
    ModelIdentity identity;
    std::string name;
    std::string directory;
    std::uint64_t vectors = 0;
    bool active = false;
    bool is_demo = false;
  };
  std::filesystem::path file;
  std::uint64_t file_bytes = 0;      ///< with the write-ahead log
  std::uint64_t snapshot_bytes = 0;  ///< of the copy of the vectors beside it; 0: there is none
  std::uint64_t ready = 0;
  std::uint64_t failed = 0;
  std::uint64_t not_images = 0;
  std::vector<RootStatus> roots;
  std::vector<ModelStatus> models;
  std::vector<FailedFile> failures;
};

/// An open library. Movable.
///
/// Threads: `search` and `status` may be called from several threads at once; `index` from one at a
/// time, beside searches. Another process may read the same file at any time; one process at a time
/// may write. Errors: everything throws `Exception`; what was stored before stays intact.
class Library {
 public:
  /// Names the library; a missing file is created by the first `index`. Nothing is loaded yet.
  /// Throws `invalid_argument` for an empty name.
  explicit Library(LibraryOptions options);
  ~Library();
  Library(Library&&) noexcept;
  Library& operator=(Library&&) noexcept;

  /// Brings the library up to date with the folders: reads what is new or changed, drops what is
  /// gone. Safe to stop at any time, to kill, and to repeat.
  ///
  /// With another model than the one that searches use, this fills its vectors in beside the old
  /// ones, for all folders of the library. Searches use the old model until every image has a
  /// vector of the new one, and the new one from then on; the old vectors stay, for `use_model`.
  ///
  /// Throws `not_found` (a folder that never was there), `busy` (another process writes),
  /// `disk_full`, `wrong_model` (an encoder of the caller's makes other vectors than the library
  /// holds).
  IndexReport index(const IndexOptions& options);

  /// Takes a folder and everything below it out of the library; the files themselves are not
  /// touched.
  /// @return the number of images that were dropped
  /// Throws `not_found` when the library holds nothing there, `busy`, `write_failed`.
  std::uint64_t forget(const std::filesystem::path& folder);

  /// Has searches use another model whose vectors the library holds. Images that have none are not
  /// found until they are indexed with it.
  /// @param name of the model, the directory it was in, or at least 6 digits of its identity
  /// Throws `not_found` (lists the models there are), `invalid_argument` (two have that name),
  /// `busy`, `write_failed`.
  ModelChange use_model(std::string_view name);

  /// Takes a model and its vectors out of the library; the package itself is not touched.
  /// @return the number of vectors that went
  /// Throws as above, and `invalid_argument` for the model that searches use.
  std::uint64_t drop_model(std::string_view name);

  /// Ranks the library's images by a query. Loads the encoders and vectors at the first call and
  /// keeps them; vectors that were stored since are seen by the next call. Throws `not_found` (no
  /// library), `wrong_model`, `invalid_argument` (the query), and for query images whatever reading
  /// them gives.
  SearchResult search(const Query& query);

  /// Ranks the library's images by a vector; no model package is needed. Filters, terms and times
  /// do not apply: `filtered_count` is the library's. Throws `not_found` (no library),
  /// `wrong_model` (the library's vectors belong to another embedding space), `invalid_argument`
  /// (the vector has another dimension or is not finite, or no hits were asked for).
  SearchResult search_vector(const VectorQuery& query);

  LibraryStatus status() const;

  /// The name of the model in use and whether it is the bundled demo model. Throws as `search`.
  struct ModelInUse {
    std::string name;
    ModelIdentity identity;
    bool is_demo = false;
  };
  ModelInUse model() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex
