/// The forms in which hits are printed. Each function gives the whole text of stdout.
#pragma once

#include <string>
#include <string_view>

#include "clipdex/query.hpp"

namespace clipdex::cli {

/// For people: rank, score and path, one line each.
std::string format_table(const SearchResult& result);

/// One JSON object, as DESIGN §6 fixes it. A path that is not UTF-8 is written with U+FFFD and
/// given again, byte for byte, as "path_base64".
std::string format_json(const SearchResult& result, std::string_view query,
                        std::string_view model_name);

/// RFC 4180: a header line, then rank, score, path, match (empty where there is none); lines end in
/// CRLF.
std::string format_csv(const SearchResult& result);

/// The paths alone, byte for byte, each followed by `terminator`: '\n', or '\0' for xargs -0.
std::string format_paths(const SearchResult& result, char terminator);

}  // namespace clipdex::cli
