/// Points in time as people write them in a query: UTC, in the proleptic Gregorian calendar.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clipdex::search {

/// The beginning of what a text names: YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDTHH:MM or
/// YYYY-MM-DDTHH:MM:SS, the last two also with a Z at the end (ISO 8601, extended format).
/// @return seconds since 1970-01-01 UTC; nothing when the text has another shape, or names a day or
/// time that does not exist, such as 2023-02-29. Years go from 0000 to 9999; there are no leap
/// seconds.
std::optional<std::int64_t> parse_time(std::string_view text);

/// The shortest of YYYY-MM-DD and YYYY-MM-DDTHH:MM:SS that `parse_time` turns back into `time_s`,
/// for times that it can give.
std::string format_time(std::int64_t time_s);

}  // namespace clipdex::search
