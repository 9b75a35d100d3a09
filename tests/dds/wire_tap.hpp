/// Reads what RTPS sends over UDP on the loopback interface, byte by byte as it is on the wire.
/// Source of the layout: DDSI-RTPS 2.3, chapter 9.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "dds/endpoint.hpp"
#include "dds/graph.hpp"

namespace clipdex::test {

/// A DATA submessage.
struct WireData {
  dds::Guid writer;
  std::int64_t sequence_number = 0;
  std::uint8_t flags = 0;
  /// The inline parameter 0x800f: 12 + 4 bytes of identity, i32 high, u32 low; in that order.
  std::optional<dds::SampleIdentity> related;
  std::vector<std::uint16_t> inline_parameters;  ///< all of them, without the sentinel
  dds::Payload payload;                          ///< may hold bytes of padding at its end
};

/// Listens until it is destroyed. Needs the right to open raw sockets.
class WireTap {
 public:
  /// @return nothing when this process may not listen
  static std::unique_ptr<WireTap> open();
  ~WireTap();
  WireTap(const WireTap&) = delete;
  WireTap& operator=(const WireTap&) = delete;

  /// Every sample that was sent so far, in order; one that was sent again counts once.
  std::vector<WireData> data() const { return seen_.all(); }

 private:
  explicit WireTap(int socket);
  void listen();
  void read_message(std::span<const std::byte> message);
  void read_data(std::span<const std::byte> body, std::uint8_t flags,
                 const dds::GuidPrefix& prefix);

  const int socket_;
  std::atomic<bool> stops_ = false;
  Collected<WireData> seen_;
  std::thread thread_;  // Last: it uses everything above.
};

}  // namespace clipdex::test
