#include "indexer/finish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "indexer/small_library.hpp"

namespace clipdex::indexer {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FinishTest : public test::SmallLibraryTest {
 protected:
  ImageId put(const std::string& path) {
    store::ImageRecord record = store::test::record(path);
    record.root_id = root_.id;
    return library_.put_image(record);
  }
  ImageId put_below(const std::string& name) { return put(path_of(name)); }

  /// Says that this run met a file, as the store stage would have heard.
  void meet(ImageId id) {
    Outcome outcome;
    outcome.verdict = Verdict::unchanged;
    outcome.known_id = id;
    store_.store(outcome);
  }

  static ScanReport scan_of(std::uint64_t files, std::vector<std::string> unreadable = {}) {
    return {.files = files, .unreadable = std::move(unreadable)};
  }

  void finish(const std::vector<ScanReport>& scans) {
    IndexJob job = this->job();
    job.scopes = scopes_;
    finish_scopes(job, scans, store_, report_);
  }

  std::vector<ScanScope> scopes_{{root_, root_.path}};
  IndexReport report_;
  IndexReport seen_;
  StoreStage store_{library_, model_, seen_};
};

TEST_F(FinishTest, RowsThatThisRunDidNotMeetAreRemoved) {
  const ImageId kept = put_below("a.jpg");
  put_below("b.jpg");
  put_below("sub/c.jpg");
  meet(kept);
  finish({scan_of(1)});
  EXPECT_TRUE(is_known("a.jpg"));
  EXPECT_FALSE(is_known("b.jpg"));
  EXPECT_FALSE(is_known("sub/c.jpg"));
  EXPECT_EQ(report_.removed, 2u);
  EXPECT_THAT(report_.notices, IsEmpty());
}

TEST_F(FinishTest, RowsOfAnyStateAreRemoved) {
  meet(put_below("a.jpg"));
  store::ImageRecord failed = store::test::failed_record(path_of("b.jpg"), "torn");
  library_.put_image(failed);
  store::ImageRecord text = store::test::record(path_of("c.txt"));
  text.state = store::ImageState::not_image;
  library_.put_image(text);
  finish({scan_of(1)});
  EXPECT_EQ(report_.removed, 2u);
  EXPECT_EQ(library_.counts().failed + library_.counts().not_image, 0u);
}

TEST_F(FinishTest, WhatLiesOutsideTheScopeIsKept) {
  const std::string beside = root_.path + "-2/a.jpg";
  put(beside);
  put("/other/a.jpg");
  meet(put_below("a.jpg"));
  finish({scan_of(1)});
  EXPECT_TRUE(library_.find_path(beside, model_)) << "a folder whose name only begins the same";
  EXPECT_TRUE(library_.find_path("/other/a.jpg", model_));
  EXPECT_EQ(report_.removed, 0u);
}

TEST_F(FinishTest, AScopeInsideARootLeavesTheRestOfTheRootAlone) {
  put_below("a.jpg");
  meet(put_below("in/b.jpg"));
  put_below("in/c.jpg");
  scopes_ = {{root_, path_of("in")}};
  finish({scan_of(1)});
  EXPECT_TRUE(is_known("a.jpg"));
  EXPECT_TRUE(is_known("in/b.jpg"));
  EXPECT_FALSE(is_known("in/c.jpg"));
  EXPECT_EQ(library_.roots().at(0).indexed_at_s, 0) << "the root as a whole was not scanned";
}

TEST_F(FinishTest, ARootThatWasScannedAsAWholeIsMarked) {
  const auto before = std::time(nullptr);
  finish({scan_of(0)});
  EXPECT_GE(library_.roots().at(0).indexed_at_s, before);
  EXPECT_THAT(report_.notices, IsEmpty()) << "an empty folder of which nothing is known is fine";
}

TEST_F(FinishTest, AMissingRootKeepsItsRowsAndANoticeSaysSo) {
  put_below("a.jpg");
  put_below("sub/b.jpg");
  finish({scan_of(0, {root_.path})});
  EXPECT_TRUE(is_known("a.jpg"));
  EXPECT_TRUE(is_known("sub/b.jpg"));
  EXPECT_EQ(report_.removed, 0u);
  EXPECT_THAT(report_.notices,
              ElementsAre(root_.path +
                          " could not be read; what the library holds of it was kept. Check that "
                          "it is mounted and that you may read it."));
  EXPECT_EQ(library_.roots().at(0).indexed_at_s, 0);
}

TEST_F(FinishTest, AScopeWithoutAnyFileKeepsItsRowsAsAnUnmountedDiskLooksTheSame) {
  put_below("a.jpg");
  put_below("b.jpg");
  finish({scan_of(0)});
  EXPECT_TRUE(is_known("a.jpg"));
  EXPECT_EQ(report_.removed, 0u);
  EXPECT_THAT(report_.notices,
              ElementsAre(AllOf(HasSubstr(root_.path + " is empty now"),
                                HasSubstr("its 2 images were kept"),
                                HasSubstr("say so with: clipdex forget " + root_.path))));
  EXPECT_EQ(library_.roots().at(0).indexed_at_s, 0);
}

TEST_F(FinishTest, AnUnreadableFolderKeepsItsRowsWhileTheOthersAreRemoved) {
  meet(put_below("a.jpg"));
  put_below("b.jpg");
  put_below("locked/c.jpg");
  put_below("locked/deep/d.jpg");
  put_below("locked-not/e.jpg");
  finish({scan_of(1, {path_of("locked")})});
  EXPECT_TRUE(is_known("locked/c.jpg"));
  EXPECT_TRUE(is_known("locked/deep/d.jpg"));
  EXPECT_FALSE(is_known("b.jpg"));
  EXPECT_FALSE(is_known("locked-not/e.jpg"));
  EXPECT_EQ(report_.removed, 2u);
  EXPECT_THAT(report_.notices, ElementsAre(HasSubstr(path_of("locked") + " could not be read")));
  EXPECT_EQ(library_.roots().at(0).indexed_at_s, 0) << "the scan was not complete";
}

TEST_F(FinishTest, AnUnreadableFolderInAnOtherwiseEmptyScopeRemovesTheRestAllTheSame) {
  put_below("a.jpg");
  put_below("locked/b.jpg");
  finish({scan_of(0, {path_of("locked")})});
  EXPECT_TRUE(is_known("locked/b.jpg"));
  EXPECT_EQ(report_.removed, 1u);
}

TEST_F(FinishTest, ALinkOutOfReachKeepsTheRowOfThatPath) {
  meet(put_below("a.jpg"));
  put_below("link.jpg");
  finish({scan_of(1, {path_of("link.jpg")})});
  EXPECT_TRUE(is_known("link.jpg"));
}

TEST_F(FinishTest, EveryScopeIsJudgedByItsOwnScan) {
  const store::Root second = root_at(directory_.path() / "second");
  scopes_.push_back({second, second.path});
  put_below("a.jpg");
  meet(put(second.path + "/b.jpg"));
  put(second.path + "/c.jpg");
  finish({scan_of(0, {root_.path}), scan_of(1)});
  EXPECT_TRUE(is_known("a.jpg"));
  EXPECT_FALSE(library_.find_path(second.path + "/c.jpg", model_));
  EXPECT_EQ(report_.removed, 1u);
  for (const store::Root& root : library_.roots()) {
    EXPECT_EQ(root.indexed_at_s != 0, root.path == second.path);
  }
}

TEST_F(FinishTest, AScopeThatWasNeverBegunIsLeftAlone) {
  put_below("a.jpg");
  finish({});
  EXPECT_TRUE(is_known("a.jpg"));
  EXPECT_THAT(report_.notices, IsEmpty());
}

TEST_F(FinishTest, ARootThatIsTheWholeSystemHasItsUnreadableFoldersKept) {
  const store::Root system = root_at("/");
  scopes_ = {{system, "/"}};
  meet(library_.put_image(store::test::record("/a.jpg")));
  library_.put_image(store::test::record("/b.jpg"));
  library_.put_image(store::test::record("/mnt/c.jpg"));
  finish({scan_of(1, {"/mnt"})});
  EXPECT_FALSE(library_.find_path("/b.jpg", model_));
  EXPECT_TRUE(library_.find_path("/mnt/c.jpg", model_));
  finish({scan_of(0, {"/"})});
  EXPECT_TRUE(library_.find_path("/mnt/c.jpg", model_));
}

TEST_F(FinishTest, ANameThatIsNotUtf8IsMadeReadableInTheNotice) {
  finish({scan_of(1, {path_of("\xff")})});
  EXPECT_THAT(report_.notices, ElementsAre(HasSubstr("/\xEF\xBF\xBD could not be read")));
}

}  // namespace
}  // namespace clipdex::indexer
