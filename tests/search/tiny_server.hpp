/// A web server on this machine, just enough of one to try out a client.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace clipdex::test {

/// A TCP socket of 127.0.0.1 with a port of its own that nobody answers at.
class LocalPort {
 public:
  LocalPort();
  ~LocalPort();
  LocalPort(const LocalPort&) = delete;
  LocalPort& operator=(const LocalPort&) = delete;

  int descriptor() const noexcept { return descriptor_; }

  /// Such as `http://127.0.0.1:4711` and the path, which begins with a slash.
  std::string url(std::string_view path) const;

 private:
  int descriptor_ = -1;
  int port_ = 0;
};

/// Answers one request after the other from a thread of its own, until it is destroyed.
class TinyServer {
 public:
  /// What to send for the target of a request line, with status line and headers; the connection is
  /// closed after it. Without an answer it stays open in silence until the client gives up.
  /// Called from the server's thread.
  using Answer = std::function<std::optional<std::string>(const std::string& target)>;

  explicit TinyServer(Answer answer);
  ~TinyServer();
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;

  std::string url(std::string_view path) const { return port_.url(path); }

  /// The requests so far: for each the request line and the headers.
  std::vector<std::string> requests() const;

 private:
  void serve();
  void serve_one(int connection);

  const LocalPort port_;
  const Answer answer_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// A response with a body and its length; `headers` are whole lines, each with its CRLF.
std::string response(int status, std::string_view body, std::string_view headers = "");

/// A response that sends the client on to another address.
std::string redirect(std::string_view location);

}  // namespace clipdex::test
