#include "search/fetch_url.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "search/environment.hpp"
#include "search/tiny_server.hpp"
#include "support/places.hpp"

namespace clipdex::search {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using std::string_literals::operator""s;
using test::redirect;
using test::response;
using test::TinyServer;

std::string text_of(const std::vector<std::byte>& bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += static_cast<char>(byte);
  return text;
}

std::string fetched(const std::string& url, const FetchLimits& limits = {}) {
  const auto bytes = fetch_url(url, limits);
  return bytes ? text_of(bytes.value()) : "error: " + bytes.error().message;
}

Error fetch_error(const std::string& url, const FetchLimits& limits = {}) {
  const auto bytes = fetch_url(url, limits);
  return bytes ? Error{ErrorCode::stopped, "fetched " + text_of(bytes.value())} : bytes.error();
}

/// Answers every request the same way.
TinyServer::Answer always(std::string bytes) {
  return [bytes = std::move(bytes)](const std::string&) { return bytes; };
}

class FetchUrl : public ::testing::Test {
 private:
  test::NoProxies no_proxies_;
};

TEST_F(FetchUrl, GivesTheBodyByteForByte) {
  const std::string body = "\x89PNG\r\n\0\xFF"s + std::string(300'000, 'x');
  const TinyServer server(always(response(200, body)));
  EXPECT_EQ(fetched(server.url("/a.png")), body);
  EXPECT_THAT(server.requests(), ElementsAre(AllOf(StartsWith("GET /a.png HTTP/1.1\r\n"),
                                                   HasSubstr("User-Agent: clipdex\r\n"))));
}

TEST_F(FetchUrl, AnEmptyBodyIsABody) {
  const TinyServer server(always(response(200, "")));
  EXPECT_EQ(fetched(server.url("/")), "");
}

TEST_F(FetchUrl, TakesSchemesInLettersOfAnyCase) {
  const TinyServer server(always(response(200, "x")));
  EXPECT_EQ(fetched("HTTP" + server.url("/").substr(4)), "x");
}

TEST_F(FetchUrl, ReadsBodiesWithoutALengthAndInChunks) {
  const TinyServer server([](const std::string& target) {
    return target == "/open"
               ? "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end"
               : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nin \r\n6\r\nchunks\r\n"
                 "0\r\n\r\n";
  });
  EXPECT_EQ(fetched(server.url("/open")), "to the end");
  EXPECT_EQ(fetched(server.url("/chunks")), "in chunks");
}

TEST_F(FetchUrl, AnyNumberOfThreadsFetchAtTheSameTime) {
  const TinyServer server([](const std::string& target) { return response(200, target); });
  std::vector<std::string> bodies(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    threads.emplace_back([&, i] { bodies[i] = fetched(server.url('/' + std::to_string(i))); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(bodies, ElementsAre("/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7"));
}

TEST_F(FetchUrl, WhatIsNotThereIsNotFound) {
  for (const int status : {404, 410}) {
    const TinyServer server(always(response(status, "no such page")));
    const Error error = fetch_error(server.url("/a.jpg"));
    EXPECT_EQ(error.code, ErrorCode::not_found);
    EXPECT_EQ(error.message, "cannot fetch " + server.url("/a.jpg") +
                                 ": the server answered with status " + std::to_string(status));
  }
}

TEST_F(FetchUrl, AnyOtherStatusThan200IsUnreadable) {
  for (const int status : {201, 204, 206, 300, 304, 400, 403, 429, 500, 503}) {
    const TinyServer server(always(response(status, "")));
    const Error error = fetch_error(server.url("/a.jpg"));
    EXPECT_EQ(error.code, ErrorCode::unreadable) << status;
    EXPECT_EQ(error.message, "cannot fetch " + server.url("/a.jpg") +
                                 ": the server answered with status " + std::to_string(status));
  }
}

/// Sends /3 to /2, /2 to /1 and /1 to the image.
std::string redirect_down(const std::string& target) {
  const int left = std::atoi(target.c_str() + 1);
  return left == 0 ? response(200, "image") : redirect('/' + std::to_string(left - 1));
}

TEST_F(FetchUrl, FollowsRedirectsAsFarAsAllowed) {
  const TinyServer server(redirect_down);
  EXPECT_EQ(fetched(server.url("/5")), "image");
  EXPECT_THAT(server.requests(), SizeIs(6));
  EXPECT_EQ(fetched(server.url("/0"), {.redirects_max = 0}), "image");

  const Error error = fetch_error(server.url("/6"));
  EXPECT_EQ(error.code, ErrorCode::unreadable);
  EXPECT_EQ(error.message, "cannot fetch " + server.url("/6") + ": it redirects more than 5 times");
  EXPECT_EQ(fetch_error(server.url("/1"), {.redirects_max = 0}).message,
            "cannot fetch " + server.url("/1") + ": it redirects more than 0 times");
}

TEST_F(FetchUrl, ARedirectToAnotherServerIsFollowedAndItsErrorNamesTheFirstAddress) {
  const TinyServer target([](const std::string& path) {
    return path == "/a.jpg" ? response(200, "image") : response(404, "");
  });
  const TinyServer server([&](const std::string& path) { return redirect(target.url(path)); });
  EXPECT_EQ(fetched(server.url("/a.jpg")), "image");
  const Error error = fetch_error(server.url("/b.jpg"));
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message, HasSubstr(server.url("/b.jpg")));
}

TEST_F(FetchUrl, ARedirectNeverLeadsToAFileOrAnotherProtocol) {
  const test::TemporaryDirectory directory;
  test::write_text(directory.path() / "secret", "secret");
  for (const std::string& location :
       {"file://" + (directory.path() / "secret").native(), "ftp://127.0.0.1/a"s,
        "gopher://127.0.0.1/a"s, "dict://127.0.0.1/a"s}) {
    const TinyServer server(always(redirect(location)));
    const Error error = fetch_error(server.url("/a.jpg"));
    EXPECT_EQ(error.code, ErrorCode::unreadable) << location << ": " << error.message;
    EXPECT_THAT(error.message, AllOf(StartsWith("cannot fetch " + server.url("/a.jpg") + ": "),
                                     HasSubstr(location.substr(0, location.find(':')))));
  }
}

TEST_F(FetchUrl, TakesAsManyBytesAsAllowedAndNotOneMore) {
  const std::string headers = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
  const TinyServer server([&](const std::string& target) {
    const std::string body(static_cast<std::size_t>(std::atoi(target.c_str() + 2)), 'x');
    return target[1] == 'l' ? response(200, body) : headers + body;
  });
  for (const std::string kind : {"/l", "/n"}) {  // with its length in the header, and without
    EXPECT_EQ(fetched(server.url(kind + "1000"), {.bytes_max = 1000}), std::string(1000, 'x'));
    for (const char* const size : {"1001", "9000000"}) {
      const Error error = fetch_error(server.url(kind + size), {.bytes_max = 1000});
      EXPECT_EQ(error.code, ErrorCode::too_large);
      EXPECT_EQ(error.message,
                "cannot fetch " + server.url(kind + size) + ": it is larger than 1000 bytes");
    }
  }
}

TEST_F(FetchUrl, ABodyThatEndsEarlyIsUnreadable) {
  const TinyServer server(
      always("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nonly this"));
  const Error error = fetch_error(server.url("/a.jpg"));
  EXPECT_EQ(error.code, ErrorCode::unreadable);
  EXPECT_THAT(error.message, StartsWith("cannot fetch " + server.url("/a.jpg") + ": "));
}

TEST_F(FetchUrl, WhatDoesNotAnswerInHttpIsUnreadable) {
  for (const char* const bytes : {"", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200"}) {
    const TinyServer server(always(bytes));
    const Error error = fetch_error(server.url("/a.jpg"));
    EXPECT_EQ(error.code, ErrorCode::unreadable) << bytes;
    EXPECT_THAT(error.message, StartsWith("cannot fetch " + server.url("/a.jpg") + ": "));
  }
}

TEST_F(FetchUrl, AServerThatNeverAnswersIsGivenUp) {
  const TinyServer server([](const std::string&) { return std::nullopt; });
  const Error error =
      fetch_error(server.url("/a.jpg"), {.duration_max = std::chrono::milliseconds(250)});
  EXPECT_EQ(error.code, ErrorCode::unreadable);
  EXPECT_EQ(error.message, "cannot fetch " + server.url("/a.jpg") + ": it took longer than 0.25 s");
}

TEST_F(FetchUrl, WhereNobodyListensNothingIsRead) {
  const test::LocalPort port;
  const Error error = fetch_error(port.url("/a.jpg"));
  EXPECT_EQ(error.code, ErrorCode::unreadable);
  EXPECT_THAT(error.message, StartsWith("cannot fetch " + port.url("/a.jpg") + ": "));
  EXPECT_GT(error.message.size(), ("cannot fetch " + port.url("/a.jpg") + ": ").size());
}

TEST_F(FetchUrl, OnlyHttpAndHttpsAreFetched) {
  for (const char* const url : {"", "a.jpg", "/etc/hostname", "file:///etc/hostname",
                                "ftp://127.0.0.1/a", "http:", "http://", " http://127.0.0.1/"}) {
    const Error error = fetch_error(url);
    EXPECT_EQ(error.code, ErrorCode::invalid_argument) << url;
    EXPECT_EQ(error.message,
              "cannot fetch " + std::string(url) + ": only http:// and https:// are fetched");
  }
}

TEST_F(FetchUrl, WhatLooksLikeAnAddressAndIsNoneIsSaidToBeNone) {
  for (const char* const url :
       {"http://[", "http://127.0.0.1:99999/a", "http://127.0.0.1/a b", "http://127.0.0.1/\x01"}) {
    const Error error = fetch_error(url);
    EXPECT_EQ(error.code, ErrorCode::invalid_argument) << url;
    EXPECT_EQ(error.message, "cannot fetch " + std::string(url) + ": it is no address");
  }
}

TEST_F(FetchUrl, TheProxyOfTheEnvironmentIsAsked) {
  const TinyServer proxy(always(response(200, "from the proxy")));
  const TinyServer server(always(response(200, "from the server")));
  const test::ScopedVariable variable("http_proxy", proxy.url(""));
  EXPECT_EQ(fetched("http://images.invalid/a.jpg"), "from the proxy");
  EXPECT_THAT(proxy.requests(), ElementsAre(StartsWith("GET http://images.invalid/a.jpg ")));

  const test::ScopedVariable excepted("no_proxy", "127.0.0.1");
  EXPECT_EQ(fetched(server.url("/a.jpg")), "from the server");
  EXPECT_THAT(proxy.requests(), SizeIs(1));
}

}  // namespace
}  // namespace clipdex::search
