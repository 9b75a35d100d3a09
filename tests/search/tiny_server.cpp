#include "search/tiny_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace clipdex::test {
namespace {

void send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    // A client that hung up must end this answer and not the process.
    const ssize_t count = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// Appends what comes next to `text`; false when the other side has closed the connection.
bool receive(int connection, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
  if (count <= 0) return false;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace

LocalPort::LocalPort() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any_address = reinterpret_cast<sockaddr*>(&address);
  if (descriptor_ < 0 || ::bind(descriptor_, any_address, size) != 0 ||
      ::getsockname(descriptor_, any_address, &size) != 0) {
    throw std::runtime_error("cannot open a port of 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
}

LocalPort::~LocalPort() { ::close(descriptor_); }

std::string LocalPort::url(std::string_view path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

TinyServer::TinyServer(Answer answer) : answer_(std::move(answer)) {
  if (::listen(port_.descriptor(), SOMAXCONN) != 0) throw std::runtime_error("cannot listen");
  thread_ = std::thread([this] { serve(); });
}

TinyServer::~TinyServer() {
  ::shutdown(port_.descriptor(), SHUT_RDWR);  // wakes the thread from accept
  thread_.join();
}

std::vector<std::string> TinyServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void TinyServer::serve() {
  while (true) {
    const int connection = ::accept4(port_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    serve_one(connection);
    ::close(connection);
  }
}

void TinyServer::serve_one(int connection) {
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    if (!receive(connection, request)) return;
  }
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const std::size_t begin = request.find(' ') + 1;
  if (const auto bytes = answer_(request.substr(begin, request.find(' ', begin) - begin))) {
    send_all(connection, *bytes);
    ::shutdown(connection, SHUT_WR);
  }
  // To close before the client does would throw away what it has not read yet.
  while (receive(connection, request)) {
  }
}

std::string response(int status, std::string_view body, std::string_view headers) {
  return fmt::format("HTTP/1.1 {} Status\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}",
                     status, body.size(), headers, body);
}

std::string redirect(std::string_view location) {
  return response(302, "", fmt::format("Location: {}\r\n", location));
}

}  // namespace clipdex::test
