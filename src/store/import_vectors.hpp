/// Bringing in vectors that another program made (`clipdex import vectors.npy paths.txt`).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/progress.hpp"
#include "store/catalogue.hpp"
#include "store/import_writer.hpp"
#include "store/npy_file.hpp"

namespace clipdex::store {

/// Vectors with the files that they belong to, opened and found to fit each other.
class VectorSource {
 public:
  /// @param vectors a `.npy` file, see `NpyFile`
  /// @param paths   a text file with one path a line, as many as there are vectors; a relative one
  ///                starts at the folder of this file
  /// Errors: those of `NpyFile::open` and of reading `paths`; `invalid_argument` when their numbers
  /// differ (says both). The messages name the file.
  static Result<VectorSource> open(const std::filesystem::path& vectors,
                                   const std::filesystem::path& paths);

  std::size_t dimension() const noexcept { return vectors_.dimension(); }

  /// Puts the images and their unit vectors into `library` as vectors of `model`, whose dimension
  /// must be that of the source. They count as made when the `.npy` file was written, so a file
  /// that changed later is refused. Doing it again adds nothing. Throws as `Catalogue`; what was
  /// imported before stays.
  ImportReport import_into(Catalogue& library, ModelId model,
                           const ProgressCallback& progress) const;

 private:
  VectorSource(NpyFile vectors, MappedFile paths, std::filesystem::path base,
               std::int64_t made_at_ms)
      : vectors_(std::move(vectors)),
        paths_(std::move(paths)),
        base_(std::move(base)),
        made_at_ms_(made_at_ms) {}

  NpyFile vectors_;
  MappedFile paths_;
  std::filesystem::path base_;
  std::int64_t made_at_ms_;
};

}  // namespace clipdex::store
