#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/places.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::text {
namespace {

/// Every reference text must give the reference's ids.
void expect_reference_ids(const Tokenizer& tokenizer, const std::filesystem::path& reference) {
  std::ifstream lines(reference);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto entry = nlohmann::json::parse(line);
    const auto text = entry.at("text").get<std::string>();
    EXPECT_EQ(tokenizer.encode(text), entry.at("hf").get<std::vector<TokenId>>()) << text;
  }
  EXPECT_EQ(count, 3448U);
}

class GoldenTokens : public testing::Test {
 protected:
  void SetUp() override {
    if (test::shared_directory().empty()) GTEST_SKIP() << "The reference data is not beside the tree.";
    tokens_ = test::shared_directory() / "golden" / "tokens";
  }
  std::filesystem::path tokens_;
};

TEST_F(GoldenTokens, EveryReferenceTextGivesTheReferenceIdsFromTheJsonFile) {
  const auto tokenizer = load_tokenizer_json(tokens_ / "tokenizer.json").value_or_throw();
  expect_reference_ids(*tokenizer, tokens_ / "tokens.jsonl");
  EXPECT_EQ(tokenizer->description(), "byte-pair, 49,408 tokens");
  EXPECT_EQ(tokenizer->end_id(), 49407);
}

TEST_F(GoldenTokens, EveryReferenceTextGivesTheReferenceIdsFromTheMergesFile) {
  const auto tokenizer = load_clip_bpe(tokens_ / "bpe_simple_vocab_16e6.txt.gz").value_or_throw();
  expect_reference_ids(*tokenizer, tokens_ / "tokens.jsonl");
  EXPECT_EQ(tokenizer->description(), "byte-pair, 49,408 tokens");
  EXPECT_EQ(tokenizer->token_id("<|endoftext|>"), 49407);
}

}  // namespace
}  // namespace clipdex::text
