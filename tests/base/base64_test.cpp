#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace clipdex {
namespace {

TEST(Base64, PadsAsTheStandardSays) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
}

TEST(Base64, EveryBytesComeBack) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64, WhatIsNoSuchTextIsNone) {
  for (const char* text : {"Zg=", "Zg", "Z===", "Zg==Zg==", "Zm 9", "Zm\n9", "====", "Zm9-"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

}  // namespace
}  // namespace clipdex
