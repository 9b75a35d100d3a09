/// Query images from the web.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "clipdex/error.hpp"

namespace clipdex::search {

/// What a server may ask of us before we hang up.
struct FetchLimits {
  std::uint64_t bytes_max = 64 << 20;
  std::chrono::milliseconds duration_max =
      std::chrono::seconds(30);  ///< from the first byte to the last
  int redirects_max = 5;
};

/// The body of an HTTP GET over http or https, wherever redirects lead; the proxy variables of the
/// environment (`https_proxy`, `no_proxy`) are heeded. Waits for the network. Thread-safe.
/// Errors, with the address and what the server or the network answered: `invalid_argument`
/// (another scheme, or no address), `not_found` (status 404 or 410), `too_large` (more than
/// `bytes_max`), `unreadable` (another status than 200, a time-out, no connection, too many
/// redirects), `internal` (the module `fetch`, which holds libcurl, cannot be loaded).
Result<std::vector<std::byte>> fetch_url(const std::string& url, const FetchLimits& limits = {});

/// The functions of the module `fetch` (base/module.hpp): `fetch_url` for an address that has been
/// looked at. Private to this room.
struct FetchFunctions {
  Result<std::vector<std::byte>> (*fetch)(const std::string& url, const FetchLimits& limits);
};

}  // namespace clipdex::search
