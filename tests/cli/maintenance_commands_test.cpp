#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_command.hpp"
#include "clipdex/model.hpp"
#include "store/connection.hpp"
#include "support/npy.hpp"

namespace clipdex::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class MaintenanceCommands : public CommandScene {
 protected:
  static Outcome run_fsck(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "fsck");
    return run(add_fsck_command, arguments);
  }

  static Outcome run_import(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "import");
    return run(add_import_command, arguments);
  }

  const fs::path old_ = home_ / "old.db";
};

TEST_F(MaintenanceCommands, AWholeLibraryPasses) {
  put("cat.jpg");
  index();
  const Outcome outcome = run_fsck();
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out, file_.native() + " is whole\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(run_fsck({"--repair"}).out, outcome.out);
}

TEST_F(MaintenanceCommands, DamageIsCountedAndRepairedOnDemand) {
  put("cat.jpg");
  index();
  store::Connection(file_, store::Connection::Mode::write).run("DELETE FROM embeddings");
  const Outcome found = run_fsck();
  EXPECT_EQ(found.status, kNothingFoundOrSomeFailed);
  EXPECT_THAT(found.out, StartsWith("1 ready images without any vector: "));
  EXPECT_EQ(found.err, "clipdex: repair what can be repaired with: clipdex fsck --repair\n");
  const Outcome repaired = run_fsck({"--repair"});
  EXPECT_EQ(repaired.status, kDone);
  EXPECT_THAT(repaired.out, StartsWith("1 ready images without any vector (repaired): "));
  EXPECT_EQ(repaired.err, "");
  EXPECT_EQ(run_fsck().status, kDone);
}

TEST_F(MaintenanceCommands, WhatIsNoLibraryIsNotChecked) {
  expect_failure(run_fsck(), "there is no library " + file_.native());
  test::write_text(file_, std::string(5000, 'x'));
  expect_failure(run_fsck(), "is not a clipdex library");
  expect_failure(run_fsck({"--repair"}), "is not a clipdex library");
  EXPECT_EQ(test::read_text(file_), std::string(5000, 'x'));
  expect_wrong_use(run_fsck({"--library", ""}), "the name of the library file is empty");
}

TEST_F(MaintenanceCommands, AnOldLibraryIsImportedOnce) {
  test::make_old_library(old_);
  const Outcome outcome = run_import({old_.native()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out, "imported 1, known before 0\n");
  EXPECT_EQ(run_import({old_.native()}).out, "imported 0, known before 1\n");
}

TEST_F(MaintenanceCommands, RowsThatAreLeftOutAreCountedByReason) {
  test::make_old_library(old_);
  store::Connection(old_, store::Connection::Mode::write)
      .run("INSERT INTO ClipItems VALUES(2, 0, 1, 'b.jpg', '', '/x/b.jpg', NULL, '')");
  const Outcome outcome = run_import({old_.native()});
  EXPECT_EQ(outcome.status, kNothingFoundOrSomeFailed);
  EXPECT_THAT(outcome.err, StartsWith("clipdex: 1 rows were left out: "));
  EXPECT_EQ(outcome.out, "imported 1, known before 0\n");
}

TEST_F(MaintenanceCommands, VectorsComeWithTheirPathsAndTheirModel) {
  const std::size_t dimension = Model(small()).identity().dimension;
  test::write_text(home_ / "v.npy", test::npy_of(std::vector<float>(dimension * 2, 1), 2));
  test::write_text(home_ / "paths.txt", "a.jpg\nb.jpg\n");
  const Outcome outcome = run_import({"v.npy", "paths.txt", "--model", small()});
  EXPECT_EQ(outcome.status, kDone) << outcome.err;
  EXPECT_EQ(outcome.out, "imported 2, known before 0\n");
}

TEST_F(MaintenanceCommands, VectorsWithoutPathsOrModelAreWrongUse) {
  test::write_text(home_ / "v.npy", test::npy_of({1, 2}, 1));
  test::write_text(home_ / "paths.txt", "a.jpg\n");
  expect_wrong_use(run_import({"v.npy"}), "clipdex import v.npy PATHS --model DIR");
  expect_wrong_use(run_import({"v.npy", "paths.txt"}), "name the model that made the vectors");
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(MaintenanceCommands, ASourceThatCannotBeImportedLeavesNoLibrary) {
  expect_wrong_use(run_import({}), "FILE is required");
  expect_failure(run_import({old_.native()}), "there is no file " + old_.native() + " to import");
  test::write_text(old_, std::string(5000, 'x'));
  EXPECT_EQ(run_import({old_.native()}).status, kFailed);
  EXPECT_FALSE(fs::exists(file_));
}

}  // namespace
}  // namespace clipdex::cli
