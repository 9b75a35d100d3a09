/// The query language, from a query back to text.
#pragma once

#include <string>

#include "clipdex/query.hpp"

namespace clipdex::search {

/// The canonical text of the terms and filters of a query: texts and globs in quotes, an operator
/// before every term but a first positive one, times in full. `hits_max` and `score_min` are not
/// part of the language. `parse_query` gives back equal terms and filters for every query that it
/// made itself. Thread-safe.
std::string format_query(const Query& query);

}  // namespace clipdex::search
