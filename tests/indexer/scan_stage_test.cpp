#include "indexer/scan_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "indexer/small_library.hpp"

namespace clipdex::indexer {
namespace {

using store::ImageState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr FileStamp kStamp{.size_bytes = 1000, .mtime_ns = 1'700'000'000'000'000'000};

class ClassifyTest : public test::SmallLibraryTest {
 protected:
  /// Puts a row with the size and time of `kStamp` in.
  ImageId put(ImageState state, bool has_vector, ErrorCode code = ErrorCode::corrupt) {
    store::ImageRecord record = store::test::record("/photos/a.jpg");
    record.state = state;
    record.error_code = code;
    const ImageId id = library_.put_image(record);
    if (has_vector) library_.put_vector(id, model_, test::tiny_vector(1));
    return id;
  }

  std::variant<Candidate, Outcome> classified(FileStamp stamp = kStamp, bool retry_failed = false) {
    return classify(library_, model_, retry_failed, {"/photos/a.jpg", root_.id, stamp});
  }

  /// The row that a candidate has already; -1 when the file is no candidate.
  ImageId known_id_of_candidate(FileStamp stamp = kStamp, bool retry_failed = false) {
    const auto result = classified(stamp, retry_failed);
    const auto* candidate = std::get_if<Candidate>(&result);
    return candidate != nullptr ? candidate->known_id : -1;
  }

  static FileStamp later() {
    FileStamp stamp = kStamp;
    ++stamp.mtime_ns;
    return stamp;
  }
  static FileStamp larger() {
    FileStamp stamp = kStamp;
    ++stamp.size_bytes;
    return stamp;
  }
};

TEST_F(ClassifyTest, ANewFileIsACandidateWithEverythingThatTheScanKnows) {
  const auto result = classified();
  ASSERT_TRUE(std::holds_alternative<Candidate>(result));
  const auto& candidate = std::get<Candidate>(result);
  EXPECT_EQ(candidate.known_id, 0);
  EXPECT_EQ(candidate.record.path, "/photos/a.jpg");
  EXPECT_EQ(candidate.record.root_id, root_.id);
  EXPECT_EQ(candidate.record.size_bytes, kStamp.size_bytes);
  EXPECT_EQ(candidate.record.mtime_ns, kStamp.mtime_ns);
}

TEST_F(ClassifyTest, AKnownFileOfTheSameSizeAndTimeIsUnchanged) {
  const ImageId id = put(ImageState::ready, true);
  const auto result = classified();
  ASSERT_TRUE(std::holds_alternative<Outcome>(result));
  const auto& outcome = std::get<Outcome>(result);
  EXPECT_EQ(outcome.verdict, Verdict::unchanged);
  EXPECT_EQ(outcome.known_id, id);
  EXPECT_EQ(outcome.record.path, "/photos/a.jpg");
  EXPECT_EQ(outcome.record.root_id, root_.id);
  EXPECT_EQ(outcome.record.state, ImageState::ready);
}

TEST_F(ClassifyTest, TheDeviceAndTheInodeDoNotMatterSinceMountsChangeThem) {
  put(ImageState::ready, true);
  FileStamp elsewhere = kStamp;
  elsewhere.device = 77;
  elsewhere.inode = 88;
  EXPECT_TRUE(std::holds_alternative<Outcome>(classified(elsewhere)));
}

TEST_F(ClassifyTest, AnotherSizeOrTimeMakesAKnownFileACandidate) {
  const ImageId id = put(ImageState::ready, true);
  EXPECT_EQ(known_id_of_candidate(larger()), id);
  EXPECT_EQ(known_id_of_candidate(later()), id);
  FileStamp older = kStamp;
  --older.mtime_ns;
  EXPECT_EQ(known_id_of_candidate(older), id) << "an older copy put back is a change, too";
}

TEST_F(ClassifyTest, AReadyFileWithoutAVectorOfThisModelIsACandidate) {
  const ImageId id = put(ImageState::ready, false);
  const store::ModelId other = library_.ensure_model(store::test::identity('b'), "other", "");
  library_.put_vector(id, other, test::tiny_vector(1));
  EXPECT_EQ(known_id_of_candidate(), id);
}

TEST_F(ClassifyTest, AFileThatFailedIsReadAgainOnlyWhenAskedOrWhenItChanged) {
  const ImageId id = put(ImageState::failed, false);
  const auto result = classified();
  ASSERT_TRUE(std::holds_alternative<Outcome>(result));
  EXPECT_EQ(std::get<Outcome>(result).record.state, ImageState::failed);
  EXPECT_EQ(known_id_of_candidate(kStamp, true), id);
  EXPECT_EQ(known_id_of_candidate(later()), id);
}

TEST_F(ClassifyTest, AFileThatFailedForAReasonOutsideOfItIsReadAgain) {
  for (const ErrorCode code : {ErrorCode::unreadable, ErrorCode::not_found, ErrorCode::busy}) {
    const ImageId id = put(ImageState::failed, false, code);
    EXPECT_EQ(known_id_of_candidate(), id) << error_code_name(code);
  }
  put(ImageState::failed, false, ErrorCode::too_large);
  EXPECT_TRUE(std::holds_alternative<Outcome>(classified()));
}

TEST_F(ClassifyTest, ALinkThatStillLeadsNowhereIsNotReadAgain) {
  store::ImageRecord record = store::test::record("/photos/a.jpg");
  record.size_bytes = 0;
  record.mtime_ns = 0;
  record.state = ImageState::failed;
  record.error_code = ErrorCode::not_found;
  library_.put_image(record);
  EXPECT_TRUE(std::holds_alternative<Outcome>(classified({})));
  EXPECT_TRUE(std::holds_alternative<Candidate>(classified())) << "it leads to a file now";
}

TEST_F(ClassifyTest, WhatIsNoImageIsReadAgainOnlyWhenItChanged) {
  const ImageId id = put(ImageState::not_image, false);
  const auto result = classified(kStamp, true);
  ASSERT_TRUE(std::holds_alternative<Outcome>(result));
  EXPECT_EQ(std::get<Outcome>(result).record.state, ImageState::not_image);
  EXPECT_EQ(known_id_of_candidate(larger()), id);
}

class ScanScopesTest : public test::SmallLibraryTest {
 protected:
  /// Notes what is emitted, and answers false from the emission number `emissions_max_` on.
  EmitFile collect() {
    return [this](std::variant<Candidate, Outcome>&& file) {
      const auto* candidate = std::get_if<Candidate>(&file);
      emitted_.push_back(candidate != nullptr ? candidate->record.path
                                              : "known " + std::get<Outcome>(file).record.path);
      return emitted_.size() < emissions_max_;
    };
  }

