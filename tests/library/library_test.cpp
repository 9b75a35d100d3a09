#include "clipdex/library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>

#include "library/model_locator.hpp"
#include "store/catalogue.hpp"
#include "support/library_scene.hpp"

namespace clipdex {
namespace {

namespace fs = std::filesystem;
using test::throws_error;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LibraryTest : public test::LibraryScene {};

TEST_F(LibraryTest, AnEmptyNameIsRefused) {
  EXPECT_THAT([] { Library({.file = "", .model = ""}); },
              throws_error(ErrorCode::invalid_argument, "the name of the library file is empty"));
}

TEST_F(LibraryTest, WithoutAFileThereIsNothingToAsk) {
  Library library(options());
  EXPECT_THAT([&] { library.search(test::words("a cat")); },
              throws_error(ErrorCode::not_found, "there is no library " + file_.native()));
  EXPECT_THAT([&] { (void)library.status(); }, throws_error(ErrorCode::not_found, "make one with"));
  EXPECT_THAT([&] { (void)library.model(); }, throws_error(ErrorCode::not_found, "make one with"));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(LibraryTest, ASearchInAnEmptyLibraryFindsNothing) {
  fs::create_directories(photos_);
  index();
  Library library(options());
  const SearchResult result = library.search(test::words("a cat"));
  EXPECT_THAT(result.hits, IsEmpty());
  EXPECT_EQ(result.library_count, 0U);
}

TEST_F(LibraryTest, ALibraryThatNothingWasPutIntoHasNoModel) {
  store::Catalogue::open(file_, store::Access::write);
  Library library(options());
  EXPECT_EQ(library.search(test::words("a cat")).library_count, 0U);
  EXPECT_THAT([&] { (void)library.model(); },
              throws_error(ErrorCode::not_found, "holds no vectors yet; put images in with"));
}

TEST_F(LibraryTest, AnImageFindsItselfFirst) {
  put("cat.jpg");
  put("dog.jpg", "photo_dog.jpg");
  const std::string owl = put("owl.jpg", "photo_owl.jpg");
  Library library(options(small_model()));
  library.index({.folders = {photos_}});
  const SearchResult result = library.search(test::example(owl, 2));
  ASSERT_THAT(result.hits, SizeIs(2));
  EXPECT_EQ(result.hits[0].path, owl);
  EXPECT_EQ(result.hits[0].rank, 1);
  EXPECT_NEAR(result.hits[0].score, 1, 1e-5);
  EXPECT_EQ(result.library_count, 3U);
  EXPECT_EQ(result.filtered_count, 3U);
}

TEST_F(LibraryTest, TheDemoModelIsTheDefaultAndSaysSo) {
  put("cat.jpg");
  put("chart.png", "diagram_bar_chart.png");
  Library library(options());
  library.index({.folders = {photos_}});
  EXPECT_EQ(test::names_of(library.search(test::words("a diagram"))).front(), "chart.png");
  EXPECT_TRUE(library.model().is_demo);
  EXPECT_EQ(library.model().name, "demo");
  ASSERT_THAT(library.status().models, SizeIs(1));
  EXPECT_TRUE(library.status().models[0].is_demo);
}

TEST_F(LibraryTest, TheDemoModelIsKnownUnderAnyPath) {
  put("cat.jpg");
  fs::create_directory_symlink(library::demo_model_directory(), home_ / "small");
  Library library(options(home_ / "small"));
  library.index({.folders = {photos_}});
  EXPECT_TRUE(library.model().is_demo);
  EXPECT_TRUE(library.status().models[0].is_demo);
}

TEST_F(LibraryTest, TheStatusCountsEachKindOfFileOnce) {
  put("one/cat.jpg");
  put("one/dog.jpg", "photo_dog.jpg");
  test::write_text(photos_ / "one/broken.jpg", "no image");
  test::write_text(photos_ / "one/notes.txt", "no image");
  put("two/owl.jpg", "photo_owl.jpg");
  Library library(options(small_model()));
  library.index({.folders = {photos_ / "one", photos_ / "two"}, .excludes = {{"raw/**"}}});
  fs::rename(photos_ / "two", home_ / "away");

  const LibraryStatus status = library.status();
  EXPECT_EQ(status.file, file_);
  EXPECT_GE(status.file_bytes, fs::file_size(file_));
  EXPECT_EQ(status.ready, 3U);
  EXPECT_EQ(status.failed, 1U);
  EXPECT_EQ(status.not_images, 1U);
  ASSERT_THAT(status.roots, SizeIs(2));
  EXPECT_EQ(status.roots[0].path, (photos_ / "one").native());
  EXPECT_EQ(status.roots[0].images, 2U) << "neither the broken file nor the notes are images";
  EXPECT_TRUE(status.roots[0].present);
  EXPECT_GT(status.roots[0].indexed_at_s, 0);
  EXPECT_THAT(status.roots[0].excludes, ElementsAre("raw/**"));
  EXPECT_EQ(status.roots[1].images, 1U);
  EXPECT_FALSE(status.roots[1].present);
  ASSERT_THAT(status.failures, SizeIs(1));
  EXPECT_EQ(status.failures[0].path, (photos_ / "one/broken.jpg").native());
  EXPECT_EQ(status.failures[0].code, ErrorCode::corrupt);
  EXPECT_THAT(status.failures[0].message, HasSubstr("no known image format"));
}

TEST_F(LibraryTest, TheStatusNamesTheModel) {
  put("cat.jpg");
  Library library(options(small_model()));
  library.index({.folders = {photos_}});
  const LibraryStatus status = library.status();
  ASSERT_THAT(status.models, SizeIs(1));
  EXPECT_EQ(status.models[0].name, "immich");
  EXPECT_EQ(status.models[0].directory, small_model().native());
  EXPECT_EQ(status.models[0].identity, library.model().identity);
  EXPECT_EQ(status.models[0].vectors, 1U);
  EXPECT_TRUE(status.models[0].active);
  EXPECT_FALSE(status.models[0].is_demo);
}

TEST_F(LibraryTest, ASearchSeesWhatWasStoredSinceTheLastOne) {
  put("cat.jpg");
  index();
  Library library(options());
  EXPECT_THAT(library.search(test::words("x")).hits, SizeIs(1));
  const std::string dog = put("dog.jpg", "photo_dog.jpg");
  index_known();
  EXPECT_EQ(test::names_of(library.search(test::example(dog))).front(), "dog.jpg");
  library.forget(photos_);
  EXPECT_EQ(library.search(test::words("x")).library_count, 0U);
}

TEST_F(LibraryTest, ALibraryThatTookThePlaceOfAnotherIsReadWithItsOwnModel) {
  put("cat.jpg");
  index();
  Library library(options());
  const std::string cat = put("cat.jpg");
  EXPECT_THAT(library.search(test::example(cat)).hits, SizeIs(1));
  fs::remove(file_);
  const fs::path other = test::test_models_directory() / "immich-other-seed";
  Library(options(other)).index({.folders = {photos_}});
  EXPECT_EQ(library.model().name, "immich-other-seed");
  EXPECT_NEAR(library.search(test::example(cat)).hits.at(0).score, 1, 1e-5);
}

TEST_F(LibraryTest, AWrongModelIsRefusedWithTheRemedy) {
  put("cat.jpg");
  index();
  Library library(options(test::test_models_directory() / "immich-other-seed"));
  EXPECT_THAT([&] { library.search(test::words("a cat")); },
              throws_error(ErrorCode::wrong_model, "were made by the model 'immich' ("));
  EXPECT_THAT([&] { library.search(test::words("a cat")); },
              throws_error(ErrorCode::wrong_model,
                           "cannot be compared with them; leave --model "
                           "out, or index into another library"));
}

TEST_F(LibraryTest, ACopyOfTheModelIsTheSameModel) {
  put("cat.jpg");
  index();
  Library library(options(test::copy_model("immich", home_)));
  EXPECT_THAT(library.search(test::words("a cat")).hits, SizeIs(1));
}

TEST_F(LibraryTest, AMistakeInTheQueryIsTold) {
  const std::string cat = put("cat.jpg");
  index();
  Library library(options());
  EXPECT_THAT([&] { library.search(Query{}); },
              throws_error(ErrorCode::invalid_argument, "the query is empty"));
  EXPECT_THAT([&] { library.search(test::example(photos_ / "nosuch.jpg")); },
              throws_error(ErrorCode::not_found, "nosuch.jpg"));
  EXPECT_THAT(library.search(test::example(cat)).hits, SizeIs(1)) << "the library still works";
}

TEST_F(LibraryTest, ATextThatIsTooLongIsNoticed) {
  put("cat.jpg");
  index();
  std::string text = "dog";
  for (int i = 0; i < 300; ++i) text += " dog";
  const SearchResult result = Library(options()).search(test::words(text));
  ASSERT_THAT(result.notices, SizeIs(1));
  EXPECT_THAT(result.notices[0], HasSubstr("is longer than the model can read"));
}

TEST_F(LibraryTest, AMovedObjectGoesOnWhereTheOldOneWas) {
  put("cat.jpg");
  index();
  Library first(options());
  EXPECT_THAT(first.search(test::words("x")).hits, SizeIs(1));
  Library second(std::move(first));
  EXPECT_THAT(second.search(test::words("x")).hits, SizeIs(1));
  Library third(options(small_model()));
  third = std::move(second);
  EXPECT_EQ(third.model().name, "immich");
}

TEST_F(LibraryTest, AskingToStopAtTheEndStopsNothing) {
  put_numbered(20);
  Library library(options(small_model()));
  const IndexReport whole = library.index(
      {.folders = {photos_}, .progress = [](const Progress& progress) {
         EXPECT_LE(progress.done, progress.total);
         return progress.stage == Stage::finish ? ProgressReply::stop : ProgressReply::go_on;
       }});
  EXPECT_FALSE(whole.stopped) << "there was nothing left to stop";
  EXPECT_EQ(whole.added, 20U);
}

TEST_F(LibraryTest, SearchesFromManyThreadsRunBesideIndexing) {
  const std::string cat = put("cat.jpg");
  index();
  put_numbered(60);
  Library library(options(small_model()));
  std::atomic<bool> indexed = false;
  std::atomic<int> faults = 0;
  std::vector<std::thread> searchers;
  for (int i = 0; i < 4; ++i) {
    searchers.emplace_back([&] {
      std::uint64_t seen = 1;
      for (bool last = false; !last;) {
        last = indexed;  // Read first, so that one search follows the end of indexing.
        const SearchResult result = library.search(test::example(cat));
        const bool grows = result.library_count >= std::exchange(seen, result.library_count);
        if (!grows || result.hits.empty() || result.hits[0].score < 0.999) ++faults;
        if (result.hits.size() != std::min<std::uint64_t>(100, seen)) ++faults;
        if (library.status().ready < seen) ++faults;
      }
      if (seen != 61) ++faults;
    });
  }
  const IndexReport report = library.index({.folders = {photos_}, .threads = 2});
  indexed = true;
  for (std::thread& searcher : searchers) searcher.join();
  EXPECT_EQ(report.added + report.copied, 60U);
  EXPECT_EQ(faults, 0);
}

}  // namespace
}  // namespace clipdex
