#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/run_command.hpp"
#include "library/inspect.hpp"
#include "support/small_tokenizer.hpp"

namespace clipdex::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class InspectCommand : public CommandScene {
 protected:
  InspectCommand() { test::write_text(tokenizer_, test::small_tokenizer().dump()); }

  static Outcome run_inspect(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), "inspect");
    return run(add_inspect_command, arguments, input);
  }

  const fs::path tokenizer_ = home_ / "tokenizer.json";
  const fs::path pixels_ = home_ / "pixels.bin";
};

TEST_F(InspectCommand, EachLineOfTokensAnswersALineOfText) {
  const Outcome outcome =
      run_inspect({"tokens", "--tokenizer", tokenizer_.native()}, "\"abc b\"\n\"\"\n\"a\\nb\"");
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out, "[9,8,4,10]\n[9,10]\n[9,3,4,10]\n");
  EXPECT_EQ(outcome.err, "");
}

TEST_F(InspectCommand, NoTextGivesNoTokens) {
  const Outcome outcome = run_inspect({"tokens", "--tokenizer", tokenizer_.native()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out, "");
}

TEST_F(InspectCommand, AModelGivesItsTokenizer) {
  const Outcome outcome = run_inspect({"tokens", "-m", small()}, "\"a cat\"\n");
  EXPECT_EQ(nlohmann::json::parse(outcome.out).get<std::vector<std::int32_t>>(),
            library::TokenInspector::from_model(small()).ids("a cat"));
  const test::ScopedVariable model("CLIPDEX_MODEL", small());
  EXPECT_EQ(run_inspect({"tokens"}, "\"a cat\"\n").out, outcome.out);
}

TEST_F(InspectCommand, ALineThatIsNoJsonStringIsNamedByItsNumber) {
  for (const char* line : {"a cat", "7", "[\"a\"]", "\"a", ""}) {
    const Outcome outcome = run_inspect({"tokens", "--tokenizer", tokenizer_.native()},
                                        "\"a\"\n" + std::string(line) + "\n");
    EXPECT_EQ(outcome.status, kWrongUse);
    EXPECT_EQ(outcome.out, "[9,3,10]\n");
    EXPECT_THAT(outcome.err, HasSubstr("line 2 of the input is no JSON string; write each text in "
                                       "double quotes, one a line"));
  }
}

TEST_F(InspectCommand, PixelsAreWrittenAsTheyAre) {
  const std::string cat = put("cat.jpg");
  const Outcome outcome = run_inspect({"pixels", cat, "--size", "32", "--out", pixels_.native()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out + outcome.err, "");
  const std::vector<std::uint8_t> expected = library::exact_square(cat, 32).value_or_throw().rgb;
  EXPECT_EQ(test::read_text(pixels_), std::string(expected.begin(), expected.end()));
}

TEST_F(InspectCommand, TheUsualSideOfClipIsTheDefault) {
  run_inspect({"pixels", put("cat.jpg"), "--out", pixels_.native()});
  EXPECT_EQ(fs::file_size(pixels_), 224U * 224U * 3U);
}

TEST_F(InspectCommand, OrdinaryMistakesAreExplained) {
  const std::string cat = put("cat.jpg");
  const std::string out = pixels_.native();
  expect_wrong_use(run_inspect({}), "A subcommand is required");
  expect_wrong_use(run_inspect({"pixels"}), "required");
  expect_wrong_use(run_inspect({"pixels", cat}), "--out is required");
  expect_wrong_use(run_inspect({"pixels", cat, "--size", "0", "--out", out}), "--size");
  expect_wrong_use(run_inspect({"pixels", cat, "--size", "8193", "--out", out}), "--size");
  expect_failure(run_inspect({"pixels", "/nosuch.jpg", "--out", out}), "/nosuch.jpg");
  EXPECT_FALSE(fs::exists(pixels_));
  expect_failure(run_inspect({"pixels", cat, "--out", "/nowhere/at-all/p"}), "cannot write");
  expect_failure(run_inspect({"tokens", "--tokenizer", "/nosuch.json"}), "/nosuch.json");
  expect_failure(run_inspect({"tokens", "-m", "nosuch"}), "there is no model called 'nosuch'");
}

}  // namespace
}  // namespace clipdex::cli
