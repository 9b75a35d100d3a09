#include "indexer/store_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "indexer/small_library.hpp"

namespace clipdex::indexer {
namespace {

using store::ImageState;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ContentHash hash_of(unsigned content) {
  const std::string text = test::tiny_picture(content);
  return content_hash(std::as_bytes(std::span(text)));
}

class StoreStageTest : public test::SmallLibraryTest {
 protected:
  store::ImageRecord record(const std::string& name, unsigned content) const {
    store::ImageRecord record = store::test::record(path_of(name));
    record.root_id = root_.id;
    record.hash = hash_of(content);
    return record;
  }

  Outcome outcome(Verdict verdict, const std::string& name, unsigned content,
                  ImageId known_id = 0) const {
    Outcome outcome;
    outcome.verdict = verdict;
    outcome.record = record(name, content);
    outcome.known_id = known_id;
    if (verdict == Verdict::encoded) outcome.vector = test::tiny_vector(content);
    return outcome;
  }

  Outcome failed(const std::string& name, ImageId known_id = 0) const {
    Outcome failed = outcome(Verdict::failed, name, 0, known_id);
    failed.record.state = ImageState::failed;
    failed.record.error_code = ErrorCode::corrupt;
    failed.record.error = "the picture is torn";
    return failed;
  }

  /// Puts an image with a vector in, as an earlier run would have left it.
  ImageId put_known(const std::string& name, unsigned content) {
    const ImageId id = library_.put_image(record(name, content));
    library_.put_vector(id, model_, test::tiny_vector(content));
    return id;
  }

  /// What others see of the library, which is what has been committed.
  store::Counts committed() const { return open_reader().counts(); }

