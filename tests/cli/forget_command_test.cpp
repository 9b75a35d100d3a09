#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_command.hpp"

namespace clipdex::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::SizeIs;

class ForgetCommand : public CommandScene {
 protected:
  ForgetCommand() {
    put("cat.jpg");
    put("dog.jpg", "photo_dog.jpg");
    test::write_text(photos_ / "broken.jpg", "no image");
    index();
  }

  static Outcome run_forget(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "forget");
    return run(add_forget_command, arguments);
  }

  LibraryStatus status() const { return Library(options()).status(); }
};

TEST_F(ForgetCommand, SaysHowManyImagesWentAndLeavesTheFiles) {
  const Outcome outcome = run_forget({photos_.native()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out, "photos: 2 images were taken out of the library\n");
  EXPECT_TRUE(fs::exists(photos_ / "cat.jpg"));
  EXPECT_EQ(status().ready, 0U);
  EXPECT_EQ(status().failed, 0U);
  EXPECT_THAT(status().roots, SizeIs(0));
}

TEST_F(ForgetCommand, NeedsFoldersThatTheLibraryHolds) {
  expect_wrong_use(run_forget({}), "say what to forget: a FOLDER, or a model");
  expect_wrong_use(run_forget({""}), "the name of a folder is empty");
  expect_failure(run_forget({"/nowhere/at-all"}), "holds nothing of /nowhere/at-all");
  expect_failure(run_forget({"x", "-l", "/nosuch.db"}), "there is no library /nosuch.db");
}

TEST_F(ForgetCommand, TakesOutAModelThatSearchesDoNotUse) {
  Library(options(test::test_models_directory() / "immich-other-seed")).index({});
  ASSERT_THAT(status().models, SizeIs(2));
  const Outcome outcome = run_forget({"--drop-model", "immich"});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out, "immich: 2 vectors were taken out of the library\n");
  EXPECT_THAT(status().models, SizeIs(1));
  expect_wrong_use(run_forget({"--drop-model", "immich-other-seed"}),
                   "use the model 'immich-other-seed', so it cannot be taken out");
}

}  // namespace
}  // namespace clipdex::cli
