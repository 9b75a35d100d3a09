/// Where the vectors of every kind of import meet the library: one row after the other becomes an
/// image and its vector, or is refused with a reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "clipdex/progress.hpp"
#include "store/catalogue.hpp"

namespace clipdex::store {

/// What became of the rows of an imported file.
struct ImportReport {
  std::uint64_t imported = 0;  ///< vectors that are new in the library
  std::uint64_t known = 0;     ///< rows whose vector was in the library before
  std::map<std::string, std::uint64_t>
      refused;           ///< by reason, such as "it has no file name": how many
  ModelId model = 0;     ///< the embedding space; 0 when nothing could be imported
  bool stopped = false;  ///< the caller stopped it; what was done is stored
};

/// Puts rows into a library, in transactions of some thousand. An image that the library does not
/// know yet belongs to no root until a folder around it is indexed. Used from one thread. Throws as
/// `Catalogue`; what was committed before stays.
class ImportWriter {
 public:
  /// @param base     the folder that relative paths start at
  /// @param total    the rows to come, for the progress
  /// @param progress may be empty
  ImportWriter(Catalogue& library, ModelId model, const std::filesystem::path& base,
               std::uint64_t total, const ProgressCallback& progress);

  /// One row.
  /// @param path       of the image's file, as the source has it
  /// @param made_at_ms when the vector was made, since 1970 UTC. A file that changed later does not
  ///                   get it.
  /// @param vector     as many numbers as the model's dimension, of any length but zero; it is
  ///                   scaled in place. Empty: the source has none.
  void add(std::string_view path, std::int64_t made_at_ms, std::span<float> vector);

  /// Counts a row that its reader could not use. @param reason ends "…: it has no path"
  void refuse(std::string_view reason);

  /// Whether the caller wants the import to end here.
  bool stopped() const noexcept { return report_.stopped; }

  /// Commits what is open. The writer is of no use afterwards.
  ImportReport finish();

 private:
  std::string resolve(std::string_view path);
  std::string_view store(std::string path, std::int64_t made_at_ms, std::span<const float> vector);
  ImageId put_new(std::string path, std::int64_t made_at_ms);
  void count_row();

  Catalogue& library_;
  const std::filesystem::path base_;
  const std::uint64_t total_;
  const ProgressCallback& progress_;
  ImportReport report_;
  std::uint64_t done_ = 0;
  std::optional<Catalogue::Transaction> batch_;
  std::unordered_map<std::string, std::filesystem::path> folders_;  ///< without links
};

}  // namespace clipdex::store
