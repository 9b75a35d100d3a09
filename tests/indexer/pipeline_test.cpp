#include "indexer/pipeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "indexer/small_library.hpp"
#include "store/check.hpp"

namespace clipdex::indexer {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::uint64_t files_of(const IndexReport& report) {
  return report.added + report.changed + report.moved + report.copied + report.unchanged +
         report.failed + report.not_images;
}

/// Every test runs with one worker of each kind and with four.
class PipelineTest : public test::SmallLibraryTest, public ::testing::WithParamInterface<unsigned> {
 protected:
  IndexJob job() {
    IndexJob job = SmallLibraryTest::job();
    job.threads = GetParam();
    job.progress = [this](const Progress& progress) {
      last_ = progress;
      return ProgressReply::go_on;
    };
    return job;
  }

  /// Runs once, and checks what holds of every run that nobody stopped.
  IndexReport run() {
    const IndexReport report = run_pipeline(job());
    EXPECT_FALSE(report.stopped);
    EXPECT_EQ(last_.stage, Stage::finish);
    EXPECT_TRUE(last_.total_is_final);
    EXPECT_EQ(last_.total, files_of(report)) << "every file is counted in exactly one number";
    EXPECT_EQ(last_.done, files_of(report));
    EXPECT_THAT(store::check_library(file_, false), IsEmpty());
    return report;
  }

  /// Writes another picture over one, with a time that is certainly another.
  void change_picture(std::string_view name, unsigned number) {
    const fs::file_time_type before = fs::last_write_time(photos_ / name);
    put_picture(name, number);
    fs::last_write_time(photos_ / name, before + std::chrono::hours(1));
  }

  /// Puts pictures named and filled by number into the folder.
  void put_pictures(unsigned first, unsigned end) {
    for (unsigned i = first; i < end; ++i) put_picture(name_of(i), i);
  }
  static std::string name_of(unsigned number) {
    return std::to_string(number / 100) + "/" + std::to_string(number) + ".jpg";
  }

  /// Expects the stored vector of a picture to be the encoder's.
  void expect_vector(std::string_view name, unsigned number) {
    EXPECT_EQ(vector_of(row_of(name).id), test::tiny_vector(number)) << name;
  }

