/// The library file: what is known of every image, and its vectors. SQLite is the truth of clipdex.
///
/// Threads: a `Catalogue` is one SQLite connection; use each object from one thread at a time and
/// open as many as there are threads. Any number of readers and one writer work at the same time
/// (WAL). Errors: everything here throws `Exception` — `disk_full`, `corrupt`, `busy`,
/// `write_failed`, `unsupported` (made by a newer clipdex) — because without its library no
/// operation can go on. After one, the file holds what the last committed transaction left.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "clipdex/error.hpp"
#include "clipdex/query.hpp"
#include "clipdex/types.hpp"

namespace clipdex::store {

using ModelId = std::int64_t;
using RootId = std::int64_t;

/// What became of a file. The numbers are part of the file format.
enum class ImageState {
  ready = 0,      ///< it has a vector of the model it was indexed with
  failed = 1,     ///< it could not be indexed; `error_code` and `error` say why
  not_image = 2,  ///< its content is that of no image; remembered so that it is not opened again
};

/// A folder that was put into the library. Roots never lie inside one another.
struct Root {
  RootId id = 0;
  std::string path;                   ///< absolute, canonical
  std::vector<std::string> excludes;  ///< the user's patterns, beside the defaults
  bool hidden_files = false;      ///< files and folders whose names begin with a dot are included
  std::int64_t indexed_at_s = 0;  ///< end of the last complete scan; 0: never
};

/// An embedding space that has, or will have, vectors in this library.
struct ModelRow {
  ModelId id = 0;
  ModelIdentity identity;
  std::string name;       ///< for people
  std::string directory;  ///< where its package was; a hint, empty for imported vectors
};

/// The part of an image's row that decides whether its file must be read again.
struct KnownFile {
  ImageId id = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
  ImageState state = ImageState::ready;
  ErrorCode error_code = ErrorCode::internal;  ///< meaningful when state is failed
  bool has_vector = false;                     ///< of the model asked about
};

/// One file as the indexer stores it.
struct ImageRecord {
  std::string path;  ///< absolute; the bytes the file system gave
  RootId root_id = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
  ContentHash hash{};
  int width = 0;  ///< of the upright original, in pixels; 0 when unknown
  int height = 0;
  std::optional<std::int64_t>
      taken_at_s;  ///< seconds since 1970 UTC; absent: the file does not say
  ImageState state = ImageState::ready;
  ErrorCode error_code = ErrorCode::internal;  ///< meaningful when state is failed
  std::string error;                           ///< one sentence when state is failed, else empty
  std::optional<std::int64_t>
      vectors_made_at_ms;  ///< since 1970 UTC, of imported vectors; absent: now
};

/// An image that shares its content with another.
struct SameContent {
  ImageId id = 0;
  std::string path;
  int width = 0;
  int height = 0;
  std::optional<std::int64_t> taken_at_s;
  bool has_vector = false;
};

/// One entry of the failure ledger.
struct Failure {
  ImageId id = 0;
  std::string path;
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

struct Counts {
  std::uint64_t ready = 0;
  std::uint64_t failed = 0;
  std::uint64_t not_image = 0;
};

/// What decides whether a copy of the vectors outside of the library file is up to date.
struct VectorState {
  std::uint64_t generation = 0;  ///< how many changes of images or vectors were committed
  ContentHash snapshot_token{};  ///< random bytes of the last snapshot; zeros: there was none

  friend bool operator==(const VectorState&, const VectorState&) = default;
};

/// The vector of a text that was searched for.
struct QueryVector {
  std::string encoder;         ///< what made it: a model's identity, and its precision if named
  std::string text;            ///< exactly as it was encoded; any bytes
  Embedding vector;            ///< of unit length
  bool was_cut = false;        ///< the model saw only the beginning of the text
  std::int64_t used_at_s = 0;  ///< when it was last made or, about, used; since 1970 UTC
};

/// How many `QueryVector`s a library remembers, and how long a text may be; longer ones would be
/// documents rather than queries.
inline constexpr std::uint64_t kQueryVectorsMax = 1'000;
inline constexpr std::size_t kQueryTextBytesMax = 4'096;

/// What stock prompts score in a library, in the vectors of one model; src/search/background.hpp
/// says what it is for.
struct ScoreBackground {
  int prompts_version = 0;           ///< of the list of prompts
  std::uint64_t images = 0;          ///< so many were compared
  std::vector<Embedding> prompts;    ///< the vector of each, of the model's dimension
  std::vector<float> best_excesses;  ///< of those to which there is no right answer, ascending
};

enum class Access {
  read,   ///< the file must exist
  write,  ///< takes the writer lock for as long as the object lives; creates the file when absent
};

class Catalogue {
 public:
  /// Opens a library, migrating an older schema when `access` is write.
  /// Throws `not_found` (read, and there is no such file; the message says how to make one), `busy`
  /// (write, and another process writes; names its id and command), `corrupt` (not an SQLite file,
  /// or not a clipdex library), `unsupported` (newer schema), and an old TogetheROS file is
  /// `unsupported` with the advice to run `clipdex import`.
  static Catalogue open(const std::filesystem::path& file, Access access);

  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  ~Catalogue();

  const std::filesystem::path& file() const noexcept;

  // --- properties: small facts about the library itself ---
  std::optional<std::string> property(std::string_view key) const;
  void set_property(std::string_view key, std::string_view value);

