// What is left of a run, and of the library, when a part of the pipeline fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "indexer/pipeline.hpp"
#include "indexer/small_library.hpp"
#include "indexer/store_stage.hpp"
#include "store/check.hpp"
#include "support/failing_disk.hpp"

namespace clipdex::indexer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t kBatch = StoreStage::kBatchItemsMax;

/// Every test runs with one worker of each kind and with four.
class PipelineFaultsTest : public test::SmallLibraryTest,
                           public ::testing::WithParamInterface<unsigned> {
 protected:
  IndexJob job() {
    IndexJob job = SmallLibraryTest::job();
    job.threads = GetParam();
    return job;
  }

  void put_pictures(unsigned count) {
    for (unsigned i = 0; i < count; ++i) put_picture(std::to_string(1000 + i) + ".jpg", i);
  }

  /// Waits until others see so many images, which is when they have been committed.
  void wait_until_committed(std::uint64_t images) const {
    const store::Catalogue reader = open_reader();
    while (reader.counts().ready < images) std::this_thread::yield();
  }

  /// Expects the library to be whole and a further run to complete it.
  void expect_next_run_completes(std::uint64_t images) {
    const std::uint64_t stored = open_reader().counts().ready;
    EXPECT_EQ(open_reader().vector_count(model_), stored) << "rows and vectors together";
    EXPECT_THAT(store::check_library(file_, false), IsEmpty());
    const IndexReport report = run_pipeline(job());
    EXPECT_EQ(report.unchanged, stored);
    EXPECT_EQ(report.added, images - stored);
    EXPECT_EQ(library_.vector_count(model_), images);
  }
};

INSTANTIATE_TEST_SUITE_P(Threads, PipelineFaultsTest, ::testing::Values(1U, 4U));

TEST_P(PipelineFaultsTest, AnEncoderThatThrowsEndsTheRunAndCommittedBatchesStay) {
  put_pictures(200);
  // At most the 16 that four encoders hold have not reached the store by then, so a batch is full.
  encoder_.on_encode([&] {
    if (encoder_.images() < kBatch + 16) return;
    wait_until_committed(kBatch);
    throw Exception(ErrorCode::internal, "the runtime gave up");
  });
  const Error error = test::error_of([&] { run_pipeline(job()); });
  EXPECT_EQ(error.code, ErrorCode::internal);
  EXPECT_EQ(error.message, "the runtime gave up");
  EXPECT_GE(open_reader().counts().ready, kBatch);
  EXPECT_LT(open_reader().counts().ready, 200u);
  encoder_.on_encode({});
  expect_next_run_completes(200);
}

TEST_P(PipelineFaultsTest, AnEncoderThatThrowsAtOnceLeavesTheLibraryAsItWas) {
  put_picture("a.jpg", 1);
  run_pipeline(job());
  put_pictures(100);
  std::filesystem::remove(photos_ / "a.jpg");
  encoder_.fail_after(0, {ErrorCode::corrupt, "the graph gives no finite vector"});
  const Error error = test::error_of([&] { run_pipeline(job()); });
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_EQ(error.message, "the graph gives no finite vector");
  EXPECT_TRUE(is_known("a.jpg")) << "nothing is removed after a failure";
  EXPECT_EQ(library_.counts().ready, 1u);
}

TEST_P(PipelineFaultsTest, AReaderThatCannotBeOpenedEndsTheRunWhoeverAsksForIt) {
  put_pictures(100);
  for (unsigned good = 0; good <= GetParam(); ++good) {
    std::atomic<unsigned> opened = 0;
    IndexJob faulty = job();
    faulty.open_reader = [&] {
      if (opened++ >= good) throw Exception(ErrorCode::unreadable, "no more connections");
      return open_reader();
    };
    const Error error = test::error_of([&] { run_pipeline(faulty); });
    EXPECT_EQ(error.code, ErrorCode::unreadable);
    EXPECT_EQ(error.message, "no more connections");
  }
  expect_next_run_completes(100);
}

/// The library is opened after the disk has been put below it.
class FullDiskTest : public ::testing::TestWithParam<unsigned> {
 protected:
  /// Indexes the folder into a new library; the error, or the code `stopped` for none.
  Error index(const std::filesystem::path& file) {
    return test::error_of([&] {
      store::Catalogue library = store::Catalogue::open(file, store::Access::write);
      store::Root root;
      root.path = photos_.native();
      root.id = library.ensure_root(root);
      const IndexJob job{
          .library = library,
          .model = library.ensure_model(store::test::identity(), "m", ""),
          .encoder = encoder_,
          .open_reader = [&] { return store::Catalogue::open(file, store::Access::read); },
          .scopes = {{root, root.path}},
          .retry_failed = false,
          .threads = GetParam(),
          .progress = {}};
      run_pipeline(job);
    });
  }

  clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path photos_ = directory_.path() / "photos";
  clipdex::test::FakeImageEncoder encoder_;
  clipdex::test::FailingDisk disk_;
};

INSTANTIATE_TEST_SUITE_P(Threads, FullDiskTest, ::testing::Values(1U, 4U));

TEST_P(FullDiskTest, WhicheverWriteFindsNoRoomTheRunEndsAndTheNextOneCompletes) {
  constexpr std::uint64_t kImages = 150;
  for (unsigned i = 0; i < kImages; ++i) {
    clipdex::test::write_text(photos_ / std::to_string(i), test::tiny_picture(i));
  }
  int failures_between_batches = 0;
  for (int writes = 0;; writes += 5) {
    SCOPED_TRACE(writes);
    const std::filesystem::path file = directory_.path() / (std::to_string(writes) + ".db");
    disk_.run_full_after(writes);
    const Error error = index(file);
    const bool ran_full = disk_.ran_full();
    disk_.make_room();
    if (error.code != ErrorCode::stopped) {
      EXPECT_EQ(error.code, ErrorCode::disk_full) << error.message;
      EXPECT_THAT(error.message, AllOf(HasSubstr(file.native()), HasSubstr("free some space")));
      if (store::Catalogue::open(file, store::Access::write).counts().ready > 0) {
        ++failures_between_batches;
      }
    }
    EXPECT_EQ(index(file).code, ErrorCode::stopped) << "with room it goes on";
    EXPECT_EQ(store::Catalogue::open(file, store::Access::read).counts().ready, kImages);
    EXPECT_THAT(store::check_library(file, false), IsEmpty());
    if (!ran_full) break;
  }
  EXPECT_GT(failures_between_batches, 0);
}

}  // namespace
}  // namespace clipdex::indexer
