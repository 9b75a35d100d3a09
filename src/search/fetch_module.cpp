// The module `fetch`: libcurl, which brings two dozen libraries along.

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <memory>
#include <span>

#include "base/module.hpp"
#include "search/fetch_url.hpp"

namespace clipdex::search {
namespace {

using Curl = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

// The body as far as it came.
struct Body {
  std::vector<std::byte> bytes;
  std::uint64_t bytes_max = 0;
};

// libcurl's write callback; taking fewer bytes than it was given ends the transfer.
std::size_t take_bytes(char* data, std::size_t, std::size_t count, void* user) {
  Body& body = *static_cast<Body*>(user);
  if (count > body.bytes_max - body.bytes.size()) return 0;
  const auto bytes = std::as_bytes(std::span(data, count));
  body.bytes.insert(body.bytes.end(), bytes.begin(), bytes.end());
  return count;
}

Curl open_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  Curl curl(started == CURLE_OK ? curl_easy_init() : nullptr, &curl_easy_cleanup);
  if (!curl) throw Exception(ErrorCode::internal, "libcurl cannot be started");
  return curl;
}

void allow_http_only(CURL* curl) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else  // Ubuntu 22.04
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

Error refused(const std::string& url, long status) {
  const bool is_gone = status == 404 || status == 410;
  return {is_gone ? ErrorCode::not_found : ErrorCode::unreadable,
          fmt::format("cannot fetch {}: the server answered with status {}", url, status)};
}

Error failed(const std::string& url, CURLcode code, const char* detail, const FetchLimits& limits) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {ErrorCode::unreadable,
              fmt::format("cannot fetch {}: it took longer than {} s", url,
                          std::chrono::duration<double>(limits.duration_max).count())};
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_WRITE_ERROR:
      return {ErrorCode::too_large,
              fmt::format("cannot fetch {}: it is larger than {} bytes", url, limits.bytes_max)};
    case CURLE_TOO_MANY_REDIRECTS:
      return {ErrorCode::unreadable, fmt::format("cannot fetch {}: it redirects more than {} times",
                                                 url, limits.redirects_max)};
    case CURLE_URL_MALFORMAT:
      return {ErrorCode::invalid_argument, fmt::format("cannot fetch {}: it is no address", url)};
    default:
      return {ErrorCode::unreadable,
              fmt::format("cannot fetch {}: {}", url,
                          detail[0] != '\0' ? detail : curl_easy_strerror(code))};
  }
}

Result<std::vector<std::byte>> fetch_by_curl(const std::string& url, const FetchLimits& limits) {
  const Curl curl = open_curl();
  Body body{.bytes = {}, .bytes_max = limits.bytes_max};
  std::array<char, CURL_ERROR_SIZE> detail{};
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "clipdex");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);  // no SIGALRM in a process with threads
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, static_cast<long>(limits.redirects_max));
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(limits.duration_max.count()));
  curl_easy_setopt(curl.get(), CURLOPT_MAXFILESIZE_LARGE,
                   static_cast<curl_off_t>(limits.bytes_max));
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &take_bytes);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  allow_http_only(curl.get());

  const CURLcode code = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_HTTP_RETURNED_ERROR || (code == CURLE_OK && status != 200)) {
    return refused(url, status);
  }
  if (code != CURLE_OK) return failed(url, code, detail.data(), limits);
  return std::move(body.bytes);
}

}  // namespace
}  // namespace clipdex::search

extern "C" CLIPDEX_MODULE_EXPORT clipdex::ModuleEntry clipdex_module(clipdex::ModuleLog log) {
  static constexpr clipdex::search::FetchFunctions kFunctions{
      .fetch = clipdex::search::fetch_by_curl,
  };
  return clipdex::enter_module(log, &kFunctions);
}
