/// The one place where SQLite's result codes become errors of clipdex.
#pragma once

#include <filesystem>
#include <string_view>

#include "clipdex/error.hpp"

namespace clipdex::store {

/// What SQLite reported about one failed call.
struct SqliteFailure {
  int extended_code = 0;    ///< SQLite's extended result code, such as SQLITE_IOERR_WRITE
  int system_errno = 0;     ///< errno of the system call below it; 0 when there was none
  std::string_view detail;  ///< SQLite's own words, for the end of the sentence
};

/// One sentence on what is wrong with the library `file` and what to do, under the code that fits:
/// `disk_full`, `write_failed`, `unreadable`, `corrupt`, `busy`, or `internal` for what only a bug
/// in clipdex can cause. Source of the codes: https://www.sqlite.org/rescode.html. Thread-safe.
Error library_error(const std::filesystem::path& file, const SqliteFailure& failure);

}  // namespace clipdex::store
