#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cli/run_command.hpp"
#include "clipdex/model.hpp"

namespace clipdex::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

class EncodeCommand : public CommandScene {
 protected:
  static Outcome run_encode(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "encode");
    return run(add_encode_command, arguments);
  }

  /// The floats of a file that --raw wrote.
  std::vector<float> raw_floats() const {
    const std::string bytes = test::read_text(raw_);
    std::vector<float> floats(bytes.size() / sizeof(float));
    std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
    return floats;
  }

  const fs::path raw_ = home_ / "vectors.bin";
  const std::string cat_ = put("cat.jpg");
  const std::string missing_ = (photos_ / "missing.jpg").native();
};

TEST_F(EncodeCommand, PeopleSeeTheBeginningOfEachVector) {
  const Outcome outcome = run_encode({"text", "a\ncat", "a dog", "-m", small()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_THAT(outcome.out,
              MatchesRegex("a\\\\ncat: [0-9]+ floats \\[(-?0\\.[0-9]{4}, ){4}\\.\\.\\.\\]\n"
                           "a dog: [0-9]+ floats \\[.*\\]\n"));
  EXPECT_EQ(outcome.err, "");
}

TEST_F(EncodeCommand, JsonHoldsWholeUnitVectors) {
  const Outcome outcome = run_encode({"text", "--json", "a cat", "狗", "-m", small()});
  const auto document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document["model"], "immich");
  ASSERT_THAT(document["vectors"], SizeIs(2));
  EXPECT_EQ(document["vectors"][1]["text"], "狗");
  EXPECT_EQ(document["vectors"][0]["vector"].get<Embedding>(), Model(small()).encode_text("a cat"));
}

TEST_F(EncodeCommand, ImagesAreEncodedAsAModelWouldDoIt) {
  const Outcome outcome = run_encode({"image", "--json", cat_, "-m", small()});
  const auto document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document["vectors"][0]["image"], cat_);
  EXPECT_EQ(document["vectors"][0]["vector"].get<Embedding>(),
            Model(small()).encode_image(cat_).value_or_throw());
}

TEST_F(EncodeCommand, TheDemoModelIsTheDefaultAndSaysSo) {
  EXPECT_THAT(run_encode({"text", "a cat"}).err, StartsWith("clipdex: using the small demo model"));
  EXPECT_EQ(run_encode({"text", "a cat", "-q"}).err, "");
  const test::ScopedVariable model("CLIPDEX_MODEL", small());
  EXPECT_EQ(run_encode({"text", "a cat"}).err, "");
}

TEST_F(EncodeCommand, AFailedImageIsALineAndTheOthersAreEncoded) {
  const Outcome outcome = run_encode({"image", missing_, cat_, "-m", small()});
  EXPECT_EQ(outcome.status, kNothingFoundOrSomeFailed);
  EXPECT_THAT(outcome.err, StartsWith("clipdex: cannot open " + missing_));
  EXPECT_THAT(outcome.out, StartsWith(cat_ + ": "));
}

TEST_F(EncodeCommand, RawRowsAreInOrderAndAFailedOneIsZeros) {
  const Outcome outcome =
      run_encode({"image", missing_, cat_, "-m", small(), "--raw", raw_.native()});
  EXPECT_EQ(outcome.status, kNothingFoundOrSomeFailed);
  EXPECT_EQ(outcome.out, "");
  Embedding expected = Model(small()).encode_image(cat_).value_or_throw();
  expected.insert(expected.begin(), expected.size(), 0.0F);
  EXPECT_EQ(raw_floats(), expected);
}

TEST_F(EncodeCommand, RawRowsAreZerosAlsoWhenEveryImageFailed) {
  run_encode({"image", missing_, missing_, "-m", small(), "--raw", raw_.native()});
  EXPECT_THAT(raw_floats(), SizeIs(2 * Model(small()).identity().dimension));
  EXPECT_THAT(raw_floats(), Each(0.0F));
}

TEST_F(EncodeCommand, ATextThatIsTooLongIsNotedWithItsBeginning) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "猫狗鸟";
  const Outcome outcome = run_encode({"text", text, "-m", small()});
  EXPECT_EQ(outcome.status, kDone);
  // Forty bytes would end within the fourteenth character.
  EXPECT_EQ(outcome.err, "clipdex: the text \"" + text.substr(0, 39) +
                             "\" is longer than the model takes; its end was ignored\n");
  EXPECT_EQ(run_encode({"text", text, "-m", small(), "-q"}).err, "");
}

TEST_F(EncodeCommand, JsonAndRawExcludeOneAnother) {
  expect_wrong_use(run_encode({"text", "x", "--json", "--raw", raw_.native()}), "at most 1");
  EXPECT_FALSE(fs::exists(raw_));
}

TEST_F(EncodeCommand, OrdinaryMistakesAreExplained) {
  expect_wrong_use(run_encode({}), "A subcommand is required");
  expect_wrong_use(run_encode({"text"}), "TEXT is required");
  expect_wrong_use(run_encode({"image"}), "FILE is required");
  expect_wrong_use(run_encode({"sound", "x"}), "A subcommand is required");
  expect_failure(run_encode({"text", "x", "-m", "nosuch"}), "there is no model called 'nosuch'");
  expect_failure(run_encode({"text", "x", "-m", small(), "--raw", "/nowhere/at-all/v"}),
                 "cannot write /nowhere/at-all/v");
}

}  // namespace
}  // namespace clipdex::cli
