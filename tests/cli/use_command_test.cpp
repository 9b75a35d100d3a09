#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_command.hpp"

namespace clipdex::cli {
namespace {

using ::testing::HasSubstr;

class UseCommand : public CommandScene {
 protected:
  UseCommand() {
    put("cat.jpg");
    index();
    Library(options(test::test_models_directory() / "immich-other-seed")).index({});
  }

  static Outcome run_use(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "use");
    return run(add_use_command, arguments);
  }
};

TEST_F(UseCommand, GoesBackToTheModelOfBefore) {
  const Outcome outcome = run_use({"immich"});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out, "searches use the model 'immich'\n");
  EXPECT_EQ(Library(options()).model().name, "immich");
}

TEST_F(UseCommand, CountsTheImagesThatItDoesNotFind) {
  put("dog.jpg", "photo_dog.jpg");
  index_known();
  const Outcome outcome = run_use({"immich"});
  EXPECT_EQ(outcome.status, kNothingFoundOrSomeFailed);
  EXPECT_THAT(outcome.err, HasSubstr("1 of 2 images have no vector of it and are not found; fill "
                                     "them in with: clipdex index --model immich"));
}

TEST_F(UseCommand, NamesTheModelsThereAre) {
  expect_failure(run_use({"nosuch"}),
                 "holds no vectors of a model 'nosuch'; it has those of "
                 "'immich' (");
  expect_wrong_use(run_use({}), "MODEL is required");
}

}  // namespace
}  // namespace clipdex::cli
