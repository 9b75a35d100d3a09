/// SHA-256 of large files that hardly ever change, remembered between runs. Private to this room.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::model {

/// The SHA-256 of each file, 64 hexadecimal digits, in the order of `files`.
///
/// What was hashed once is remembered in `user_cache_directory()` by device, inode, size and time
/// of change, and not read again. The memory is only a help: when it is missing, broken or cannot
/// be written, the files are read. Several threads and processes may do this at once; at worst one
/// of them forgets what another learned. A file that changed within the last two seconds is not
/// remembered, since it may change again within the resolution of its time. Errors: those of
/// `sha256_file`.
Result<std::vector<std::string>> file_hashes(std::span<const std::filesystem::path> files);

}  // namespace clipdex::model
