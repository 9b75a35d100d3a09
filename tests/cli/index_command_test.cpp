#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_command.hpp"

namespace clipdex::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class IndexCommand : public CommandScene {
 protected:
  static Outcome run_index(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "index");
    return run(add_index_command, arguments);
  }

  std::string photos() const { return photos_.native(); }
};

TEST_F(IndexCommand, TheSummaryGoesToStdoutAndTheNoteOfTheDemoModelToStderr) {
  put("cat.jpg");
  put("dog.jpg", "photo_dog.jpg");
  const Outcome outcome = run_index({photos()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_THAT(outcome.out, StartsWith("new 2, changed 0, moved 0, copied 0, unchanged 0, removed "
                                      "0, failed 0\nencoded 2 images in "));
  EXPECT_THAT(outcome.err, StartsWith("clipdex: using the small demo model"));
  EXPECT_THAT(outcome.err, HasSubstr("see --model"));
}

TEST_F(IndexCommand, QuietKeepsTheResultsAndDropsTheNotes) {
  put("cat.jpg");
  const Outcome outcome = run_index({photos(), "--quiet"});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_THAT(outcome.out, StartsWith("new 1,"));
  EXPECT_EQ(outcome.err, "");
}

TEST_F(IndexCommand, AnotherModelHasNoNote) {
  put("cat.jpg");
  EXPECT_EQ(run_index({photos(), "--model", small()}).err, "");
  EXPECT_EQ(Library(options()).model().name, "immich");
}

TEST_F(IndexCommand, TheModelMayComeFromTheEnvironmentAndTheOptionWins) {
  put("cat.jpg");
  {
    const test::ScopedVariable model("CLIPDEX_MODEL", "nosuch");
    expect_failure(run_index({photos()}), "there is no model called 'nosuch'");
    EXPECT_EQ(run_index({photos(), "-m", small()}).status, kDone);
  }
  EXPECT_EQ(Library(options()).model().name, "immich");
}

TEST_F(IndexCommand, TheLibraryOptionWinsOverTheEnvironment) {
  put("cat.jpg");
  const std::string other = (home_ / "other.db").native();
  EXPECT_EQ(run_index({photos(), "-m", small(), "-l", other}).status, kDone);
  EXPECT_TRUE(fs::exists(other));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(IndexCommand, ASecondRunWithoutFoldersTakesTheKnownOnes) {
  put("cat.jpg");
  run_index({photos(), "-m", small()});
  const Outcome outcome = run_index({});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out, "new 0, changed 0, moved 0, copied 0, unchanged 1, removed 0, failed 0\n");
}

TEST_F(IndexCommand, AFailedFileIsOneLineAndTheStatusSaysSo) {
  put("cat.jpg");
  test::write_text(photos_ / "broken.jpg", "no image");
  test::write_text(photos_ / "notes.txt", "no image");
  const Outcome outcome = run_index({photos(), "-m", small()});
  EXPECT_EQ(outcome.status, kNothingFoundOrSomeFailed);
  EXPECT_EQ(outcome.err,
            "clipdex: photos/broken.jpg: its content is that of no known image format\n");
  EXPECT_THAT(outcome.out, HasSubstr("failed 1\n"));
  EXPECT_THAT(outcome.out, HasSubstr("1 other files were left alone\n"));

  const Outcome again = run_index({});
  EXPECT_EQ(again.status, kDone) << "nothing new failed";
  EXPECT_THAT(again.out, HasSubstr("1 of the unchanged failed before; try them again with "
                                   "--retry-failed\n"));
  EXPECT_EQ(run_index({"--retry-failed"}).status, kNothingFoundOrSomeFailed);
}

TEST_F(IndexCommand, ManyFailuresAreCutToTheFirstFew) {
  for (int i = 0; i < 23; ++i) {
    test::write_text(photos_ / (std::to_string(i) + ".jpg"), "no image " + std::to_string(i));
  }
  const Outcome outcome = run_index({photos(), "-m", small()});
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 21);
  EXPECT_THAT(outcome.err, HasSubstr("clipdex: and 3 more files failed; see them all with: clipdex "
                                     "status --failures\n"));
}

TEST_F(IndexCommand, ANameCannotSendTheTerminalCommands) {
  put("folder\x1b[31m/cat.jpg");
  const std::string folder = (photos_ / "folder\x1b[31m").native();
  run_index({folder, "-m", small()});
  fs::remove_all(folder);
  const Outcome outcome = run_index({});
  EXPECT_EQ(outcome.status, kNothingFoundOrSomeFailed);
  EXPECT_THAT(outcome.err, HasSubstr("folder\\x1b[31m could not be read; what the library holds"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("\x1b")));
}

TEST_F(IndexCommand, ExcludesMayBeRepeatedAndAreForgottenWithNewOnes) {
  put("cat.jpg");
  put("dog.jpg", "photo_dog.jpg");
  put("owl.jpg", "photo_owl.jpg");
  run_index({photos(), "-m", small(), "-x", "*dog*", "--exclude", "*owl*"});
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
  run_index({photos()});
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
  run_index({photos(), "-x", "*cat*"});
  EXPECT_THAT(names_in_library(), ElementsAre("dog.jpg", "owl.jpg"));
}

TEST_F(IndexCommand, AnExcludeTakesOnePatternSoThatAFolderMayFollow) {
  put("cat.jpg");
  put("dog.jpg", "photo_dog.jpg");
  EXPECT_EQ(run_index({"-m", small(), "-x", "*dog*", photos()}).status, kDone);
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
}

TEST_F(IndexCommand, HiddenFilesComeAndGoWithTheFlag) {
  put("cat.jpg");
  put(".owl.jpg", "photo_owl.jpg");
  run_index({photos(), "-m", small()});
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
  run_index({photos(), "--hidden"});
  EXPECT_THAT(names_in_library(), ElementsAre(".owl.jpg", "cat.jpg"));
  run_index({photos()});
  EXPECT_THAT(names_in_library(), ElementsAre(".owl.jpg", "cat.jpg"));
  run_index({photos(), "--no-hidden"});
  EXPECT_THAT(names_in_library(), ElementsAre("cat.jpg"));
}

TEST_F(IndexCommand, OrdinaryMistakesAreExplainedAndMakeNoLibrary) {
  const std::string cat = put("cat.jpg");
  expect_failure(run_index({"/nowhere/at-all"}), "there is no folder /nowhere/at-all");
  expect_wrong_use(run_index({cat}), "is a file; give the folder that it is in");
  expect_wrong_use(run_index({""}), "the name of a folder is empty");
  expect_wrong_use(run_index({}), "say which: clipdex index FOLDER");
  expect_wrong_use(run_index({photos(), "--library", ""}), "the name of the library file is empty");
  expect_wrong_use(run_index({photos(), "-j", "1025"}), "--threads");
  expect_wrong_use(run_index({photos(), "-j", "-1"}), "--threads");
  expect_wrong_use(run_index({photos(), "-j", "two"}), "--threads");
  expect_wrong_use(run_index({photos(), "--frobnicate"}), "--frobnicate");
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(IndexCommand, ALibraryInAFolderThatIsNotThereIsRefused) {
  put("cat.jpg");
  const std::string file = (home_ / "nowhere" / "clip.db").native();
  expect_failure(run_index({photos(), "-m", small(), "-l", file}), "create it first");
}

}  // namespace
}  // namespace clipdex::cli
