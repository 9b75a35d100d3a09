/// One message of every type that the room `dds` reads, for tests that look at their bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dds/cdr.hpp"

namespace clipdex::test {

/// A message without its type.
struct WireMessage {
  std::string name;      ///< of its file in ../shared/ros2/cdr, for the golden ones
  dds::Payload payload;  ///< as our own code writes it
  /// Reads a payload of the same type and writes what was read.
  Result<dds::Payload> (*read_and_write)(std::span<const std::byte> payload) = nullptr;
};

/// The messages that a real ROS 2 wrote, field by field as in the golden .yaml files.
std::vector<WireMessage> golden_messages();

/// Messages of the types and fields that the golden files leave out: images, and parameters of
/// every type.
std::vector<WireMessage> further_messages();

/// Both of them.
std::vector<WireMessage> all_messages();

/// One of `all_messages`. Throws `std::out_of_range` for another name.
WireMessage message_named(std::string_view name);

/// Hexadecimal digits and bytes; blanks among the digits are left out.
dds::Payload from_hex(std::string_view digits);
std::string hex_of(std::span<const std::byte> bytes);

}  // namespace clipdex::test
