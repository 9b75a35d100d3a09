#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_command.hpp"

namespace clipdex::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ModelCommand : public CommandScene {
 protected:
  static Outcome run_model(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "model");
    return run(add_model_command, arguments);
  }

  const fs::path shelf_ = home_ / "data/clipdex/models";
};

TEST_F(ModelCommand, TheListHasALineForEachModelAndSaysWhatIsWrongWithOne) {
  fs::create_directories(shelf_ / "empty");
  test::copy_model("rclip", shelf_);
  const Outcome outcome = run_model({"list"});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, StartsWith("empty  " + (shelf_ / "empty").native() + " is no model"));
  EXPECT_THAT(outcome.out, HasSubstr("\nrclip  rclip  " + (shelf_ / "rclip").native() + "\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\ndemo  Immich  "));
}

TEST_F(ModelCommand, ANameOfAModelCannotSendTheTerminalCommands) {
  fs::create_directories(shelf_ / "red\x1b[31m");
  EXPECT_THAT(run_model({"list"}).out, StartsWith("red\\x1b[31m  "));
}

TEST_F(ModelCommand, APackageIsShownLineByLine) {
  const Outcome outcome = run_model({"show", small()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_THAT(outcome.out, StartsWith("name         immich\ndirectory    " + small() +
                                      "\nlayout       Immich\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("\nidentity     [0-9a-f]+\n"));
}

TEST_F(ModelCommand, WithoutANameTheModelIsThatOfTheEnvironmentOrTheDemo) {
  EXPECT_THAT(run_model({"show"}).out, StartsWith("name         demo\n"));
  const test::ScopedVariable model("CLIPDEX_MODEL", small());
  EXPECT_THAT(run_model({"show"}).out, StartsWith("name         immich\n"));
  EXPECT_THAT(run_model({"show", "demo"}).out, StartsWith("name         demo\n"));
}

TEST_F(ModelCommand, TheDoctorFindsASoundModelSound) {
  const Outcome outcome = run_model({"doctor", small()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_THAT(outcome.out, StartsWith("ok       files "));
  EXPECT_THAT(outcome.out, ContainsRegex("\nok       image batch "));
  EXPECT_THAT(outcome.out, Not(HasSubstr("FAILED")));
}

TEST_F(ModelCommand, TheDoctorSaysWhatIsSkipped) {
  const fs::path copy = test::copy_model("immich", home_);
  fs::remove(copy / "expected.json");
  const Outcome outcome = run_model({"doctor", copy.native()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_THAT(outcome.out, ContainsRegex("\nskipped  reference "));
}

TEST_F(ModelCommand, TheDoctorGoesOnAfterAFailureAndTheStatusSaysSo) {
  const fs::path copy = test::copy_model("immich", home_);
  test::write_text(copy / "visual/model.onnx", "broken");
  const Outcome outcome = run_model({"doctor", copy.native()});
  EXPECT_EQ(outcome.status, kNothingFoundOrSomeFailed);
  EXPECT_THAT(outcome.out, HasSubstr("FAILED   "));
}

TEST_F(ModelCommand, OrdinaryMistakesAreExplained) {
  expect_wrong_use(run_model({}), "A subcommand is required");
  expect_wrong_use(run_model({"show", "demo", "further"}), "further");
  expect_failure(run_model({"show", "nosuch"}), "there is no model called 'nosuch'");
  expect_failure(run_model({"doctor", "nosuch"}), "there is no model called 'nosuch'");
  expect_failure(run_model({"show", home_.native()}), "is no model package that clipdex knows");
}

TEST_F(ModelCommand, OptimizingSaysWhatWasDoneAndProved) {
  const fs::path copy = test::copy_model("immich", home_);
  const Outcome outcome =
      run_model({"optimize", copy.native(), "--images", (copy / "expected").native()});
  EXPECT_EQ(outcome.status, kDone) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("int8 " + (copy / "optimized/int8").native() + "\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\n  image  attention      applied: 2 of 2 softmaxes\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  text   proof          cosine 0\\.99"));
  EXPECT_THAT(run_model({"show", copy.native()}).out,
              HasSubstr("\nint8         " + (copy / "optimized/int8").native() + "\n"));
  EXPECT_THAT(run_model({"show", copy.native()}).out, HasSubstr("\nfloat32      none\n"));
  EXPECT_THAT(run_model({"doctor", copy.native()}).out, HasSubstr("int8 images now"));
}

TEST_F(ModelCommand, OptimizingToFloat32WritesThatAlone) {
  const fs::path copy = test::copy_model("immich", home_);
  EXPECT_EQ(run_model({"optimize", copy.native(), "--precision", "float32"}).status, kDone);
  EXPECT_TRUE(fs::exists(copy / "optimized/float32/manifest.json"));
  EXPECT_FALSE(fs::exists(copy / "optimized/int8"));
}

TEST_F(ModelCommand, MistakesInOptimizingAreExplained) {
  expect_wrong_use(run_model({"optimize", small(), "--precision", "int4"}), "int4");
  expect_failure(run_model({"optimize", "nosuch"}), "there is no model called 'nosuch'");
  const fs::path copy = test::copy_model("immich", home_);
  expect_failure(run_model({"optimize", copy.native(), "--images", "/no/such/folder"}),
                 "cannot open /no/such/folder");
  EXPECT_FALSE(fs::exists(copy / "optimized"));
}

}  // namespace
}  // namespace clipdex::cli