  Progress last_;
};

INSTANTIATE_TEST_SUITE_P(Threads, PipelineTest, ::testing::Values(1U, 4U));

TEST_P(PipelineTest, AFirstRunCountsEveryFileOnceAndStoresWhatItFound) {
  put_picture("a.jpg", 1);
  put_picture("sub/b.jpg", 2);
  put_picture("no extension", 3);
  clipdex::test::write_text(photos_ / "torn.jpg", "P6\n2 2\n255\nabc");
  clipdex::test::write_text(photos_ / "empty.png", "");
  clipdex::test::write_text(photos_ / "notes.txt", "some text");
  put_picture(".git/c.jpg", 4);
  const IndexReport report = run();
  EXPECT_EQ(report.added, 3u);
  EXPECT_EQ(report.encoded, 3u);
  EXPECT_EQ(report.failed, 2u);
  EXPECT_EQ(report.not_images, 1u);
  EXPECT_EQ(files_of(report), 6u);
  EXPECT_THAT(report.failures, SizeIs(2));
  EXPECT_THAT(report.notices, IsEmpty());
  expect_vector("a.jpg", 1);
  expect_vector("sub/b.jpg", 2);
  expect_vector("no extension", 3);
  EXPECT_EQ(library_.failures().at(1).message, "the PNM data ends before the picture does");
  EXPECT_NE(library_.roots().at(0).indexed_at_s, 0);
  EXPECT_EQ(encoder_.images(), 3u);
}

TEST_P(PipelineTest, ASecondRunOverTheSameFilesReadsNothing) {
  put_pictures(0, 10);
  clipdex::test::write_text(photos_ / "torn.jpg", "torn");
  clipdex::test::write_text(photos_ / "notes.txt", "some text");
  run();
  // Whoever opened a file now would find another picture.
  for (unsigned i = 0; i < 10; ++i) {
    const fs::file_time_type time = fs::last_write_time(photos_ / name_of(i));
    put_picture(name_of(i), 500 + i);
    fs::last_write_time(photos_ / name_of(i), time);
  }
  const IndexReport report = run();
  EXPECT_EQ(report.unchanged, 11u);
  EXPECT_EQ(report.failed_before, 1u);
  EXPECT_EQ(report.not_images, 1u);
  EXPECT_EQ(report.failed, 0u);
  EXPECT_EQ(report.encoded, 0u);
  EXPECT_EQ(encoder_.images(), 10u);
}

TEST_P(PipelineTest, EveryKindOfChangeIsRecognised) {
  for (const char* name : {"changed.jpg", "touched.jpg", "moved.jpg", "origin.jpg", "gone.jpg"}) {
    put_picture(name, static_cast<unsigned>(name[0]) + static_cast<unsigned>(name[1]) * 256);
  }
  const unsigned moved = 'm' + 'o' * 256U;
  run();
  const store::KnownFile before = row_of("moved.jpg");
  change_picture("changed.jpg", 9);
  change_picture("touched.jpg", 't' + 'o' * 256U);
  fs::create_directory(photos_ / "to");
  fs::rename(photos_ / "moved.jpg", photos_ / "to" / "here.jpg");
  fs::copy_file(photos_ / "origin.jpg", photos_ / "copy.jpg");
  fs::remove(photos_ / "gone.jpg");
  put_picture("new.jpg", 10);
  const IndexReport report = run();
  EXPECT_EQ(report.changed, 1u);
  EXPECT_EQ(report.unchanged, 2u);
  EXPECT_EQ(report.moved, 1u);
  EXPECT_EQ(report.copied, 1u);
  EXPECT_EQ(report.removed, 1u);
  EXPECT_EQ(report.added, 1u);
  EXPECT_EQ(report.encoded, 2u);
  expect_vector("changed.jpg", 9);
  expect_vector("new.jpg", 10);
  expect_vector("copy.jpg", 'o' + 'r' * 256U);
  expect_vector("to/here.jpg", moved);
  EXPECT_EQ(row_of("to/here.jpg").id, before.id);
  EXPECT_FALSE(is_known("gone.jpg"));
  EXPECT_EQ(run().unchanged, 6u) << "a touched file is not read a third time";
}

TEST_P(PipelineTest, WhatFailedIsReadAgainWhenAskedAndLeavesTheLedgerWhenItIsMended) {
  clipdex::test::write_text(photos_ / "a.jpg", "torn");
  run();
  IndexJob again = job();
  again.retry_failed = true;
  EXPECT_EQ(run_pipeline(again).failed, 1u);
  change_picture("a.jpg", 1);
  const IndexReport report = run();
  EXPECT_EQ(report.changed, 1u);
  EXPECT_EQ(report.failed, 0u);
  EXPECT_THAT(library_.failures(), IsEmpty());
}

TEST_P(PipelineTest, AnotherModelEncodesEverythingAgainAndLeavesTheVectorsOfTheFirst) {
  put_pictures(0, 10);
  run();
  const store::ModelId other = library_.ensure_model(store::test::identity('b'), "other", "");
  IndexJob second = job();
  second.model = other;
  const IndexReport report = run_pipeline(second);
  EXPECT_EQ(report.encoded, 10u);
  EXPECT_EQ(library_.vector_count(other), 10u);
  EXPECT_EQ(library_.vector_count(model_), 10u);
}

TEST_P(PipelineTest, ManyFilesAllGetTheirOwnVectors) {
  constexpr unsigned kFiles = 2000;
  put_pictures(0, kFiles);
  EXPECT_EQ(run().added, kFiles);
  EXPECT_EQ(library_.vector_count(model_), kFiles);
  std::map<ImageId, Embedding> vectors;
  library_.visit_vectors(model_, [&](ImageId id, std::span<const float> vector) {
    vectors[id].assign(vector.begin(), vector.end());
  });
  for (unsigned i = 0; i < kFiles; ++i) {
    ASSERT_EQ(vectors[row_of(name_of(i)).id], test::tiny_vector(i)) << i;
  }
  for (const std::size_t size : encoder_.batch_sizes()) EXPECT_LE(size, encoder_.batch_best());
  for (unsigned folder = 10; folder < 20; ++folder) {
    fs::remove_all(photos_ / std::to_string(folder));
  }
  const IndexReport report = run();
  EXPECT_EQ(report.unchanged, kFiles / 2);
  EXPECT_EQ(report.removed, kFiles / 2);
  EXPECT_EQ(encoder_.images(), kFiles);
}

TEST_P(PipelineTest, NamesOfAnyBytesGoInAndOut) {
  const std::vector<std::string> names{"new\nline.jpg", "\xff\xfe.jpg", "a 'b\"%.jpg",
                                       "\xff/x.jpg"};
  unsigned number = 0;
  for (const std::string& name : names) put_picture(name, ++number);
  EXPECT_EQ(run().added, 4u);
  number = 0;
  for (const std::string& name : names) expect_vector(name, ++number);
  EXPECT_EQ(run().unchanged, 4u);
  fs::remove_all(photos_ / "\xff");
  EXPECT_EQ(run().removed, 1u);
}

TEST_P(PipelineTest, ThingsThatAreNoFilesFailWithoutHoldingTheRunUp) {
  put_picture("a.jpg", 1);
  fs::create_directory(photos_ / "folder.jpg");
  ASSERT_EQ(::mkfifo(path_of("pipe.jpg").c_str(), 0600), 0);
  fs::create_symlink("nowhere", photos_ / "dangling.jpg");
  fs::create_symlink(".", photos_ / "loop");
  const IndexReport report = run();
  EXPECT_EQ(report.added, 1u);
  EXPECT_EQ(report.failed, 3u);
  EXPECT_EQ(run().failed_before, 3u);
}

TEST_P(PipelineTest, AMissingRootKeepsItsImagesAndTheOtherRootIsBroughtUpToDate) {
  put_pictures(0, 3);
  const store::Root other = root_at(directory_.path() / "other");
  clipdex::test::write_text(fs::path(other.path) / "a.jpg", test::tiny_picture(500));
  run();
  fs::rename(photos_, directory_.path() / "unmounted");
  IndexJob both = job();
  both.scopes = {{other, other.path}, {root_, root_.path}};
  const IndexReport report = run_pipeline(both);
  EXPECT_EQ(report.added, 1u);
  EXPECT_EQ(report.removed, 0u);
  EXPECT_THAT(report.notices, ElementsAre(HasSubstr(root_.path + " could not be read")));
  EXPECT_EQ(library_.vector_count(model_), 4u);
}

TEST_P(PipelineTest, AFileWhoseTwinChangesInTheSameRunPassesASecondTimeAtMost) {
  put_picture("a.jpg", 1);
  run();
  change_picture("a.jpg", 2);
  constexpr unsigned kBetween = 30;
  for (unsigned i = 0; i < kBetween; ++i) put_picture("b" + std::to_string(i) + ".jpg", 100 + i);
  put_picture("z.jpg", 1);
  std::atomic<unsigned> readers = 0;
  IndexJob counted = job();
  counted.open_reader = [&] {
    ++readers;
    return open_reader();
  };
  const IndexReport report = run_pipeline(counted);
  EXPECT_EQ(report.changed, 1u);
  EXPECT_EQ(report.added + report.copied, kBetween + 1);
  expect_vector("a.jpg", 2);
  expect_vector("z.jpg", 1);
  EXPECT_EQ(last_.total, files_of(report)) << "a file that passes twice is counted once";
  EXPECT_EQ(last_.done, files_of(report));
  EXPECT_LE(readers, 1 + 2 * GetParam()) << "the scan, and the decoders of two passes";
  if (GetParam() != 1) return;
  // Between one decoder and one encoder there is room for fewer files than stand between the two,
  // so that z.jpg was read when the store had the new a.jpg and had not committed it yet.
  EXPECT_EQ(report.encoded, kBetween + 2);
}

TEST_P(PipelineTest, TheAlbumIsIndexedWithoutAFailure) {
  const fs::path album = clipdex::test::source_directory() / "samples" / "album";
  const store::Root root = root_at(album);
  IndexJob whole = job();
  whole.scopes = {{root, root.path}};
  const IndexReport report = run_pipeline(whole);
  EXPECT_THAT(report.failures, IsEmpty());
  EXPECT_EQ(report.not_images, 2u);
  EXPECT_GT(report.added, 100u);
  EXPECT_EQ(library_.vector_count(model_), report.added + report.copied);
  EXPECT_GT(report.decode_s, 0);
  EXPECT_GT(report.elapsed_s, 0);
}

// --- stopping, and queues that are full ---

/// Holds the encoder from a chosen call on, until a callback of the run lets it go on.
class Gate {
 public:
  /// For the encoder: waits in call number `call` and every later one.
  void pass(int call) {
    std::unique_lock lock(mutex_);
    if (++calls_ < call) return;
    is_held_ = true;
    opened_.wait(lock, [&] { return is_open_; });
  }
  bool holds() {
    const std::lock_guard lock(mutex_);
    return is_held_;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  int calls_ = 0;
  bool is_held_ = false;
  bool is_open_ = false;
};

/// The images that may be between the decoders and the store at one time.
std::size_t in_flight_max(unsigned threads, std::size_t batch) {
  return threads /* in decoders */ + 2 * threads * batch /* waiting */ + threads * batch;
}

TEST_P(PipelineTest, AStopRequestStoresWhatIsInFlightAndNothingElse) {
  put_pictures(0, 3);
  run();
  fs::remove(photos_ / name_of(0));
  put_pictures(10, 310);

  Gate gate;
  encoder_.on_encode([&] { gate.pass(3); });
  const std::thread::id caller = std::this_thread::get_id();
  bool asked = false;
  IndexJob stopping = job();
  stopping.progress = [&](const Progress& progress) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    last_ = progress;
    if (asked) gate.open();  // The run has taken notice by now.
    asked = asked || gate.holds();
    return asked ? ProgressReply::stop : ProgressReply::go_on;
  };
  const IndexReport report = run_pipeline(stopping);
  EXPECT_TRUE(report.stopped);
  EXPECT_GE(report.added, 3u);
  const std::size_t batch = encoder_.batch_best();
  EXPECT_LE(report.added, 2 * batch + in_flight_max(GetParam(), batch));
  EXPECT_EQ(report.added + 3, encoder_.images()) << "what was encoded was stored";
  EXPECT_EQ(open_reader().vector_count(model_), report.added + 3);
  EXPECT_EQ(report.removed, 0u) << "what was not met is not known to be gone";
  EXPECT_TRUE(is_known(name_of(0)));

