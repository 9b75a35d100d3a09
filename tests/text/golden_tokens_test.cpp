#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/places.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::text {
namespace {

/// Every reference text must give the reference's ids.
void expect_reference_ids(const Tokenizer& tokenizer, const std::filesystem::path& reference,
                          std::size_t text_count) {
  std::ifstream lines(reference);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto entry = nlohmann::json::parse(line);
    const auto text = entry.at("text").get<std::string>();
    EXPECT_EQ(tokenizer.encode(text), entry.at("hf").get<std::vector<TokenId>>()) << text;
  }
  EXPECT_EQ(count, text_count);
}

class GoldenTokens : public testing::Test {
 protected:
  void SetUp() override {
    if (test::shared_directory().empty()) {
      GTEST_SKIP() << "The reference data is not beside the tree.";
    }
    tokens_ = test::shared_directory() / "golden" / "tokens";
  }
  std::filesystem::path tokens_;
};

TEST_F(GoldenTokens, EveryReferenceTextGivesTheReferenceIdsFromTheJsonFile) {
  const auto tokenizer = load_tokenizer_json(tokens_ / "tokenizer.json").value_or_throw();
  expect_reference_ids(*tokenizer, tokens_ / "tokens.jsonl", 3448);
  EXPECT_EQ(tokenizer->description(), "byte-pair, 49,408 tokens");
  EXPECT_EQ(tokenizer->end_id(), 49407);
}

TEST_F(GoldenTokens, EveryReferenceTextGivesTheReferenceIdsFromTheMergesFile) {
  const auto tokenizer = load_clip_bpe(tokens_ / "bpe_simple_vocab_16e6.txt.gz").value_or_throw();
  expect_reference_ids(*tokenizer, tokens_ / "tokens.jsonl", 3448);
  EXPECT_EQ(tokenizer->description(), "byte-pair, 49,408 tokens");
  EXPECT_EQ(tokenizer->end_id(), 49407);
}

TEST_F(GoldenTokens, EveryOtherKindGivesTheReferenceIdsToo) {
  for (const char* kind : {"gemma_bpe", "wordpiece", "unigram_nmt_nfkc", "unigram_nfkc_cf"}) {
    SCOPED_TRACE(kind);
    const std::filesystem::path directory = tokens_ / "kinds" / kind;
    const auto tokenizer = load_tokenizer_json(directory / "tokenizer.json").value_or_throw();
    expect_reference_ids(*tokenizer, directory / "tokens.jsonl", 2400);
  }
}

TEST_F(GoldenTokens, WordPieceGivesTheReferenceIdsFromItsVocabularyAlone) {
  const std::filesystem::path directory = tokens_ / "kinds" / "wordpiece";
  const auto tokenizer = load_bert_vocabulary(directory / "vocab.txt").value_or_throw();
  expect_reference_ids(*tokenizer, directory / "tokens.jsonl", 2400);
  EXPECT_EQ(tokenizer->description(), "WordPiece, 6,000 tokens");
}

TEST_F(GoldenTokens, TheTwoLoadersAgreeOnTextsWithSpecialTokensAndOddCharacters) {
  const auto json = load_tokenizer_json(tokens_ / "tokenizer.json").value_or_throw();
  const auto merges = load_clip_bpe(tokens_ / "bpe_simple_vocab_16e6.txt.gz").value_or_throw();
  for (const std::string_view text :
       {std::string_view(""), std::string_view("a<|endoftext|>b"),
        std::string_view("<|ENDOFTEXT|>"), std::string_view("<|STARTOFTEXT|> x"),
        std::string_view("a\0b", 3), std::string_view("\xFF\xC3"),
        std::string_view("\xC4\xB0 \xE2\x80\xA8 \xCE\xA3")}) {
    EXPECT_EQ(json->encode(text), merges->encode(text)) << text;
  }
}

TEST_F(GoldenTokens, TheDemoTokenizerLoads) {
  std::filesystem::path path = test::source_directory() / "models/demo/textual/tokenizer.json";
  if (!std::filesystem::exists(path)) {
    path = test::shared_directory() / "demo-model/package/textual/tokenizer.json";
  }
  const auto tokenizer = load_tokenizer_json(path).value_or_throw();
  EXPECT_EQ(tokenizer->encode("").size(), 2U);
  EXPECT_EQ(tokenizer->end_id(), tokenizer->token_id("<|endoftext|>"));
}

}  // namespace
}  // namespace clipdex::text
