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

TEST(Hash, PiecesHaveTheHashOfTheWhole) {
  const std::string whole(10'000, 'x');
  const std::span<const std::byte> bytes = std::as_bytes(std::span(whole));
  for (const std::size_t cut : {0, 1, 255, 256, 257, 9'999, 10'000}) {
    ContentHasher hasher;
    hasher.update(bytes.first(cut));
    hasher.hash();  // Asking between the pieces changes nothing.
    hasher.update(bytes.subspan(cut));
    EXPECT_EQ(hasher.hash(), content_hash(bytes)) << "cut at " << cut;
  }
  EXPECT_EQ(ContentHasher().hash(), content_hash({}));
}

TEST(Hash, HexadecimalDigitsGiveTheHashBack) {
  const ContentHash hash = content_hash({});
  EXPECT_EQ(hash_from_hex(to_hex(hash)), hash);
  EXPECT_EQ(hash_from_hex(""), std::nullopt);
  EXPECT_EQ(hash_from_hex(to_hex(hash).substr(1)), std::nullopt);
  EXPECT_EQ(hash_from_hex(std::string(31, '0') + "g"), std::nullopt);
}

}  // namespace
}  // namespace clipdex
