/// Files of templates, which texts are put into before they are searched for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::library {

/// The file of a model package that holds templates which suit it.
inline constexpr const char* kModelTemplates = "templates.txt";

/// Reads one template a line; blank lines and those that begin with '#' are left out. Whether each
/// has a place for the text is for the query to say. Errors: `not_found`, `unreadable`, `too_large`
/// (beyond 1 MiB), `invalid_argument` (no template in it, or bytes that are no UTF-8).
Result<std::vector<std::string>> read_templates(const std::filesystem::path& file);

}  // namespace clipdex::library
