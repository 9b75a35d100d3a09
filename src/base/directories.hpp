/// Where clipdex keeps what belongs to a user, after the XDG base directory specification 0.8.
#pragma once

#include <filesystem>

namespace clipdex {

/// `$XDG_DATA_HOME/clipdex`, else `~/.local/share/clipdex`; models a user installed live below it.
/// Empty when neither variable names an absolute path. Does not create anything.
std::filesystem::path user_data_directory();

/// `$XDG_CACHE_HOME/clipdex`, else `~/.cache/clipdex`: whatever lies there may be deleted at any
/// time. Empty when neither variable names an absolute path. Does not create anything.
std::filesystem::path user_cache_directory();

/// The directory of files that come with the program (the demo model): `share/clipdex` beside the
/// `bin` directory that holds the running executable. The build tree has the same shape.
std::filesystem::path program_data_directory();

/// The directory of the program's modules (base/module.hpp): `lib/clipdex` beside that `bin`.
std::filesystem::path program_module_directory();

}  // namespace clipdex