  IndexReport report_;
  StoreStage stage_{library_, model_, report_};
};

// --- verdicts ---

TEST_F(StoreStageTest, AnEncodedImageBecomesARowWithItsVector) {
  Outcome added = outcome(Verdict::encoded, "a.jpg", 1);
  added.record.taken_at_s = 12345;
  stage_.store(added);
  stage_.flush();
  const store::KnownFile row = row_of("a.jpg");
  EXPECT_EQ(row.state, ImageState::ready);
  EXPECT_EQ(row.size_bytes, added.record.size_bytes);
  EXPECT_EQ(vector_of(row.id), test::tiny_vector(1));
  EXPECT_EQ(library_.find_content(hash_of(1), model_).at(0).taken_at_s, 12345);
  EXPECT_EQ(report_.added, 1u);
  EXPECT_EQ(report_.encoded, 1u);
  EXPECT_EQ(report_.changed, 0u);
  EXPECT_TRUE(stage_.was_seen(row.id));
}

TEST_F(StoreStageTest, AKnownPathThatIsEncodedAgainCountsAsChangedAndKeepsItsId) {
  const ImageId id = put_known("a.jpg", 1);
  stage_.store(outcome(Verdict::encoded, "a.jpg", 2, id));
  stage_.flush();
  EXPECT_EQ(row_of("a.jpg").id, id);
  EXPECT_EQ(vector_of(id), test::tiny_vector(2));
  EXPECT_EQ(report_.changed, 1u);
  EXPECT_EQ(report_.encoded, 1u);
  EXPECT_EQ(report_.added, 0u);
}

TEST_F(StoreStageTest, AFailureIsWrittenIntoTheLedgerAndTheReport) {
  stage_.store(failed("a.jpg"));
  stage_.flush();
  ASSERT_THAT(library_.failures(), SizeIs(1));
  EXPECT_EQ(library_.failures()[0].path, path_of("a.jpg"));
  EXPECT_EQ(library_.failures()[0].code, ErrorCode::corrupt);
  EXPECT_EQ(library_.failures()[0].message, "the picture is torn");
  EXPECT_EQ(report_.failed, 1u);
  ASSERT_THAT(report_.failures, SizeIs(1));
  EXPECT_EQ(report_.failures[0].path, path_of("a.jpg"));
  EXPECT_EQ(report_.failures[0].code, ErrorCode::corrupt);
  EXPECT_EQ(report_.failures[0].message, "the picture is torn");
  EXPECT_TRUE(stage_.was_seen(row_of("a.jpg").id));
}

TEST_F(StoreStageTest, AKnownImageThatFailsNowLosesItsVectorAndKeepsItsId) {
  const ImageId id = put_known("a.jpg", 1);
  stage_.store(failed("a.jpg", id));
  stage_.flush();
  EXPECT_EQ(row_of("a.jpg").id, id);
  EXPECT_EQ(row_of("a.jpg").state, ImageState::failed);
  EXPECT_THAT(vector_of(id), IsEmpty());
}

TEST_F(StoreStageTest, WhatIsNoImageIsRemembered) {
  Outcome text = outcome(Verdict::not_image, "a.txt", 0);
  text.record.state = ImageState::not_image;
  stage_.store(text);
  stage_.flush();
  EXPECT_EQ(row_of("a.txt").state, ImageState::not_image);
  EXPECT_EQ(report_.not_images, 1u);
  EXPECT_TRUE(stage_.was_seen(row_of("a.txt").id));
}

TEST_F(StoreStageTest, AnUnchangedFileIsCountedByItsStateAndNothingIsWritten) {
  const std::string version = library_.content_version();
  for (const ImageState state : {ImageState::ready, ImageState::failed, ImageState::not_image}) {
    Outcome unchanged = outcome(Verdict::unchanged, "a", 0, 900 + static_cast<int>(state));
    unchanged.record.state = state;
    stage_.store(unchanged);
  }
  stage_.flush();
  EXPECT_EQ(report_.unchanged, 2u);
  EXPECT_EQ(report_.failed_before, 1u);
  EXPECT_EQ(report_.not_images, 1u);
  EXPECT_EQ(report_.failed, 0u);
  EXPECT_THAT(report_.failures, IsEmpty());
  for (const ImageId id : {900, 901, 902}) EXPECT_TRUE(stage_.was_seen(id));
  EXPECT_FALSE(stage_.was_seen(903));
  EXPECT_EQ(library_.content_version(), version);
}

// --- the same content again ---

TEST_F(StoreStageTest, ATouchedFileIsUnchangedAndRemembersItsNewTime) {
  const ImageId id = put_known("a.jpg", 1);
  Outcome touched = outcome(Verdict::same_content, "a.jpg", 1, id);
  touched.record.mtime_ns = 99;
  touched.record.size_bytes = 88;
  stage_.store(touched);
  stage_.flush();
  EXPECT_EQ(row_of("a.jpg").mtime_ns, 99);
  EXPECT_EQ(row_of("a.jpg").size_bytes, 88u);
  EXPECT_EQ(vector_of(id), test::tiny_vector(1));
  EXPECT_EQ(report_.unchanged, 1u);
  EXPECT_EQ(report_.encoded, 0u);
  EXPECT_TRUE(stage_.was_seen(id));
}

TEST_F(StoreStageTest, AFileIsMovedWhenItsOldPathIsGone) {
  const ImageId id = put_known("old.jpg", 1);
  Outcome moved = outcome(Verdict::same_content, "new.jpg", 1);
  moved.record.mtime_ns = 99;
  stage_.store(moved);
  stage_.flush();
  EXPECT_FALSE(is_known("old.jpg"));
  EXPECT_EQ(row_of("new.jpg").id, id);
  EXPECT_EQ(row_of("new.jpg").mtime_ns, 99);
  EXPECT_EQ(vector_of(id), test::tiny_vector(1));
  EXPECT_EQ(report_.moved, 1u);
  EXPECT_TRUE(stage_.was_seen(id));
}

TEST_F(StoreStageTest, AFileIsMovedWhenAFolderOfItsOldPathBecameAFile) {
  const ImageId id = put_known("a/old.jpg", 1);
  put_picture("a", 7);
  stage_.store(outcome(Verdict::same_content, "new.jpg", 1));
  stage_.flush();
  EXPECT_EQ(row_of("new.jpg").id, id);
}

TEST_F(StoreStageTest, AFileIsCopiedWhenItsOldPathIsStillThere) {
  const ImageId id = put_known("old.jpg", 1);
  put_picture("old.jpg", 1);
  Outcome copied = outcome(Verdict::same_content, "new.jpg", 1);
  copied.record.width = copied.record.height = 0;  // Nobody decoded it.
  stage_.store(copied);
  stage_.flush();
  EXPECT_EQ(row_of("old.jpg").id, id);
  EXPECT_NE(row_of("new.jpg").id, id);
  EXPECT_EQ(vector_of(row_of("new.jpg").id), test::tiny_vector(1));
  EXPECT_EQ(report_.copied, 1u);
  EXPECT_EQ(report_.encoded, 0u);
  EXPECT_TRUE(stage_.was_seen(row_of("new.jpg").id));
  EXPECT_FALSE(stage_.was_seen(id)) << "the walk has still to meet it";
}

TEST_F(StoreStageTest, ACopyHasTheSizeTheTimeAndTheVectorsOfEveryModelOfItsTwin) {
  const store::ModelId other = library_.ensure_model(store::test::identity('b'), "other", "");
  store::ImageRecord twin = record("old.jpg", 1);
  twin.width = 300;
  twin.height = 200;
  twin.taken_at_s = 12345;
  const ImageId id = library_.put_image(twin);
  library_.put_vector(id, model_, test::tiny_vector(1));
  library_.put_vector(id, other, test::tiny_vector(2));
  put_picture("old.jpg", 1);
  Outcome copied = outcome(Verdict::same_content, "new.jpg", 1);
  copied.record.width = copied.record.height = 0;
  stage_.store(copied);
  stage_.flush();
  EXPECT_EQ(library_.vector_count(other), 2u);
  for (const store::SameContent& row : library_.find_content(hash_of(1), model_)) {
    EXPECT_EQ(row.width, 300);
    EXPECT_EQ(row.height, 200);
    EXPECT_EQ(row.taken_at_s, 12345);
  }
}

TEST_F(StoreStageTest, OfTwoNewPathsOfOneGoneFileTheFirstMovesAndTheSecondIsACopy) {
  const ImageId id = put_known("old.jpg", 1);
  put_picture("a.jpg", 1);
  put_picture("b.jpg", 1);
  stage_.store(outcome(Verdict::same_content, "a.jpg", 1));
  stage_.store(outcome(Verdict::same_content, "b.jpg", 1));
  stage_.flush();
  EXPECT_EQ(row_of("a.jpg").id, id);
  EXPECT_EQ(vector_of(row_of("b.jpg").id), test::tiny_vector(1));
  EXPECT_EQ(report_.moved, 1u);
  EXPECT_EQ(report_.copied, 1u);
}

TEST_F(StoreStageTest, AFileThatThisRunMetIsNotMovedAwayEvenIfItIsGoneByNow) {
  const ImageId id = put_known("old.jpg", 1);
  stage_.store(outcome(Verdict::unchanged, "old.jpg", 1, id));
  stage_.store(outcome(Verdict::same_content, "new.jpg", 1));
  stage_.flush();
  EXPECT_EQ(row_of("old.jpg").id, id);
  EXPECT_EQ(report_.copied, 1u);
}

TEST_F(StoreStageTest, AFileMovedOverAKnownPathReplacesTheRowOfThatPath) {
  const ImageId moved = put_known("old.jpg", 1);
  const ImageId replaced = put_known("new.jpg", 2);
  stage_.store(outcome(Verdict::same_content, "new.jpg", 1, replaced));
  stage_.flush();
  EXPECT_EQ(row_of("new.jpg").id, moved);
  EXPECT_FALSE(is_known("old.jpg"));
  EXPECT_THAT(library_.paths(std::vector{replaced}), IsEmpty());
  EXPECT_EQ(vector_of(moved), test::tiny_vector(1));
}

TEST_F(StoreStageTest, AKnownPathThatNowHoldsACopyLosesItsOldVector) {
  put_known("twin.jpg", 1);
  put_picture("twin.jpg", 1);
  const ImageId id = put_known("a.jpg", 2);
  stage_.store(outcome(Verdict::same_content, "a.jpg", 1, id));
  stage_.flush();
  EXPECT_EQ(row_of("a.jpg").id, id);
  EXPECT_EQ(vector_of(id), test::tiny_vector(1));
  EXPECT_EQ(report_.copied, 1u);
}

TEST_F(StoreStageTest, AFileWhoseTwinChangedInThisRunIsDeferredOnce) {
  const ImageId twin = put_known("twin.jpg", 1);
  stage_.store(outcome(Verdict::encoded, "twin.jpg", 2, twin));
  stage_.store(outcome(Verdict::same_content, "a.jpg", 1, 42));
  const std::vector<Candidate> deferred = stage_.take_deferred();
  ASSERT_THAT(deferred, SizeIs(1));
  EXPECT_EQ(deferred[0].record.path, path_of("a.jpg"));
  EXPECT_EQ(deferred[0].record.root_id, root_.id);
  EXPECT_EQ(deferred[0].known_id, 42);
  EXPECT_THAT(stage_.take_deferred(), IsEmpty());
  stage_.flush();
  EXPECT_FALSE(is_known("a.jpg"));
  EXPECT_EQ(report_.copied + report_.moved + report_.unchanged, 0u) << "it is not counted yet";
}

TEST_F(StoreStageTest, AFileWhoseTwinHasNoVectorIsDeferred) {
  library_.put_image(record("twin.jpg", 1));
  stage_.store(outcome(Verdict::same_content, "a.jpg", 1));
  EXPECT_THAT(stage_.take_deferred(), SizeIs(1));
}

// --- batches ---

TEST_F(StoreStageTest, ABatchIsCommittedWhenItIsFullAndNotBefore) {
  const auto full = static_cast<unsigned>(StoreStage::kBatchItemsMax);
  for (unsigned i = 1; i < full; ++i) {
    stage_.store(outcome(Verdict::encoded, std::to_string(i), i));
  }
  // Two seconds may have passed on a machine that is very busy; nothing else may commit.
  const std::uint64_t before = committed().ready;
  EXPECT_LT(before, full);
  stage_.store(failed("torn.jpg"));
  if (before == 0) {
    EXPECT_EQ(committed().ready, full - 1);
    EXPECT_EQ(committed().failed, 1u);
  }
  EXPECT_EQ(open_reader().vector_count(model_), committed().ready) << "rows and vectors together";
}

TEST_F(StoreStageTest, FlushCommitsWhatIsOpenAndMayBeRepeated) {
  stage_.flush();
  EXPECT_EQ(committed().ready, 0u);
  stage_.store(outcome(Verdict::encoded, "a.jpg", 1));
  stage_.flush();
  EXPECT_EQ(committed().ready, 1u);
  stage_.flush();
  stage_.store(outcome(Verdict::encoded, "b.jpg", 2));
  stage_.flush();
  EXPECT_EQ(committed().ready, 2u);
}

TEST_F(StoreStageTest, UnchangedFilesDoNotCountTowardsABatch) {
  stage_.store(outcome(Verdict::encoded, "a.jpg", 1));
  const std::uint64_t before = committed().ready;
  for (int i = 0; i < StoreStage::kBatchItemsMax; ++i) {
    stage_.store(outcome(Verdict::unchanged, "b.jpg", 2, 7));
  }
  EXPECT_EQ(committed().ready, before);
}

TEST_F(StoreStageTest, WhatIsOpenAtTheEndOfItsLifeIsRolledBack) {
  {
    IndexReport report;
    StoreStage stage(library_, model_, report);
    stage.store(outcome(Verdict::encoded, "a.jpg", 1));
    stage.flush();
    stage.store(outcome(Verdict::encoded, "b.jpg", 2));
  }
  EXPECT_TRUE(is_known("a.jpg"));
  EXPECT_FALSE(is_known("b.jpg"));
}

TEST_F(StoreStageTest, AVectorThatDoesNotFitTheModelEndsTheRunAndLeavesNoRow) {
  Error error;
  {
    IndexReport report;
    StoreStage stage(library_, model_, report);
    Outcome wrong = outcome(Verdict::encoded, "a.jpg", 1);
    wrong.vector.resize(3);
    error = test::error_of([&] { stage.store(wrong); });
  }
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_THAT(error.message, HasSubstr("a vector of 3 numbers cannot be stored"));
  EXPECT_FALSE(is_known("a.jpg"));
}

TEST_F(StoreStageTest, OnlyTheFirstThousandFailuresAreListedAndAllAreCounted) {
  for (int i = 0; i < 1001; ++i) stage_.store(failed(std::to_string(i) + ".jpg"));
  stage_.flush();
  EXPECT_EQ(report_.failed, 1001u);
  EXPECT_THAT(report_.failures, SizeIs(1000));
  EXPECT_EQ(report_.failures.back().path, path_of("999.jpg"));
  EXPECT_THAT(library_.failures(), SizeIs(1001));
}

}  // namespace
}  // namespace clipdex::indexer
