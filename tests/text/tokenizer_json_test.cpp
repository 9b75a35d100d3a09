#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/places.hpp"
#include "support/small_tokenizer.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::text {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

Error error_of(std::string_view json) { return parse_tokenizer_json(json, "t.json").error(); }

TEST(TokenizerJson, ReadsAFileWhateverItsLengthInItsLastPage) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "tokenizer.json";
  const std::string json = test::small_tokenizer().dump();
  // The text must be read alike when it ends just before, at and behind the end of a page.
  for (const std::size_t size : {8000, 8127, 8128, 8129, 8191, 8192, 8193}) {
    test::write_text(path, json + std::string(size - json.size(), ' '));
    const auto tokenizer = load_tokenizer_json(path).value_or_throw();
    EXPECT_THAT(tokenizer->encode("abc"), ElementsAre(9, 8, 10)) << size;
  }
}

TEST(TokenizerJson, AMissingFileIsNotFound) {
  const auto error = load_tokenizer_json("/nowhere/tokenizer.json").error();
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message, HasSubstr("/nowhere/tokenizer.json"));
}

TEST(TokenizerJson, ADirectoryOfThatNameIsUnsupported) {
  const test::TemporaryDirectory directory;
  EXPECT_EQ(load_tokenizer_json(directory.path()).error().code, ErrorCode::unsupported);
}

TEST(TokenizerJson, AnEmptyFileIsCorrupt) {
  const test::TemporaryDirectory directory;
  test::write_text(directory.path() / "tokenizer.json", "");
  const auto error = load_tokenizer_json(directory.path() / "tokenizer.json").error();
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_THAT(error.message, HasSubstr("tokenizer.json is not JSON"));
}

TEST(TokenizerJson, ATruncatedFileIsCorruptAtEveryLength) {
  const std::string json = test::small_tokenizer().dump();
  for (std::size_t size = 0; size < json.size(); size += 7) {
    EXPECT_EQ(error_of(std::string_view(json).substr(0, size)).code, ErrorCode::corrupt) << size;
  }
}

TEST(TokenizerJson, TheMessageNamesTheFileThePartAndTheRemedy) {
  nlohmann::json document = test::small_tokenizer();
  document["model"].erase("vocab");
  const Error error = error_of(document.dump());
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_EQ(error.message,
            "t.json is not a whole tokenizer: its model lacks \"vocab\"; fetch the file again from "
            "where the model came from");
}

TEST(TokenizerJson, AnUnknownTypeIsUnsupportedAndNamed) {
  nlohmann::json document = test::small_tokenizer();
  document["pre_tokenizer"] = {{"type", "UnicodeScripts"}};
  const Error error = error_of(document.dump());
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_EQ(error.message,
            "t.json needs the pre_tokenizer type \"UnicodeScripts\", which this version of clipdex "
            "does not know; use a model with another tokenizer");
}

TEST(TokenizerJson, OtherJsonIsNoTokenizer) {
  EXPECT_THAT(error_of("[]").message,
              StartsWith("t.json is not a whole tokenizer: its content is"));
  EXPECT_THAT(error_of("{}").message, HasSubstr("its content lacks \"model\""));
  EXPECT_THAT(error_of("{} x").message, EndsWith("from where the model came from"));
}

TEST(TokenizerJson, AnAddedTokenNeedsItsContent) {
  nlohmann::json document = test::small_tokenizer();
  document["added_tokens"] = {{{"id", 3}}};
  EXPECT_THAT(error_of(document.dump()).message,
              HasSubstr("one of its added_tokens lacks \"content\""));
}

TEST(TokenizerJson, WithoutTheOptionalPartsTheModelStandsAlone) {
  constexpr std::string_view kBare =
      R"({"model": {"type": "BPE", "vocab": {"a": 0, " ": 1}, "merges": []}})";
  const auto tokenizer = parse_tokenizer_json(kBare, "t.json").value_or_throw();
  EXPECT_THAT(tokenizer->encode("a a"), ElementsAre(0, 1, 0));
}

}  // namespace
}  // namespace clipdex::text
