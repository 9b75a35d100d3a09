/// Keeping a library in order: checking and repairing it, bringing in an old one, examining models.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "clipdex/progress.hpp"
#include "encode/doctor.hpp"
#include "store/check.hpp"
#include "store/import_writer.hpp"

namespace clipdex::library {

/// Throws `invalid_argument` for an empty name, which no file can have.
void require_file_name(const std::filesystem::path& library_file);

/// What `store::check_library` finds, and with `repair` puts right.
std::vector<store::Finding> check(const std::filesystem::path& library_file, bool repair);

/// Brings a TogetheROS clip.db into a library, which is created when it is absent. Throws as
/// `store::import_togetheros`.
store::ImportReport import_togetheros(const std::filesystem::path& library_file,
                                      const std::filesystem::path& source,
                                      const ProgressCallback& progress = {});

/// Vectors of another program, and the files they belong to: see `store::VectorSource`.
struct VectorFiles {
  std::filesystem::path vectors;  ///< a `.npy` file
  std::filesystem::path paths;    ///< a text file
};

/// Brings vectors into a library, which is created when it is absent, as those of a model; in a new
/// library it becomes the one that searches use. What made the vectors cannot be seen from them, so
/// the caller answers for it.
/// @param model the package of that model, by directory or name
/// Throws `invalid_argument` when the dimensions differ or no model is named, what `VectorSource`
/// reports and throws, and what opening the model throws. Then no library is made.
store::ImportReport import_vectors(const std::filesystem::path& library_file,
                                   const VectorFiles& files, std::string_view model,
                                   const ProgressCallback& progress = {});

/// Examines a model package, by directory or name (empty: the demo model), by running it. Throws
/// `not_found` when there is no such directory; everything else is a failed check.
std::vector<encode::Check> examine_model(std::string_view directory_or_name);

}  // namespace clipdex::library
