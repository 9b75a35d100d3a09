#include "dds/wire_tap.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace clipdex::test {
namespace {

constexpr std::size_t kEthernetBytes = 14;
constexpr std::size_t kUdpBytes = 8;
constexpr std::size_t kRtpsHeaderBytes = 20;
constexpr std::uint8_t kData = 0x15;
constexpr std::uint8_t kLittleEndian = 0x01;
constexpr std::uint8_t kHasInlineQos = 0x02;

/// A number in the sender's order, which is ours on every machine that the tests run on.
template <class T>
T number_at(std::span<const std::byte> bytes, std::size_t at) {
  T value{};
  if (at + sizeof(T) <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

std::int64_t sequence_number_at(std::span<const std::byte> bytes, std::size_t at) {
  const auto high = number_at<std::int32_t>(bytes, at);
  const auto low = number_at<std::uint32_t>(bytes, at + 4);
  return (static_cast<std::int64_t>(high) << 32) + low;
}

}  // namespace

std::unique_ptr<WireTap> WireTap::open() {
  const int socket = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0x0800));
  if (socket < 0) return nullptr;
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(0x0800);
  address.sll_ifindex = static_cast<int>(::if_nametoindex("lo"));
  const timeval patience{0, 20'000};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const int buffer_bytes = 8 << 20;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(socket);
    return nullptr;
  }
  return std::unique_ptr<WireTap>(new WireTap(socket));
}

WireTap::WireTap(int socket) : socket_(socket), thread_([this] { listen(); }) {}

WireTap::~WireTap() {
  stops_ = true;
  thread_.join();
  ::close(socket_);
}

void WireTap::listen() {
  std::vector<std::byte> packet(1 << 17);
  while (!stops_) {
    sockaddr_ll from{};
    socklen_t from_bytes = sizeof(from);
    const ssize_t count = ::recvfrom(socket_, packet.data(), packet.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &from_bytes);
    // On this interface every packet comes out once and in once.
    if (count < 0 || from.sll_pkttype == PACKET_OUTGOING) continue;
    const auto bytes = std::span<const std::byte>(packet).first(static_cast<std::size_t>(count));
    if (bytes.size() < kEthernetBytes + 20 + kUdpBytes) continue;
    const std::size_t ip_bytes = 4 * (std::to_integer<std::size_t>(bytes[kEthernetBytes]) & 0x0f);
    const std::size_t start = kEthernetBytes + ip_bytes + kUdpBytes;
    const bool is_udp = bytes[kEthernetBytes + 9] == std::byte{17};
    if (is_udp && start < bytes.size()) read_message(bytes.subspan(start));
  }
}

void WireTap::read_message(std::span<const std::byte> message) {
  if (message.size() < kRtpsHeaderBytes || std::memcmp(message.data(), "RTPS", 4) != 0) return;
  dds::GuidPrefix prefix;
  std::memcpy(prefix.data(), message.data() + 8, prefix.size());
  std::size_t at = kRtpsHeaderBytes;
  while (at + 4 <= message.size()) {
    const auto kind = number_at<std::uint8_t>(message, at);
    const auto flags = number_at<std::uint8_t>(message, at + 1);
    std::size_t bytes = number_at<std::uint16_t>(message, at + 2);
    at += 4;
    if (bytes == 0) bytes = message.size() - at;  // The last submessage may leave its length out.
    bytes = std::min(bytes, message.size() - at);
    if (kind == kData && (flags & kLittleEndian) != 0) {
      read_data(message.subspan(at, bytes), flags, prefix);
    }
    at += bytes;
  }
}

void WireTap::read_data(std::span<const std::byte> body, std::uint8_t flags,
                        const dds::GuidPrefix& prefix) {
  if (body.size() < 20) return;
  WireData data;
  data.flags = flags;
  std::copy(prefix.begin(), prefix.end(), data.writer.bytes.begin());
  std::memcpy(data.writer.bytes.data() + 12, body.data() + 8, 4);
  data.sequence_number = sequence_number_at(body, 12);
  std::size_t at = 4 + number_at<std::uint16_t>(body, 2);
  while ((flags & kHasInlineQos) != 0 && at + 4 <= body.size()) {
    const auto parameter = number_at<std::uint16_t>(body, at);
    const auto bytes = number_at<std::uint16_t>(body, at + 2);
    at += 4;
    if (parameter == 1) break;  // The sentinel.
    data.inline_parameters.push_back(parameter);
    if (parameter == 0x800f && bytes == 24 && at + bytes <= body.size()) {
      data.related.emplace();
      std::memcpy(data.related->writer.bytes.data(), body.data() + at, 16);
      data.related->sequence_number = sequence_number_at(body, at + 16);
    }
    at += bytes;
  }
  if (at < body.size())
    data.payload.assign(body.begin() + static_cast<std::ptrdiff_t>(at), body.end());
  const auto all = seen_.all();
  const bool is_known = std::ranges::any_of(all, [&](const WireData& other) {
    return other.writer == data.writer && other.sequence_number == data.sequence_number;
  });
  if (!is_known) seen_.put(std::move(data));
}

}  // namespace clipdex::test
