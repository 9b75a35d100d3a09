#include "dds/cdr.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "dds/clip_messages.hpp"
#include "dds/graph_messages.hpp"
#include "wire_messages.hpp"

namespace clipdex::dds {
namespace {

using test::from_hex;
using test::hex_of;

/// What a reader makes of one value after the encapsulation of little-endian bytes.
template <class T>
struct ReadOne {
  explicit ReadOne(std::string_view digits) : payload(from_hex(digits)), reader(payload) {
    reader.get(value);
  }
  Payload payload;
  CdrReader reader;
  T value{};
};

template <class T>
std::string written(const T& value) {
  CdrWriter writer;
  writer.put(value);
  return hex_of(writer.take());
}

TEST(CdrWriter, NumbersAreAlignedToTheirSizeFromTheEndOfTheEncapsulation) {
  CdrWriter writer;
  writer.put(std::uint8_t{1});
  writer.put(std::uint16_t{2});
  writer.put(true);
  writer.put(3.0F);
  writer.put(std::int64_t{-1});
  EXPECT_EQ(hex_of(writer.take()),
            "00010000"
            "01"
            "00"
            "0200"
            "01"
            "000000"
            "00004040"
            "00000000"
            "ffffffffffffffff");
}

TEST(CdrWriter, ATextHasItsLengthWithTheNulAndTheNul) {
  EXPECT_EQ(written(std::string("ab")),
            "00010000"
            "03000000"
            "616200");
  EXPECT_EQ(written(std::string()),
            "00010000"
            "01000000"
            "00");
}

TEST(CdrWriter, ATextEndsAtItsFirstNul) {
  EXPECT_EQ(written(std::string("a\0b", 3)),
            "00010000"
            "02000000"
            "6100");
}

TEST(CdrWriter, ASequenceIsItsCountAndItsItems) {
  EXPECT_EQ(written(std::vector<std::uint8_t>{7, 8}),
            "00010000"
            "02000000"
            "0708");
  EXPECT_EQ(written(std::vector<bool>{true, false}),
            "00010000"
            "02000000"
            "0100");
  EXPECT_EQ(written(std::vector<std::int64_t>{1}),
            "00010000"
            "01000000"
            "00000000"
            "0100000000000000");
}

TEST(CdrWriter, AnEmptySequenceOfWideNumbersIsNotPadded) {
  EXPECT_EQ(written(std::vector<double>{}),
            "00010000"
            "00000000");
}

TEST(CdrReader, WhatIsWrittenIsReadAgain) {
  for (const test::WireMessage& message : test::all_messages()) {
    const Result<Payload> again = message.read_and_write(message.payload);
    ASSERT_TRUE(again) << message.name << ": " << again.error().message;
    EXPECT_EQ(hex_of(again.value()), hex_of(message.payload)) << message.name;
  }
}

TEST(CdrReader, EveryTypeOfAParameterHasItsPlace) {
  EXPECT_EQ(hex_of(test::message_named("full_parameter").payload),
            "00010000"
            "01000000"
            "02000000"
            "7000"
            "08"
            "01"
            "00000000"
            "feffffffffffffff"
            "000000000000e03f"
            "02000000"
            "7800"
            "0000"
            "03000000"
            "0102ff"
            "00"
            "03000000"
            "010001"
            "00"
            "02000000"
            "00000000"
            "ffffffffffffffff"
            "0000000000010000"
            "01000000"
            "00000000"
            "000000000000f83f"
            "02000000"
            "02000000"
            "6100"
            "0000"
            "01000000"
            "00");
}

/// The same messages as a machine of the other byte order sends them.
struct BigEndian {
  const char* name;
  const char* hex;
};

constexpr BigEndian kBigEndian[] = {
    {"feedback_message_image",
     "00000000"
     "101112131415161718191a1b1c1d1e1f"
     "3f000000"
     "01000000"
     "0000000100000000"
     "00000010"
     "636f6e6669672f434c49502e706e6700"
     "00000003"
     "3e800000bfc0000040400000"
     "00000002"
     "0000000261000000"
     "00000003626300"},
    {"full_parameter",
     "00000000"
     "00000001"
     "00000002"
     "7000"
     "08"
     "01"
     "00000000"
     "fffffffffffffffe"
     "3fe0000000000000"
     "00000002"
     "7800"
     "0000"
     "00000003"
     "0102ff"
     "00"
     "00000003"
     "010001"
     "00"
     "00000002"
     "00000000"
     "ffffffffffffffff"
     "0000010000000000"
     "00000001"
     "00000000"
     "3ff8000000000000"
     "00000002"
     "00000002"
     "6100"
     "0000"
     "00000001"
     "00"},
    {"image",
     "00000000"
     "6553f100"
     "075bcd15"
     "0000000463616d00"
     "00000001"
     "00000002"
     "000000066d6f6e6f3800"
     "00"
     "00"
     "00000002"
     "00000002"
     "0708"},
};

TEST(CdrReader, TheOtherByteOrderIsReadToo) {
  for (const BigEndian& other : kBigEndian) {
    const test::WireMessage message = test::message_named(other.name);
    const Result<Payload> read = message.read_and_write(from_hex(other.hex));
    ASSERT_TRUE(read) << other.name << ": " << read.error().message;
    EXPECT_EQ(hex_of(read.value()), hex_of(message.payload)) << other.name;
  }
}

TEST(CdrReader, EveryMessageThatIsCutOffAnywhereIsCorrupt) {
  for (const test::WireMessage& message : test::all_messages()) {
    for (std::size_t size = 0; size < message.payload.size(); ++size) {
      // A copy of its own size, so that a sanitizer sees a read beyond the end.
      const Payload cut(message.payload.begin(),
                        message.payload.begin() + static_cast<std::ptrdiff_t>(size));
      const Result<Payload> read = message.read_and_write(cut);
      ASSERT_FALSE(read) << message.name << " cut off at " << size;
      EXPECT_EQ(read.error().code, ErrorCode::corrupt);
      EXPECT_EQ(read.error().message, "the sample is truncated or is no plain CDR");
    }
  }
}

TEST(CdrReader, BytesAfterTheMessageAreIgnored) {
  test::WireMessage message = test::message_named("rosout_log");
  Payload padded = message.payload;
  padded.resize(padded.size() + 3, std::byte{0xFF});
  const Result<Payload> read = message.read_and_write(padded);
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value(), message.payload);
}

TEST(CdrReader, OtherEncodingsAreRefused) {
  for (const char* encapsulation : {"00020000", "00030000", "00060000", "01010000", "00ff0000"}) {
    EXPECT_FALSE(ReadOne<std::uint8_t>(std::string(encapsulation) + "0700").reader.ok())
        << encapsulation;
  }
  EXPECT_TRUE(ReadOne<std::uint8_t>("00010000"
                                    "07")
                  .reader.ok());
  EXPECT_TRUE(ReadOne<std::uint8_t>("00010003"
                                    "07")
                  .reader.ok());  // Options mean nothing here.
}

TEST(CdrReader, AHugeCountAllocatesNothing) {
  const ReadOne<std::vector<double>> numbers(
      "00010000"
      "ffffffff"
      "0000000000000000");
  EXPECT_FALSE(numbers.reader.ok());
  EXPECT_EQ(numbers.value.capacity(), 0U);

  const ReadOne<std::vector<NodeEntitiesInfo>> nodes(
      "00010000"
      "ffffff7f"
      "00000000");
  EXPECT_FALSE(nodes.reader.ok());
  EXPECT_EQ(nodes.value.capacity(), 0U);

  const ReadOne<std::vector<std::string>> texts(
      "00010000"
      "00000080"
      "01000000"
      "00");
  EXPECT_FALSE(texts.reader.ok());
  EXPECT_EQ(texts.value.capacity(), 0U);

  const ReadOne<std::string> text(
      "00010000"
      "ffffffff"
      "6162");
  EXPECT_FALSE(text.reader.ok());
  EXPECT_EQ(text.value.capacity(), std::string().capacity());
}

TEST(CdrReader, ACountThatFitsOnlyWithoutThePaddingIsRefused) {
  const ReadOne<std::vector<double>> one(
      "00010000"
      "01000000"
      "0000000000000000");
  EXPECT_FALSE(one.reader.ok());
  EXPECT_EQ(one.value.capacity(), 0U);
}

TEST(CdrReader, AfterAFailureEverythingIsEmpty) {
  const Payload payload = from_hex(
      "00010000"
      "09000000"
      "61620000");
  CdrReader reader(payload);
  std::string text = "old";
  std::uint32_t number = 1;
  std::vector<std::int64_t> numbers = {1};
  reader.get(text);
  reader.get(number);
  reader.get(numbers);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(text, "");
  EXPECT_EQ(number, 0U);
  EXPECT_TRUE(numbers.empty());
}

TEST(CdrReader, ATextWithoutALengthOrWithoutANulIsStillAText) {
  EXPECT_EQ(ReadOne<std::string>("00010000"
                                 "00000000")
                .value,
            "");
  EXPECT_EQ(ReadOne<std::string>("00010000"
                                 "02000000"
                                 "6162")
                .value,
            "ab");
  const ReadOne<std::string> early(
      "00010000"
      "04000000"
      "61006200");
  EXPECT_TRUE(early.reader.ok());
  EXPECT_EQ(early.value, "a");
}

TEST(CdrReader, AnyByteButZeroIsTrue) {
  EXPECT_TRUE(ReadOne<bool>("00010000"
                            "02")
                  .value);
  EXPECT_FALSE(ReadOne<bool>("00010000"
                             "00")
                   .value);
}

}  // namespace
}  // namespace clipdex::dds
