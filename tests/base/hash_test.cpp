#include "base/hash.hpp"

#include <gtest/gtest.h>

#include "support/places.hpp"

namespace clipdex {
namespace {

TEST(Hash, Sha256EqualsThePublishedExample) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, AFileHasTheHashOfItsBytes) {
  const test::TemporaryDirectory scratch;
  test::write_text(scratch.path() / "a", "abc");
  EXPECT_EQ(sha256_file(scratch.path() / "a").value(), sha256_hex("abc"));
  EXPECT_EQ(sha256_file(scratch.path() / "b").error().code, ErrorCode::not_found);
}

TEST(Hash, TheContentHashOfNothingIsThatOfXxh3) {
  EXPECT_EQ(to_hex(content_hash({})), "99aa06d3014798d86001c324468d497f");
}

TEST(Hash, OneBitChangesTheContentHash) {
  const std::string_view a = "a";
  const std::string_view b = "b";
  EXPECT_NE(content_hash(std::as_bytes(std::span(a))), content_hash(std::as_bytes(std::span(b))));
}

}  // namespace
}  // namespace clipdex
