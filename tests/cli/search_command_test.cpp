#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/run_command.hpp"

namespace clipdex::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

class SearchCommand : public CommandScene {
 protected:
  SearchCommand() {
    put("dog.jpg", "photo_dog.jpg");
    put("owl.jpg", "photo_owl.jpg");
    index();
  }

  static Outcome run_search(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "search");
    return run(add_search_command, arguments);
  }

  /// A library made with the demo model, whose results carry a note.
  std::string demo_library() const {
    const fs::path file = home_ / "demo.db";
    Library({.file = file, .model = ""}).index({.folders = {photos_}});
    return file.native();
  }

  const std::string cat_ = put("cat.jpg");
};

TEST_F(SearchCommand, TheTableHasRankScoreAndPathAndNothingElse) {
  const Outcome outcome = run_search({"--image", cat_, "-k", "1"});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out, "  1  1.0000  photos/cat.jpg\n");
  EXPECT_EQ(outcome.err, "");
}

TEST_F(SearchCommand, ResultsOfTheDemoModelSaySoOnStderr) {
  const std::string demo = demo_library();
  const Outcome outcome = run_search({"a", "dog", "--library", demo});
  EXPECT_THAT(outcome.err, StartsWith("clipdex: using the small demo model"));
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 3);
  EXPECT_EQ(run_search({"a", "dog", "--library", demo, "-q"}).err, "");
}

TEST_F(SearchCommand, JsonIsOneObjectWithTheQueryAsItWasWritten) {
  const Outcome outcome = run_search({"--json", "a", "cat", "-", "night", "-k", "2"});
  const auto document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document["query"], "a cat - night");
  EXPECT_EQ(document["model"], "immich");
  EXPECT_EQ(document["library_count"], 3);
  ASSERT_THAT(document["hits"], SizeIs(2));
  EXPECT_EQ(document["hits"][1]["rank"], 2);
  EXPECT_TRUE(document["elapsed_ms"].contains("rank"));
}

TEST_F(SearchCommand, JsonOfASearchByExampleNamesTheExample) {
  const Outcome outcome = run_search({"--json", "-i", cat_});
  const auto document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document["query"], cat_);
  EXPECT_EQ(document["hits"][0]["path"], cat_);
}

TEST_F(SearchCommand, CsvAndPathsAreForPrograms) {
  EXPECT_EQ(run_search({"--csv", "-i", cat_, "-k", "1"}).out,
            "rank,score,path,match\r\n1,1.000000," + cat_ + ",\r\n");
  EXPECT_EQ(run_search({"--paths", "-i", cat_, "-k", "1"}).out, cat_ + "\n");
  EXPECT_EQ(run_search({"--paths", "-0", "-i", cat_, "-k", "1"}).out, cat_ + '\0');
}

TEST_F(SearchCommand, AnExactSearchFindsTheSame) {
  EXPECT_EQ(run_search({"--exact", "--paths", "-i", cat_}).out,
            run_search({"--paths", "-i", cat_}).out);
}

TEST_F(SearchCommand, ThePreviewDrawsBelowEachHit) {
  const test::ScopedVariable terminal("TERM", "dumb");
  const Outcome outcome = run_search({"--preview", "-i", cat_, "-k", "1"});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_THAT(outcome.out, StartsWith("  1  1.0000  photos/cat.jpg\n"));
  EXPECT_GT(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 4);
}

TEST_F(SearchCommand, AHitWhoseFileIsGoneHasNoPictureAndTheRestIsDrawn) {
  fs::remove(cat_);
  const Outcome outcome = run_search({"--preview", "anything"});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_THAT(outcome.err, HasSubstr("clipdex: cannot open " + cat_));
  EXPECT_THAT(outcome.out, HasSubstr("dog.jpg\n"));
}

TEST_F(SearchCommand, TheFormsExcludeOneAnother) {
  const std::vector<std::string> forms{"--json", "--csv", "--paths", "--preview"};
  for (const std::string& one : forms) {
    for (const std::string& other : forms) {
      if (one == other) continue;
      expect_wrong_use(run_search({"x", one, other}), "at most 1");
    }
  }
}

TEST_F(SearchCommand, WordsAndExamplesAreMixed) {
  const Outcome outcome = run_search({"--json", "0.000001:word", "-i", cat_});
  const auto document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document["hits"][0]["path"], cat_) << "the word weighs nearly nothing";
  EXPECT_EQ(document["query"], "0.000001:word");
}

TEST_F(SearchCommand, AnAddressIsFetchedWhateverItsLetters) {
  const test::ScopedVariable proxy("http_proxy", std::nullopt);
  // Nothing listens on port 1 of this machine.
  for (const char* address : {"http://127.0.0.1:1/x.jpg", "HTTP://127.0.0.1:1/x.jpg"}) {
    expect_failure(run_search({"-i", address}), "cannot fetch");
  }
}