  encoder_.on_encode({});
  const IndexReport rest = run();
  EXPECT_EQ(report.added + rest.added, 300u);
  EXPECT_EQ(rest.removed, 1u);
}

TEST_P(PipelineTest, DecodersReadNoFurtherAheadThanTheQueuesHold) {
  const std::size_t ahead = in_flight_max(GetParam(), encoder_.batch_best());
  const auto files = static_cast<unsigned>(ahead) + 20;
  for (unsigned i = 0; i < files; ++i) put_picture(std::to_string(1000 + i) + ".jpg", i);
  Gate gate;
  encoder_.on_encode([&] { gate.pass(1); });
  IndexJob held = job();
  held.progress = [&](const Progress& progress) {
    if (!gate.holds() || !progress.total_is_final) return ProgressReply::go_on;
    // Every encoder waits, so what has not been read by now is read after it is gone.
    for (std::size_t i = ahead; i < files; ++i) {
      fs::remove(photos_ / (std::to_string(1000 + i) + ".jpg"));
    }
    gate.open();
    return ProgressReply::go_on;
  };
  const IndexReport report = run_pipeline(held);
  EXPECT_EQ(report.added, ahead);
  EXPECT_EQ(report.failed, files - ahead);
}

}  // namespace
}  // namespace clipdex::indexer
