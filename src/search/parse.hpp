// clang-format off
/// The query language, from text to the value that is searched with. docs/query.md is for users.
///
///     query    = [ operator ] term { [ operator ] term }        filters stand anywhere, see below
///     operator = "+" | "-"         between blanks, or directly before its term; "-" excludes
///     term     = [ NUMBER ":" ] ( quoted | image | words )
///     quoted   = '"' ... '"', or typographic or CJK corner quotes; a backslash takes the next
///                character as it is
///     image    = "file:" ( quoted | PATH ) | PATH | URL
///                PATH begins with ./ ../ / or ~/, URL with http:// or https://; a blank ends both
///     words    = WORD { WORD }     one text, joined by single blanks
///     filter   = "path:" ( quoted | GLOB ) | "after:" DATE | "before:" DATE
///     DATE     = YYYY [ -MM [ -DD [ THH:MM [ :SS ] [ Z ] ] ] ]        UTC
///
/// A filter may stand wherever a term may, and the rest is read as if it were not there. A word
/// that begins with an operator, a weight, a quote or an image ends the words before it; elsewhere
/// these are plain characters: "t-shirt", "15:30" and "C++" are words. A `NUMBER:` is a weight only
/// when neither a digit nor a blank follows it. Terms without an operator between them are added.
// clang-format on
#pragma once

#include <string_view>

#include "clipdex/error.hpp"
#include "clipdex/query.hpp"

namespace clipdex::search {

/// Reads a query; `hits_max` and `score_min` of the result have their defaults. Bytes that are not
/// UTF-8 are taken as they are; messages are UTF-8. Thread-safe.
/// Errors: `invalid_argument`, with the position (in characters, from 1) and what to write instead,
/// for text that has no meaning, and everything that `check_query` refuses.
Result<Query> parse_query(std::string_view text);

}  // namespace clipdex::search
