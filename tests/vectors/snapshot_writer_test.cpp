#include "vectors/snapshot_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <limits>

#include "support/random_vectors.hpp"
#include "vectors/snapshot_scene.hpp"

namespace clipdex::vectors {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SnapshotWriterTest : public ::testing::Test {
 protected:
  Error failure_of(const auto& action) const {
    try {
      action();
    } catch (const Exception& exception) {
      return {exception.code(), exception.what()};
    }
    return {ErrorCode::internal, "nothing was thrown"};
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory_.path()), fs::directory_iterator()));
  }

  const clipdex::test::TemporaryDirectory directory_;
  const fs::path path_ = directory_.path() / "clip.db.vectors";
};

TEST_F(SnapshotWriterTest, WhatIsNotFinishedLeavesTheOldSnapshotAndNothingElse) {
  test::write_snapshot(path_, {1}, {{1, 0}}, 2);
  const std::string old = test::read_all(path_);
  {
    SnapshotWriter writer(path_, test::key_for(2), 2, fs::perms(0644));
    writer.add(1, Embedding{0, 1});
    EXPECT_EQ(test::read_all(path_), old);
  }
  EXPECT_EQ(test::read_all(path_), old);
  EXPECT_EQ(files(), 1U);
}

TEST_F(SnapshotWriterTest, WhatAKilledWriterLeftIsReplacedAndLinksAreNotFollowed) {
  const fs::path other = directory_.path() / "other";
  test::overwrite(other, "precious");
  fs::create_symlink(other, path_.native() + ".new");
  test::write_snapshot(path_, {1}, {{1, 0}}, 2);
  EXPECT_EQ(test::read_all(other), "precious");
  EXPECT_EQ(Snapshot::open(path_).value_or_throw().check_planes(), "");
  EXPECT_EQ(files(), 2U);
}

TEST_F(SnapshotWriterTest, ManyRowsPassThroughTheBuffersWhole) {
  const auto vectors = clipdex::test::random_unit_vectors(1500, 300, 72);
  test::write_snapshot(path_, test::ids_for(1500), vectors, 300);
  const Snapshot snapshot = Snapshot::open(path_).value_or_throw();
  EXPECT_EQ(snapshot.check_planes(), "");
  EXPECT_THAT(snapshot.floats().subspan(1499 * 304, 300),
              ::testing::ElementsAreArray(vectors[1499]));
}

TEST_F(SnapshotWriterTest, RowsOnTheirWayIntoListsLeaveNoFileBehind) {
  {
    SnapshotWriter writer(path_, test::key_for(2), 2, fs::perms(0644), 2);
    writer.add(1, Embedding{0, 1});
    EXPECT_EQ(files(), 1U) << "the draft alone has a name";
  }
  EXPECT_EQ(files(), 0U);
  test::write_snapshot(path_, {1, 2}, {{0, 1}, {1, 0}}, 2, 2);
  EXPECT_EQ(files(), 1U);
}

TEST_F(SnapshotWriterTest, ListsOfRowsOfWhichNoneIsFiniteAreWhole) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  test::write_snapshot(path_, test::ids_for(5), std::vector<Embedding>(5, {nan, 1}), 2, 3);
  EXPECT_EQ(Snapshot::open(path_).value_or_throw().check_planes(), "");
}

TEST_F(SnapshotWriterTest, TheFileHasThePermissionsOfTheLibraryButIsNeverExecutable) {
  SnapshotWriter(path_, test::key_for(2), 0, fs::perms(0740)).finish();
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0640));
}

TEST_F(SnapshotWriterTest, RowsThatDoNotFitAreRefused) {
  SnapshotWriter writer(path_, test::key_for(2), 2, fs::perms(0644));
  writer.add(5, Embedding{1, 0});
  EXPECT_THAT(failure_of([&] {
                writer.add(5, Embedding{1, 0});
              }).message,
              HasSubstr("the vector of image 5 does not fit into"));
  EXPECT_EQ(failure_of([&] { writer.add(6, Embedding{1}); }).code, ErrorCode::invalid_argument);
  EXPECT_THAT(failure_of([&] { writer.finish(); }).message, HasSubstr("1 of 2 rows came for"));
  writer.add(6, Embedding{1, 0});
  EXPECT_THAT(failure_of([&] {
                writer.add(7, Embedding{1, 0});
              }).message,
              HasSubstr("after 2 of 2 rows"));
  EXPECT_EQ(
      failure_of([&] { SnapshotWriter(path_, test::key_for(0), 1, fs::perms(0644)); }).message,
      "no snapshot holds 1 vectors of 0 numbers");
  EXPECT_EQ(
      failure_of([&] { SnapshotWriter(path_, test::key_for(2), 3, fs::perms(0644), 4); }).message,
      "no snapshot has 3 vectors in 4 lists");
}

TEST_F(SnapshotWriterTest, AMissingFolderIsSaidToBeOne) {
  const Error error = failure_of([&] {
    SnapshotWriter(directory_.path() / "gone" / "v", test::key_for(2), 0, fs::perms(0644));
  });
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message, HasSubstr("No such file or directory"));
}

TEST_F(SnapshotWriterTest, AFileThatMayNotGrowLeavesNothing) {
  // A limit on the size of files stands in for a full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 8192, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Error error =
      failure_of([&] { SnapshotWriter(path_, test::key_for(512), 1000, fs::perms(0644)); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(error.code, ErrorCode::internal);
  EXPECT_THAT(error.message, HasSubstr("cannot write " + path_.native() + ".new"));
  EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace clipdex::vectors
