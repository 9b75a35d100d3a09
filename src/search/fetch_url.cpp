#include "search/fetch_url.hpp"

#include <fmt/format.h>

#include "base/module.hpp"
#include "search/lexicon.hpp"

namespace clipdex::search {

Result<std::vector<std::byte>> fetch_url(const std::string& url, const FetchLimits& limits) {
  if (!begins_like_url(url)) {
    return Error{ErrorCode::invalid_argument,
                 fmt::format("cannot fetch {}: only http:// and https:// are fetched", url)};
  }
  static const auto module = load_module<FetchFunctions>("fetch");
  if (!module) return module.error();
  return module.value()->fetch(url, limits);
}

}  // namespace clipdex::search
