#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "support/places.hpp"
#include "text/byte_alphabet.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The ids: 256 byte characters ('!' is 0, so 'a' is 64), the same at a word's end (+ 256), the
// merges from 512 on, and the special tokens behind them.
constexpr std::string_view kThreeMerges = "#version: 0.2\na b\na b</w>\nab c</w>\nspare line\n";

std::string packed(std::string_view text) {
  std::string bytes(compressBound(static_cast<uLong>(text.size())) + 64, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(bytes.size() - stream.avail_out);
  deflateEnd(&stream);
  return bytes;
}

std::string message_of(std::string_view bytes, std::size_t merge_count) {
  const auto result = parse_clip_bpe(bytes, "bpe.txt", merge_count);
  EXPECT_EQ(result.error().code, ErrorCode::corrupt);
  return result.error().message;
}

TEST(ClipBpe, NumbersBytesMergesAndSpecialTokensInOrder) {
  const auto tokenizer = parse_clip_bpe(kThreeMerges, "bpe.txt", 3).value_or_throw();
  EXPECT_EQ(tokenizer->token_id("!"), 0);
  EXPECT_EQ(tokenizer->token_id("a"), 64);
  EXPECT_EQ(tokenizer->token_id("!</w>"), 256);
  EXPECT_EQ(tokenizer->token_id("ab"), 512);
  EXPECT_EQ(tokenizer->token_id("abc</w>"), 514);
  EXPECT_EQ(tokenizer->token_id("<|startoftext|>"), 515);
  EXPECT_EQ(tokenizer->end_id(), 516);
  EXPECT_EQ(tokenizer->description(), "byte-pair, 517 tokens");
}

TEST(ClipBpe, EncodesAsWorkedOutByHand) {
  const auto tokenizer = parse_clip_bpe(kThreeMerges, "bpe.txt", 3).value_or_throw();
  EXPECT_THAT(tokenizer->encode("ABC  ab!"), ElementsAre(515, 514, 513, 256, 516));
  EXPECT_THAT(tokenizer->encode("abab"), ElementsAre(515, 512, 513, 516));
  EXPECT_THAT(tokenizer->encode(""), ElementsAre(515, 516));
  // U+4E2D is the bytes E4 B8 AD; all but the visible ones come after the 188 visible.
  EXPECT_THAT(tokenizer->encode("\u4E2D"), ElementsAre(515, 160, 116, 511, 516));
}

TEST(ClipBpe, PackedPlainAndWithCarriageReturnsAreTheSame) {
  const std::string windows = "#version: 0.2\r\na b\r\na b</w>\r\nab c</w>";
  for (const std::string& bytes :
       {std::string(kThreeMerges), packed(kThreeMerges), windows, packed(windows)}) {
    const auto tokenizer = parse_clip_bpe(bytes, "bpe.txt", 3).value_or_throw();
    EXPECT_THAT(tokenizer->encode("abc"), ElementsAre(515, 514, 516));
  }
}

TEST(ClipBpe, LoadsAFileOfTheFullNumberOfMerges) {
  // Any two byte characters may be a merge, which makes more of them than CLIP takes.
  std::string text = "#version: 0.2\n";
  for (const std::string& left : byte_alphabet()) {
    for (const std::string& right : byte_alphabet()) text += left + " " + right + "\n";
  }
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "bpe_simple_vocab_16e6.txt.gz";
  test::write_text(path, packed(text));
  const auto tokenizer = load_clip_bpe(path).value_or_throw();
  EXPECT_EQ(tokenizer->description(), "byte-pair, 49,408 tokens");
  EXPECT_EQ(tokenizer->end_id(), 49407);
  EXPECT_EQ(tokenizer->encode("abab").size(), 5U);
}

TEST(ClipBpe, AListThatIsTooShortIsCorrupt) {
  EXPECT_EQ(
      message_of(kThreeMerges.substr(0, 24), 3),
      "bpe.txt is not CLIP's list of merges: it lists 2 merges of the 3 that CLIP takes; fetch "
      "bpe_simple_vocab_16e6.txt.gz again from where the model came from");
  EXPECT_THAT(message_of("", 3), HasSubstr("it lists 0 merges of the 3"));
}

TEST(ClipBpe, PackedDataThatIsCutOrDamagedIsCorrupt) {
  const std::string bytes = packed(kThreeMerges);
  EXPECT_THAT(message_of(std::string_view(bytes).substr(0, 20), 3),
              HasSubstr("it ends in the middle of its packed data"));
  std::string damaged = bytes;
  damaged[10] = '\xFF';
  EXPECT_THAT(message_of(damaged, 3), HasSubstr("its packed data is damaged"));
}

TEST(ClipBpe, PackedDataThatUnpacksWithoutEndIsRefused) {
  EXPECT_THAT(message_of(packed(std::string(std::size_t{20} << 20, 'a')), 3),
              HasSubstr("it unpacks to more than 16777216 bytes"));
}

TEST(ClipBpe, ALineThatIsNoMergeIsNamed) {
  EXPECT_THAT(message_of("#\na b\nabc\n", 2), HasSubstr("its merge number 2 is not two tokens"));
  EXPECT_THAT(message_of("#\na b c\n", 1), HasSubstr("its merge number 1 is not two tokens"));
  EXPECT_THAT(
      message_of("#\na zz\n", 1),
      HasSubstr("its merge number 1 needs the token \"zz\", which its vocabulary does not"));
}

TEST(ClipBpe, AMissingFileIsNotFound) {
  EXPECT_EQ(load_clip_bpe("/nowhere/bpe.gz").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace clipdex::text