  /// A text that differs after every committed change of images or vectors, from whatever process:
  /// the property "generation", which each of them counts up. For caches of what the library holds.
  std::string content_version() const;
  /// The same as a number, and the snapshot of vectors that was written last.
  VectorState vector_state() const;
  /// Remembers which snapshot was written last; `content_version` stays as it is.
  void set_snapshot_token(const ContentHash& token);

  // --- models ---
  /// The row of a model; adds it when it is new. A changed name or directory is taken over.
  ModelId ensure_model(const ModelIdentity& identity, std::string_view name,
                       std::string_view directory);
  std::vector<ModelRow> models() const;
  /// The model that searches use; nothing in an empty library.
  std::optional<ModelRow> active_model() const;
  void set_active_model(ModelId id);
  /// Forgets a model with all its vectors, and the vectors of texts that it made. Throws
  /// `invalid_argument` for the active one.
  void remove_model(ModelId id);

  // --- roots ---
  std::vector<Root> roots() const;
  /// Adds a root, or updates the one with the same path. Roots below the new one are absorbed by
  /// it; a folder inside a root is no root of its own: the one around it is returned and stays as
  /// it is.
  RootId ensure_root(const Root& root);
  /// Forgets a root; images that still name it keep their rows and belong to no root.
  void remove_root(RootId id);
  void mark_root_indexed(RootId id, std::int64_t time_s);

  // --- the indexer's questions ---
  /// The file's row, if its path is known.
  std::optional<KnownFile> find_path(std::string_view path, ModelId model) const;
  /// Images with this content, `ready` ones first.
  std::vector<SameContent> find_content(const ContentHash& hash, ModelId model) const;
  /// Calls `visit(id, path)` for every image of any state whose path is `folder` or lies below it.
  /// The visitor may remove the image it is shown, and change no other.
  void visit_below(std::string_view folder,
                   const std::function<void(ImageId, std::string_view)>& visit) const;

  // --- the indexer's answers; only with Access::write, inside a Transaction for speed ---
  // Each is a transaction of its own outside of one.
  /// Inserts the record, or replaces what its path had; the path keeps its id. Its vectors, of any
  /// model, stay as long as the content is the same and the image ready; else they are gone. Where
  /// the old content was never read (imported), it counts as the same unless the file is newer than
  /// the vectors.
  ImageId put_image(const ImageRecord& record);
  /// Updates size and time of a file whose content turned out to be the same; vectors stay.
  void touch_image(ImageId id, std::uint64_t size_bytes, std::int64_t mtime_ns);
  /// Gives an image a new path and root: the file moved. Vectors and id stay. An old row of that
  /// path goes.
  void move_image(ImageId id, const ImageRecord& record);
  /// Copies every vector of one image to another with the same content, which must be ready.
  void copy_vectors(ImageId from, ImageId to);
  /// Stores the vector of a ready image; replaces the one it had of this model. Throws
  /// `invalid_argument` when there is no such image or model, or the model has another dimension.
  void put_vector(ImageId image, ModelId model, std::span<const float> unit_vector);
  void remove_image(ImageId id);

  // --- reading ---
  Counts counts() const;
  std::uint64_t vector_count(ModelId model) const;
  std::vector<Failure> failures() const;
  /// Makes every failed file look changed, so that the next run reads it again.
  void forget_failures();
  /// The vector of an image; nothing when it has none of this model.
  std::optional<Embedding> vector(ImageId image, ModelId model) const;
  /// Calls `visit(id, vector)` for each vector of a model whose image is ready, in ascending order
  /// of id, exactly once. The span is valid during the call only.
  void visit_vectors(ModelId model,
                     const std::function<void(ImageId, std::span<const float>)>& visit) const;
  /// The ready images that pass the filters, ascending. The glob is applied to the absolute path;
  /// the time is `taken_at`, or the file's own time where the image has none.
  std::vector<ImageId> matching(const QueryFilters& filters) const;
  /// Paths by id, for ids that exist.
  std::unordered_map<ImageId, std::string> paths(std::span<const ImageId> ids) const;

  // --- what scores are worth: derived from the vectors, and no change of the library ---
  /// Nothing when there is none, when it does not fit the model, or in a file older than format 3.
  std::optional<ScoreBackground> score_background(ModelId model) const;
  /// Only with Access::write.
  void set_score_background(ModelId model, const ScoreBackground& background);

  // --- texts that were searched for: a cache, whose changes count as none of the library ---
  /// What is remembered of a text; nothing when that is nothing, whatever the reason.
  std::optional<QueryVector> find_query_vector(std::string_view encoder,
                                               std::string_view text) const noexcept;
  /// Remembers a vector, and forgets those that were not used for the longest time. Only with
  /// `Access::read`, outside of a `ReadView`. Never waits and never fails: false, when another
  /// process is writing at this moment, when the file cannot be written, or when it is older than
  /// format 2.
  bool remember_query_vector(const QueryVector& query) noexcept;

  /// Everything until commit is stored together or not at all; destroyed without commit, it rolls
  /// back.
  class Transaction {
   public:
    explicit Transaction(Catalogue& catalogue);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

   private:
    Catalogue& catalogue_;
    bool open_ = true;
  };

  /// While it lives, everything that is read through this catalogue is of one moment, whatever
  /// others commit meanwhile. Does nothing inside a `Transaction`, where that is so anyway.
  class ReadView {
   public:
    explicit ReadView(const Catalogue& catalogue);
    ~ReadView();
    ReadView(const ReadView&) = delete;
    ReadView& operator=(const ReadView&) = delete;

   private:
    const Catalogue& catalogue_;
    bool owns_;
  };

 private:
  struct Parts;
  explicit Catalogue(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex::store
