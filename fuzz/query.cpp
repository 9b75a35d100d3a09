// Any bytes as a query: they are read or refused with a message that can be shown. What is read can
// be executed, and its canonical text is read as the same query.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "search/calendar.hpp"
#include "search/format.hpp"
#include "search/parse.hpp"
#include "search/plan.hpp"

namespace {

namespace search = clipdex::search;

void expect(bool holds) {
  if (!holds) std::abort();
}

void check_refusal(const clipdex::Error& error) {
  expect(error.code == clipdex::ErrorCode::invalid_argument);
  expect(!error.message.empty());
  expect(clipdex::is_valid_utf8(error.message));
}

void check_round_trip(const clipdex::Query& query) {
  const std::string text = search::format_query(query);
  const auto again = search::parse_query(text);
  expect(again.ok());
  expect(again.value() == query);
  expect(search::format_query(again.value()) == text);
}

void check_time(std::string_view text) {
  const auto time_s = search::parse_time(text);
  if (time_s) expect(search::parse_time(search::format_time(*time_s)) == time_s);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_time(input);
  const auto query = search::parse_query(input);
  if (!query) {
    check_refusal(query.error());
    return 0;
  }
  expect(search::check_query(query.value()).ok());
  expect(search::check_query(search::resolve_paths(query.value())).ok());
  check_round_trip(query.value());
  return 0;
}
