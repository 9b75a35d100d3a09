/// Keeping a library in order: checking and repairing it, bringing in an old one, examining models.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "encode/doctor.hpp"
#include "store/check.hpp"
#include "store/import.hpp"

namespace clipdex::library {

/// Throws `invalid_argument` for an empty name, which no file can have.
void require_file_name(const std::filesystem::path& library_file);

/// What `store::check_library` finds, and with `repair` puts right.
std::vector<store::Finding> check(const std::filesystem::path& library_file, bool repair);

/// Brings a TogetheROS clip.db into a library, which is created when it is absent. Throws as
/// `store::import_togetheros`.
store::ImportReport import_into(const std::filesystem::path& library_file,
                                const std::filesystem::path& source);

/// Examines a model package, by directory or name (empty: the demo model), by running it. Throws
/// `not_found` when there is no such directory; everything else is a failed check.
std::vector<encode::Check> examine_model(std::string_view directory_or_name);

}  // namespace clipdex::library