  std::size_t emissions_max_ = 1000;
  std::vector<std::string> emitted_;
};

TEST_F(ScanScopesTest, EmitsTheFilesOfEveryScopeInOrderWithOneReportEach) {
  put_picture("b/1.jpg", 1);
  put_picture("a/2.jpg", 2);
  store::ImageRecord known = store::test::record(put_picture("a/3.jpg", 3));
  const FileStamp stamp = test::stamp_of_path(known.path);
  known.size_bytes = stamp.size_bytes;
  known.mtime_ns = stamp.mtime_ns;
  library_.put_vector(library_.put_image(known), model_, test::tiny_vector(3));

  IndexJob job = this->job();
  job.scopes = {{root_, path_of("b")}, {root_, path_of("gone")}, {root_, path_of("a")}};
  const std::vector<ScanReport> reports = scan_scopes(job, collect());
  EXPECT_THAT(emitted_,
              ElementsAre(path_of("b/1.jpg"), path_of("a/2.jpg"), "known " + path_of("a/3.jpg")));
  ASSERT_THAT(reports, SizeIs(3));
  EXPECT_EQ(reports[0].files, 1u);
  EXPECT_THAT(reports[1].unreadable, ElementsAre(path_of("gone")));
  EXPECT_EQ(reports[2].files, 2u);
}

TEST_F(ScanScopesTest, HandsOnWhetherToRetryWhatFailed) {
  store::ImageRecord failed = store::test::failed_record(put_picture("a.jpg", 1), "torn");
  const FileStamp stamp = test::stamp_of_path(failed.path);
  failed.size_bytes = stamp.size_bytes;
  failed.mtime_ns = stamp.mtime_ns;
  library_.put_image(failed);
  IndexJob job = this->job();
  scan_scopes(job, collect());
  job.retry_failed = true;
  scan_scopes(job, collect());
  EXPECT_THAT(emitted_, ElementsAre("known " + path_of("a.jpg"), path_of("a.jpg")));
}

TEST_F(ScanScopesTest, BeginsNoFurtherScopeOnceNoMoreIsWanted) {
  put_picture("a/1.jpg", 1);
  put_picture("a/2.jpg", 2);
  put_picture("b/3.jpg", 3);
  IndexJob job = this->job();
  job.scopes = {{root_, path_of("a")}, {root_, path_of("b")}};
  emissions_max_ = 1;
  EXPECT_THAT(scan_scopes(job, collect()), SizeIs(1));
  EXPECT_THAT(emitted_, ElementsAre(path_of("a/1.jpg")));
}

TEST_F(ScanScopesTest, CandidatesAreEmittedAgainInOrderUntilNoMoreIsWanted) {
  std::vector<Candidate> candidates(3);
  candidates[0].record.path = "/1";
  candidates[1].record.path = "/2";
  emissions_max_ = 2;
  emit_again(candidates, collect());
  EXPECT_THAT(emitted_, ElementsAre("/1", "/2"));
  emitted_.clear();
  candidates.clear();
  emit_again(candidates, collect());
  EXPECT_THAT(emitted_, IsEmpty());
}

}  // namespace
}  // namespace clipdex::indexer
