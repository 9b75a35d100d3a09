// What is left of a library after its writer was killed, or the disk was full.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "store/catalogue.hpp"
#include "store/check.hpp"
#include "store/rows.hpp"
#include "support/failing_disk.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kBatchImages = 16;
constexpr std::size_t kDimension = 512;

void put_batch(Catalogue& library, ModelId model, int batch, int images) {
  for (int i = 0; i < images; ++i) {
    const std::string path = "/" + std::to_string(batch) + "/" + std::to_string(i);
    library.put_vector(library.put_image(test::record(path)), model,
                       test::unit_vector(1, kDimension));
  }
}

/// Writes batches until it kills itself: `images` images into the batch numbered `batches`.
[[noreturn]] void write_and_die(const std::filesystem::path& file, int batches, int images) {
  Catalogue library = Catalogue::open(file, Access::write);
  const ModelId model = library.ensure_model(test::identity('a', kDimension), "m", "");
  for (int batch = 0; batch < batches; ++batch) {
    Catalogue::Transaction transaction(library);
    put_batch(library, model, batch, kBatchImages);
    transaction.commit();
  }
  Catalogue::Transaction transaction(library);
  put_batch(library, model, batches, images);
  ::raise(SIGKILL);
  ::_exit(1);
}

TEST(Durability, AKilledWriterLosesItsOpenBatchAndNothingElse) {
  for (int round = 0; round < 40; ++round) {
    clipdex::test::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "clip.db";
    const int batches = round % 7;
    const pid_t child = ::fork();
    if (child == 0) write_and_die(file, batches, round % (kBatchImages + 1));
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));

    const auto committed = static_cast<std::uint64_t>(batches * kBatchImages);
    EXPECT_EQ(Catalogue::open(file, Access::read).counts().ready, committed);
    EXPECT_THAT(check_library(file, false), IsEmpty());
    // The next run takes the lock, completes, and finds every vector beside its row.
    Catalogue library = Catalogue::open(file, Access::write);
    const ModelId model = library.ensure_model(test::identity('a', kDimension), "m", "");
    put_batch(library, model, batches, kBatchImages);
    EXPECT_EQ(library.vector_count(model), committed + kBatchImages);
  }
}

TEST(Durability, AWriterKilledAtAnyMomentLeavesALibraryThatTheNextOneOpens) {
  clipdex::test::TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "clip.db";
  std::uint64_t before = 0;
  for (int round = 0; round < 40; ++round) {
    const pid_t child = ::fork();
    if (child == 0) write_and_die(file, 1'000'000, 0);
    ::usleep(static_cast<useconds_t>(500 + round * 700));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (!std::filesystem::exists(file)) continue;
    Catalogue library = Catalogue::open(file, Access::write);
    const std::uint64_t now = library.counts().ready;
    EXPECT_EQ(now % kBatchImages, 0u) << "batches are stored whole";
    EXPECT_GE(now, before);
    before = now;
  }
  EXPECT_THAT(check_library(file, false), IsEmpty());
}

/// Puts batches in until it throws, or `batches_max` are in; counts what was committed.
Error fill(const std::filesystem::path& file, int batches_max, std::uint64_t& committed) {
  return test::error_of([&] {
    Catalogue library = Catalogue::open(file, Access::write);
    const ModelId model = library.ensure_model(test::identity('a', kDimension), "m", "");
    for (int batch = 0; batch < batches_max; ++batch) {
      Catalogue::Transaction transaction(library);
      put_batch(library, model, batch, kBatchImages);
      transaction.commit();
      committed += kBatchImages;
      EXPECT_EQ(library.counts().ready, committed);
    }
  });
}

void expect_full_and_intact(const std::filesystem::path& file, const Error& error,
                            std::uint64_t committed) {
  EXPECT_EQ(error.code, ErrorCode::disk_full);
  EXPECT_THAT(error.message, AllOf(HasSubstr(file.native()), HasSubstr("what was stored before is "
                                                                       "intact: free some space")));
  if (committed == 0) return;
  EXPECT_EQ(Catalogue::open(file, Access::read).counts().ready, committed);
  EXPECT_THAT(check_library(file, false), IsEmpty());
}

TEST(Durability, WhicheverWriteFindsNoRoomTheLibraryStaysIntact) {
  clipdex::test::TemporaryDirectory directory;
  clipdex::test::FailingDisk disk;
  int failures = 0;
  for (int writes = 0;; ++writes) {
    const std::filesystem::path file = directory.path() / (std::to_string(writes) + ".db");
    std::uint64_t committed = 0;
    disk.run_full_after(writes);
    const Error error = fill(file, 3, committed);
    const bool ran_full = disk.ran_full();
    disk.make_room();
    // What fails while the file is closed costs nothing: the changes wait in the WAL.
    if (error.code == ErrorCode::stopped) {
      EXPECT_EQ(Catalogue::open(file, Access::read).counts().ready, 3 * kBatchImages);
      if (!ran_full) break;
    } else {
      expect_full_and_intact(file, error, committed);
      ++failures;
    }
    std::uint64_t again = 0;
    EXPECT_EQ(fill(file, 0, again).code, ErrorCode::stopped) << "with room it goes on";
  }
  EXPECT_GT(failures, 10);
}

TEST(Durability, AFullDiskEndsWithOneSentenceAndAnIntactLibrary) {
  clipdex::test::TemporaryDirectory directory;
  if (::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "mounting a small disk needs more rights than this process has";
  }
  const std::filesystem::path file = directory.path() / "clip.db";
  std::uint64_t committed = 0;
  const Error error = fill(file, 10'000, committed);
  EXPECT_GT(committed, 0u);
  expect_full_and_intact(file, error, committed);
  ::umount2(directory.path().c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace clipdex::store
