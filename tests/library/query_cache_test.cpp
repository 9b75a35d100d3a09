#include "library/query_cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/connection.hpp"
#include "support/library_scene.hpp"

namespace clipdex::library {
namespace {

namespace fs = std::filesystem;
using test::throws_error;
using test::words;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class QueryCacheTest : public test::LibraryScene {
 protected:
  /// A library whose model is a copy that a test may take away.
  QueryCacheTest() {
    put("cat.jpg");
    put("dog.jpg", "photo_dog.jpg");
    Library(options(model_)).index({.folders = {photos_}});
  }

  SearchResult search(std::string_view text, bool query_cache = true) const {
    LibraryOptions with = options();
    with.query_cache = query_cache;
    return Library(with).search(words(text));
  }

  /// From now on nothing can be encoded.
  void take_the_model_away() const { fs::rename(model_, home_ / "away"); }

  std::int64_t number(const char* sql) const {
    store::Connection connection(file_, store::Connection::Mode::read);
    return store::Query(connection, sql).only_integer();
  }

  std::int64_t remembered() const { return number("SELECT count(*) FROM query_vectors"); }

  void run(const char* sql) const {
    store::Connection(file_, store::Connection::Mode::write).run(sql);
  }

  const fs::path model_ = test::copy_model("immich", home_);
};

TEST_F(QueryCacheTest, ATextThatWasSearchedForNeedsNoModelAndFindsTheSame) {
  const SearchResult first = search("a cat");
  EXPECT_EQ(remembered(), 1);
  take_the_model_away();
  const SearchResult again = search("a cat");
  ASSERT_EQ(again.hits.size(), first.hits.size());
  for (std::size_t i = 0; i < first.hits.size(); ++i) {
    EXPECT_EQ(again.hits[i].path, first.hits[i].path);
    EXPECT_EQ(again.hits[i].score, first.hits[i].score);
  }
  EXPECT_THAT([&] { search("a dog"); },
              throws_error(ErrorCode::wrong_model, "which is not at " + model_.native()));
}

TEST_F(QueryCacheTest, ItIsSaidAgainThatATextWasCut) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "a cat on a chair ";
  EXPECT_THAT(search(text).notices, ElementsAre(HasSubstr("longer than the model can read")));
  take_the_model_away();
  EXPECT_THAT(search(text).notices, ElementsAre(HasSubstr("longer than the model can read")));
}

TEST_F(QueryCacheTest, WhoDoesNotWantItLeavesNoTraceAndFindsNone) {
  search("a secret", false);
  EXPECT_EQ(remembered(), 0);
  search("a cat");
  take_the_model_away();
  EXPECT_THAT([&] { search("a cat", false); }, throws_error(ErrorCode::wrong_model, ""));
}

TEST_F(QueryCacheTest, ASearchIsNoChangeOfTheLibrary) {
  const auto generation = "SELECT CAST(value AS INTEGER) FROM properties WHERE key = 'generation'";
  const std::int64_t before = number(generation);
  search("a cat");
  EXPECT_EQ(remembered(), 1);
  EXPECT_EQ(number(generation), before);
}

TEST_F(QueryCacheTest, AKnownTextIsWrittenAgainOnlyWhenItsLastUseIsOld) {
  search("a cat");
  const auto used = "SELECT used_at_s FROM query_vectors";
  run("UPDATE query_vectors SET used_at_s = used_at_s - 3600");
  const std::int64_t an_hour_ago = number(used);
  search("a cat");
  EXPECT_EQ(number(used), an_hour_ago);
  run("UPDATE query_vectors SET used_at_s = used_at_s - 86400");
  search("a cat");
  EXPECT_GT(number(used), an_hour_ago);
  EXPECT_EQ(remembered(), 1);
}

TEST_F(QueryCacheTest, VectorsOfAnotherModelOrSizeAreNotTaken) {
  search("a cat");
  take_the_model_away();
  run("UPDATE query_vectors SET vector = x'0000803f'");
  EXPECT_THAT([&] { search("a cat"); }, throws_error(ErrorCode::wrong_model, ""));
  run("UPDATE query_vectors SET encoder = 'another'");
  EXPECT_THAT([&] { search("a cat"); }, throws_error(ErrorCode::wrong_model, ""));
}

TEST_F(QueryCacheTest, WhoAsksForOnePrecisionGetsNoVectorOfAnother) {
  search("a cat");
  LibraryOptions in_float32 = options();
  in_float32.precision = ModelPrecision::float32;
  Library(in_float32).search(words("a cat"));
  EXPECT_EQ(remembered(), 2);
  take_the_model_away();
  run("DELETE FROM query_vectors WHERE encoder NOT LIKE '% float32'");
  EXPECT_THAT(Library(in_float32).search(words("a cat")).hits, Not(IsEmpty()));
  EXPECT_THAT([&] { search("a cat"); }, throws_error(ErrorCode::wrong_model, ""));
}

TEST_F(QueryCacheTest, ALibraryThatIsBeingWrittenIsSearchedAsEver) {
  const SearchResult first = search("a cat");
  store::Connection writer(file_, store::Connection::Mode::write);
  writer.run("BEGIN IMMEDIATE");
  EXPECT_EQ(search("a dog").hits.size(), first.hits.size());
  EXPECT_EQ(remembered(), 1) << "nothing waits for whoever writes";
}

TEST_F(QueryCacheTest, SearchesAndIndexingAtTheSameTimeDisturbNeither) {
  put_numbered(60);
  std::atomic<bool> done = false;
  std::thread indexing([&] {
    EXPECT_EQ(index_known().added, 60U);
    done = true;
  });
  int searches = 0;
  do {
    EXPECT_THAT(search("text " + std::to_string(searches++)).hits, Not(IsEmpty()));
  } while (!done);
  indexing.join();
  EXPECT_EQ(names_in_library().size(), 62U);
  EXPECT_EQ(number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

}  // namespace
}  // namespace clipdex::library
