/// Everything around a run of indexing: which folders, which model, and who may write.
#pragma once

#include <cstdint>
#include <filesystem>

#include "clipdex/library.hpp"

namespace clipdex::library {

/// What `Library::index` promises.
IndexReport index_folders(const LibraryOptions& library, const IndexOptions& options);

/// What `Library::forget` promises.
std::uint64_t forget_folder(const std::filesystem::path& library_file,
                            const std::filesystem::path& folder);

}  // namespace clipdex::library
