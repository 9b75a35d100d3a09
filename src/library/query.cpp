#include "clipdex/query.hpp"

#include "search/parse.hpp"

namespace clipdex {

Result<Query> parse_query(std::string_view text) { return search::parse_query(text); }

}  // namespace clipdex
