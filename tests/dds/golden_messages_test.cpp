// Our CDR against bytes that a real ROS 2 Humble wrote.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support/places.hpp"
#include "wire_messages.hpp"

namespace clipdex::dds {
namespace {

using test::from_hex;
using test::golden_messages;
using test::hex_of;
using test::message_named;
using test::WireMessage;

/// Golden bytes that are proved without the reference data beside the tree. Their padding is zero,
/// as ours, and the bytes that rmw_serialize leaves behind the message are cut off.
struct Golden {
  const char* name;
  const char* hex;
};

constexpr Golden kGolden[] = {
    {"send_goal_request_image",
     "00010000101112131415161718191a1b1c1d1e1f010000000200000010000000636f6e6669672f434c49502e706e6"
     "7"
     "00120000002f75736572646174612f6120622e6a706700000000000000"},
    {"send_goal_request_text",
     "00010000101112131415161718191a1b1c1d1e1f0000000000000000030000000a00000061206469616772616d000"
     "0"
     "00060000006120646f6700000004000000e59bbe00"},
    {"get_result_response_aborted", "0001000006000000f9ffffff"},
    {"cancel_goal_response",
     "000100000000000001000000101112131415161718191a1b1c1d1e1f00f1536515cd5b07"},
    {"feedback_message_image",
     "00010000101112131415161718191a1b1c1d1e1f0000003f01000000010000000000000010000000636f6e6669672"
     "f"
     "434c49502e706e6700030000000000803e0000c0bf0000404002000000020000006100000003000000626300"},
    {"goal_status_array",
     "0001000002000000101112131415161718191a1b1c1d1e1f00f1536515cd5b0702a0a1a2a3a4a5a6a7a8a9aaabaca"
     "d"
     "aeaf00000001f153650500000004"},
    {"ros_discovery_info",
     "000100000102030405060708090a0b0c0d0e0f10000000000000000001000000020000002f00000017000000636c6"
     "9"
     "705f656e636f64655f696d6167655f6e6f6465000001000000202122232425262728292a2b2c2d2e2f00000000000"
     "0"
     "000002000000404142434445464748494a4b4c4d4e4f0000000000000000606162636465666768696a6b6c6d6e6f0"
     "0"
     "00000000000000"},
    {"rosout_log",
     "0001000000f1536515cd5b0714000000050000006e6f6465000000000600000068656c6c6f00000006000000662e6"
     "3"
     "7070000000050000006d61696e000000002a000000"},
    {"describe_parameters_response",
     "0001000001000000050000006d6f646500020000010000000000000001000000000000000000000000000000"},
    // Empty sequences of 8-byte numbers are not aligned: the value ends after five bare counts.
    {"set_parameters_request",
     "0001000001000000050000006d6f64650002000001000000000000000000000000000000010000000000000000000"
     "000"
     "00000000000000000000000000000000"},
};

TEST(GoldenMessages, OurBytesAreThoseOfARealRos) {
  for (const Golden& golden : kGolden) {
    EXPECT_EQ(hex_of(message_named(golden.name).payload), golden.hex) << golden.name;
  }
}

TEST(GoldenMessages, TheBytesOfARealRosAreReadAsWhatTheyMean) {
  for (const Golden& golden : kGolden) {
    const WireMessage message = message_named(golden.name);
    const Result<Payload> written = message.read_and_write(from_hex(golden.hex));
    ASSERT_TRUE(written) << golden.name << ": " << written.error().message;
    EXPECT_EQ(hex_of(written.value()), hex_of(message.payload)) << golden.name;
  }
}

class GoldenFiles : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = test::shared_directory() / "ros2" / "cdr";
    if (test::shared_directory().empty() || !std::filesystem::exists(directory_)) {
      GTEST_SKIP() << "The messages that a real ROS 2 wrote are not beside the tree.";
    }
  }

  Payload read(const std::string& file) const {
    std::ifstream stream(directory_ / file);
    return from_hex(std::string(std::istreambuf_iterator<char>(stream), {}));
  }

  std::filesystem::path directory_;
};

TEST_F(GoldenFiles, EveryFileHasItsMessageHere) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    if (entry.path().extension() != ".hex") continue;
    ++files;
    EXPECT_NO_THROW(message_named(entry.path().stem().string())) << entry.path();
  }
  EXPECT_EQ(files, golden_messages().size());
}

TEST_F(GoldenFiles, OurBytesAreTheGoldenOnesWhereverTheyMeanSomething) {
  for (const WireMessage& message : golden_messages()) {
    const Payload golden = read(message.name + ".hex");
    const Payload mask = read(message.name + ".mask");
    ASSERT_GE(golden.size(), message.payload.size()) << message.name;
    ASSERT_EQ(golden.size(), mask.size()) << message.name;
    for (std::size_t i = 0; i < golden.size(); ++i) {
      if (mask[i] == std::byte{0}) continue;
      ASSERT_LT(i, message.payload.size()) << message.name << " ends too early";
      EXPECT_EQ(message.payload[i], golden[i]) << message.name << " at byte " << i;
    }
  }
}

TEST_F(GoldenFiles, TheGoldenBytesAreReadAsOurMessageWhateverThePaddingHolds) {
  for (const WireMessage& message : golden_messages()) {
    Payload golden = read(message.name + ".hex");
    const Payload mask = read(message.name + ".mask");
    for (std::size_t i = 0; i < golden.size(); ++i) {
      if (mask[i] == std::byte{0}) golden[i] = std::byte{0xA5};
    }
    const Result<Payload> written = message.read_and_write(golden);
    ASSERT_TRUE(written) << message.name << ": " << written.error().message;
    EXPECT_EQ(hex_of(written.value()), hex_of(message.payload)) << message.name;
  }
}

}  // namespace
}  // namespace clipdex::dds
