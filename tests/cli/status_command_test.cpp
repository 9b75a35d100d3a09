#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/run_command.hpp"

namespace clipdex::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class StatusCommand : public CommandScene {
 protected:
  StatusCommand() {
    put("cat.jpg");
    put("dog.jpg", "photo_dog.jpg");
    test::write_text(photos_ / "broken.jpg", "no image");
    test::write_text(photos_ / "notes.txt", "no image");
    index({.excludes = {{"raw/**"}}});
  }

  static Outcome run_status(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "status");
    return run(add_status_command, arguments);
  }
};

TEST_F(StatusCommand, ItCountsAndNamesFoldersAndModel) {
  const Outcome outcome = run_status();
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, HasSubstr("library   " + file_.native() + " ("));
  EXPECT_THAT(outcome.out, HasSubstr("\nimages    2\nfailed    1\nothers    1 files that are no "
                                     "images\nfolder    " +
                                     photos_.native() + ": 2 images, indexed 2"));
  EXPECT_THAT(outcome.out,
              HasSubstr("\n          without raw/**\nmodel     immich: 2 vectors of "));
  EXPECT_THAT(outcome.out, HasSubstr(", used by searches\n"));
}

TEST_F(StatusCommand, AMissingFolderStandsOut) {
  fs::rename(photos_, home_ / "away");
  EXPECT_THAT(run_status().out, HasSubstr(", NOT THERE NOW (its images are kept)\n"));
}

TEST_F(StatusCommand, TheDemoModelIsMarked) {
  const fs::path demo = home_ / "demo.db";
  Library({.file = demo, .model = ""}).index({.folders = {photos_}});
  EXPECT_THAT(run_status({"-l", demo.native()}).out, HasSubstr("demo (the small demo model): 2"));
}

TEST_F(StatusCommand, FailuresAreALineEach) {
  EXPECT_EQ(run_status({"--failures"}).out,
            "photos/broken.jpg: its content is that of no known image format\n");
  fs::remove(photos_ / "broken.jpg");
  index_known();
  EXPECT_EQ(run_status({"--failures"}).out, "");
}

TEST_F(StatusCommand, JsonHoldsTheSameNumbers) {
  const auto document = nlohmann::json::parse(run_status({"--json"}).out);
  EXPECT_EQ(document["library"], file_.native());
  EXPECT_GT(document["bytes"], 0);
  EXPECT_EQ(document["snapshot_bytes"], 0) << "few vectors need no snapshot";
  EXPECT_EQ(document["images"], 2);
  EXPECT_EQ(document["failed"], 1);
  EXPECT_EQ(document["not_images"], 1);
  ASSERT_THAT(document["folders"], SizeIs(1));
  EXPECT_EQ(document["folders"][0]["path"], photos_.native());
  EXPECT_EQ(document["folders"][0]["images"], 2);
  EXPECT_EQ(document["folders"][0]["present"], true);
  EXPECT_GT(document["folders"][0]["indexed_at"], 0);
  ASSERT_THAT(document["models"], SizeIs(1));
  EXPECT_EQ(document["models"][0]["name"], "immich");
  EXPECT_EQ(document["models"][0]["vectors"], 2);
  EXPECT_EQ(document["models"][0]["active"], true);
  ASSERT_THAT(document["failures"], SizeIs(1));
  EXPECT_EQ(document["failures"][0]["path"], (photos_ / "broken.jpg").native());
  EXPECT_EQ(document["failures"][0]["code"], "corrupt");
}

TEST_F(StatusCommand, JsonAndFailuresExcludeOneAnother) {
  expect_wrong_use(run_status({"--json", "--failures"}), "excludes");
}

TEST_F(StatusCommand, AMissingLibraryIsExplained) {
  expect_failure(run_status({"-l", "/nosuch.db"}),
                 "there is no library /nosuch.db; make one with 'clipdex index DIR");
}

}  // namespace
}  // namespace clipdex::cli