TEST_F(SearchCommand, TheThresholdLeavesOutAndNothingFoundIsSaid) {
  const Outcome some = run_search({"--paths", "-i", cat_, "--raw-threshold", "0.9999"});
  EXPECT_EQ(some.out, cat_ + "\n");
  EXPECT_EQ(some.status, kDone);
  const Outcome none = run_search({"word", "--raw-threshold", "1"});
  EXPECT_EQ(none.status, kNothingFoundOrSomeFailed);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(none.err, "clipdex: nothing found: none of 3 images scores 1 or more\n");
  expect_wrong_use(run_search({"word", "--threshold", "0.9"}),
                   "the library has no calibrated scores for its model");
  expect_wrong_use(run_search({"-i", cat_, "--threshold", "0.9"}),
                   "only searches by words have calibrated scores");
}

TEST_F(SearchCommand, FiltersThatAdmitNothingAreSaid) {
  const Outcome outcome = run_search({"word", "path:nowhere/**"});
  EXPECT_EQ(outcome.status, kNothingFoundOrSomeFailed);
  EXPECT_EQ(outcome.err,
            "clipdex: nothing found: none of the 3 images passes the filters of the query\n");
}

TEST_F(SearchCommand, AnEmptyLibraryIsSaidInEveryForm) {
  Library(options()).forget(photos_);
  for (const char* form : {"--json", "--csv", "--paths", "--preview"}) {
    const Outcome outcome = run_search({"word", form});
    EXPECT_EQ(outcome.status, kNothingFoundOrSomeFailed) << form;
    EXPECT_THAT(outcome.err, HasSubstr("holds no images yet; put some in with: clipdex index"));
  }
  const Outcome json = run_search({"word", "--json"});
  EXPECT_THAT(nlohmann::json::parse(json.out)["hits"], IsEmpty());
}

TEST_F(SearchCommand, ATextThatIsTooLongIsNotedUnlessQuiet) {
  std::vector<std::string> arguments(300, "dog");
  EXPECT_THAT(run_search(arguments).err, EndsWith("its end was left out.\n"));
  arguments.push_back("-q");
  const Outcome quiet = run_search(arguments);
  EXPECT_EQ(quiet.err, "");
  EXPECT_EQ(quiet.status, kDone);
}

TEST_F(SearchCommand, AFolderIsFilledWithLinks) {
  const fs::path folder = home_ / "results";
  const Outcome outcome = run_search({"-i", cat_, "-k", "2", "--link", folder.native()});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.err, "clipdex: 2 links are in " + folder.native() + "\n");
  EXPECT_EQ(fs::read_symlink(folder / "001_1.0000_cat.jpg"), cat_);
  const Outcome blocked = run_search({"-i", cat_, "--link", cat_});
  EXPECT_EQ(blocked.status, kFailed);
  EXPECT_THAT(blocked.err, HasSubstr("cannot be written"));
}

TEST_F(SearchCommand, OrdinaryMistakesAreExplained) {
  expect_wrong_use(run_search({}), "say what to look for: words, or --image FILE");
  expect_wrong_use(run_search({""}), "the query is empty");
  expect_wrong_use(run_search({"path:x"}), "the query has only filters");
  expect_wrong_use(run_search({"\"a cat"}), "quote");
  expect_wrong_use(run_search({"x", "-0"}), "it goes with --paths");
  expect_wrong_use(run_search({"x", "-k", "0"}), "--count");
  expect_wrong_use(run_search({"x", "-t", "1.5"}), "--threshold");
  expect_wrong_use(run_search({"x", "-t", "warm"}), "--threshold");
  expect_failure(run_search({"-i", "/nosuch.jpg"}), "/nosuch.jpg");
  expect_failure(run_search({"x", "-l", "/nosuch.db"}), "there is no library /nosuch.db");
  expect_failure(run_search({"x", "-m", "nosuch"}), "there is no model called 'nosuch'");
  expect_failure(run_search({"x", "-m", "demo"}), "cannot be compared with them");
}

TEST_F(SearchCommand, TheHelpNamesTheOptions) {
  const Outcome outcome = run_search({"--help"});
  EXPECT_EQ(outcome.status, kDone);
  for (const char* option :
       {"--image", "--library", "--model", "--count", "--threshold", "--raw-threshold", "--json",
        "--csv", "--paths", "--preview", "--null", "--link"}) {
    EXPECT_THAT(outcome.out, HasSubstr(option));
  }
}

}  // namespace
}  // namespace clipdex::cli
