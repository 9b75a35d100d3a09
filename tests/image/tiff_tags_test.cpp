#include "image/tiff_tags.hpp"

#include <gtest/gtest.h>

#include "support/images.hpp"

namespace clipdex::image {
namespace {

using namespace std::string_literals;
using test::bytes_of;

TEST(TiffTags, NeedAByteOrderMarkAndAHeader) {
  EXPECT_FALSE(TiffTags::open({}));
  EXPECT_FALSE(TiffTags::open(bytes_of("II*\0\x08\0\0"s)));
  EXPECT_FALSE(TiffTags::open(bytes_of("IM*\0\x08\0\0\0"s)));
  EXPECT_FALSE(TiffTags::open(bytes_of("XX*\0\x08\0\0\0"s)));
  EXPECT_TRUE(TiffTags::open(bytes_of("II*\0\x08\0\0\0"s)));
}

TEST(TiffTags, ReadNumbersInBothByteOrders) {
  const auto little = bytes_of("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"s);
  const auto big = bytes_of("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"s);
  for (const auto& bytes : {little, big}) {
    const auto tags = TiffTags::open(bytes);
    ASSERT_TRUE(tags);
    EXPECT_EQ(tags->first_directory(), 8U);
    EXPECT_EQ(tags->number(8, 274), 6U);
    EXPECT_EQ(tags->number(8, 275), std::nullopt);
    EXPECT_FALSE(tags->find(7, 274));
  }
}

TEST(TiffTags, ReadNumbersOfEveryWholeType) {
  const auto with_type = [](char type) {
    return bytes_of("II*\0\x08\0\0\0\x01\0\x12\x01"s + type + "\0\x01\0\0\0\x06\x05\x04\x03"s);
  };
  const auto read = [&](char type) {
    const auto bytes = with_type(type);
    return TiffTags::open(bytes)->number(8, 274);
  };
  EXPECT_EQ(read(1), 0x06U);
  EXPECT_EQ(read(3), 0x0506U);
  EXPECT_EQ(read(4), 0x03040506U);
  EXPECT_EQ(read(5), std::nullopt);  // A fraction.
}

TEST(TiffTags, FollowOffsetsOnlyInsideTheBytes) {
  const auto text_at = [](char offset, char count) {
    return bytes_of("II*\0\x08\0\0\0\x01\0\x0F\x01\x02\0"s + count + "\0\0\0"s + offset +
                    "\0\0\0maker\0"s);
  };
  const auto read = [&](char offset, char count) {
    const auto bytes = text_at(offset, count);
    return std::string(TiffTags::open(bytes)->text(8, 271));
  };
  EXPECT_EQ(read(22, 6), "maker");
  EXPECT_EQ(read(22, 5), "maker");
  EXPECT_EQ(read(22, 7), "");
  EXPECT_EQ(read(100, 6), "");
  EXPECT_EQ(read('a', 1), "a");  // Up to four bytes lie in the entry itself.
}

TEST(TiffTags, EndWithADirectoryThatIsCutOff) {
  const auto bytes = bytes_of("II*\0\x08\0\0\0\xFF\xFF\x0F\x01\x04\0\x01\0\0\0\x01\0\0\0"s);
  const auto tags = TiffTags::open(bytes);
  EXPECT_EQ(tags->number(8, 271), 1U);
  EXPECT_EQ(tags->number(8, 272), std::nullopt);
}

}  // namespace
}  // namespace clipdex::image
