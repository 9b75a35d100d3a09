#include "search/execute.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "search/environment.hpp"
#include "search/parse.hpp"
#include "search/plain_picture.hpp"
#include "store/rows.hpp"
#include "support/brute_force.hpp"
#include "support/fake_encoders.hpp"
#include "support/places.hpp"
#include "vectors/exact_index.hpp"

namespace clipdex::search {
namespace {

using store::Access;
using store::Catalogue;
using store::test::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = QueryTerm::Kind;

static_assert(store::test::kDimension == test::kFakeDimension);

/// A unit vector whose cosine with `along(1)` is `cosine`.
Embedding along(double cosine) {
  Embedding vector(test::kFakeDimension);
  vector[0] = static_cast<float>(cosine);
  vector[1] = static_cast<float>(std::sqrt(1 - cosine * cosine));
  return vector;
}

/// A library on disk; the text "car" has the vector `along(1)`.
class Execute : public ::testing::Test {
 protected:
  Execute() {
    library_.set_active_model(model_);
    towers_.text_encoder.set_vector("car", along(1));
    towers_.text_encoder.set_vector("night", along(0));
  }

  ImageId put(const std::string& path, double cosine, std::int64_t taken_at_s = 0) {
    store::ImageRecord record = store::test::record(path);
    record.taken_at_s = taken_at_s;
    const ImageId id = library_.put_image(record);
    library_.put_vector(id, model_, along(cosine));
    return id;
  }

  /// Image i of `count` has the cosine i / 100 with "car"; every third lies in /photos/2024.
  void put_many(int count) {
    Catalogue::Transaction batch(library_);
    for (int i = 0; i < count; ++i) {
      const std::string year = i % 3 == 0 ? "2024" : "2023";
      put("/photos/" + year + '/' + std::to_string(i) + ".jpg", i / 100.0, i);
    }
    batch.commit();
  }

  const vectors::ExactIndex& index() {
    ++index_calls_;
    if (index_ == nullptr) {
      index_ = std::make_unique<vectors::ExactIndex>(test::kFakeDimension);
      library_.visit_vectors(
          model_, [&](ImageId id, std::span<const float> vector) { index_->add(id, vector); });
    }
    return *index_;
  }

  SearchResult run(const Query& query) {
    const auto give_index = [this]() -> const vectors::VectorIndex& { return index(); };
    return execute(query, {towers_, give_index, library_, nullptr, match_});
  }

  SearchResult search(std::string_view text, std::size_t hits_max = 10,
                      std::optional<double> score_min = {}) {
    Query query = parse_query(text).value_or_throw();
    query.hits_max = hits_max;
    query.score_min = score_min;
    return run(query);
  }

  static std::vector<std::string> names(const SearchResult& result) {
    std::vector<std::string> names;
    for (const Hit& hit : result.hits)
      names.push_back(std::filesystem::path(hit.path).filename().native());
    return names;
  }

  const test::TemporaryDirectory directory_;
  Catalogue library_ = Catalogue::open(directory_.path() / "clip.db", Access::write);
  const store::ModelId model_ = library_.ensure_model(store::test::identity(), "m", "");
  test::FakeTowers towers_;
  std::unique_ptr<vectors::ExactIndex> index_;
  int index_calls_ = 0;
  std::function<std::optional<double>(ImageId, double)> match_;  ///< of a calibrated library
};

TEST_F(Execute, GivesRankPathAndScoreBestFirst) {
  const ImageId far = put("/a/far.jpg", -0.5);
  const ImageId near = put("/a/near\xFF.jpg", 0.8);
  const SearchResult result = search("car");
  ASSERT_EQ(result.hits.size(), 2U);
  EXPECT_EQ(result.hits[0].rank, 1);
  EXPECT_EQ(result.hits[0].image_id, near);
  EXPECT_EQ(result.hits[0].path, "/a/near\xFF.jpg");
  EXPECT_NEAR(result.hits[0].score, 0.8, 1e-6);
  EXPECT_EQ(result.hits[1].rank, 2);
  EXPECT_EQ(result.hits[1].image_id, far);
  EXPECT_NEAR(result.hits[1].score, -0.5, 1e-6);
  EXPECT_EQ(result.library_count, 2U);
  EXPECT_EQ(result.filtered_count, 2U);
  EXPECT_THAT(result.notices, IsEmpty());
  EXPECT_GE(result.times.encode_ms, 0);
  EXPECT_GE(result.times.rank_ms, 0);
  EXPECT_EQ(result.times.open_ms, 0) << "that is the library's to fill";
}

TEST_F(Execute, EqualScoresComeInOrderOfId) {
  for (const char* const name : {"/c.jpg", "/a.jpg", "/b.jpg"}) put(name, 0.5);
  EXPECT_THAT(names(search("car")), ElementsAre("c.jpg", "a.jpg", "b.jpg"));
}

class ExecuteOnRows : public Execute, public ::testing::WithParamInterface<int> {};

TEST_P(ExecuteOnRows, EveryRowIsFoundExactlyOnceInTheOrderOfBruteForce) {
  const auto rows = static_cast<std::size_t>(GetParam());
  store::test::put_images(library_, model_, GetParam());
  std::vector<ImageId> ids;
  std::vector<Embedding> vectors;
  for (auto& [id, vector] : store::test::vectors_of(library_, model_)) {
    ids.push_back(id);
    vectors.push_back(std::move(vector));
  }
  const auto expected = test::brute_force(ids, vectors, along(1));
  for (const std::size_t hits_max : {rows - 1, rows, rows + 1, std::size_t{1'000'000}}) {
    const SearchResult result = search("car", hits_max);
    ASSERT_EQ(result.hits.size(), std::min(hits_max, rows));
    std::set<std::string> paths;
    for (std::size_t i = 0; i < result.hits.size(); ++i) {
      EXPECT_EQ(result.hits[i].rank, static_cast<int>(i) + 1);
      EXPECT_EQ(result.hits[i].image_id, expected[i].id);
      EXPECT_NEAR(result.hits[i].score, expected[i].score, 1e-6);
      paths.insert(result.hits[i].path);
    }
    EXPECT_EQ(paths.size(), result.hits.size());
  }
}

TEST_P(ExecuteOnRows, EachImageFindsItselfFirst) {
  store::test::put_images(library_, model_, GetParam());
  for (int i = 0; i < GetParam(); ++i) {
    towers_.text_encoder.set_vector("this", store::test::unit_vector(static_cast<unsigned>(i)));
    const SearchResult result = search("this", 1);
    ASSERT_EQ(result.hits.size(), 1U);
    EXPECT_EQ(result.hits[0].path, "/photos/" + std::to_string(i) + ".jpg");
    EXPECT_NEAR(result.hits[0].score, 1, 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(RoundThePagesOfTheOldSystem, ExecuteOnRows,
                         ::testing::Values(9, 10, 11, 19, 20, 21));

TEST_F(Execute, FiltersChooseBeforeRankingSoThatAllHitsCome) {
  put_many(21);
  // The three best of all images are 20, 19 and 18, of which only 18 is of 2024.
  const SearchResult result = search("car path:2024/**", 3);
  EXPECT_THAT(names(result), ElementsAre("18.jpg", "15.jpg", "12.jpg"));
  EXPECT_EQ(result.library_count, 21U);
  EXPECT_EQ(result.filtered_count, 7U);
  EXPECT_EQ(search("car path:2024/**", 7).hits.size(), 7U);
  EXPECT_EQ(search("car path:2024/**", 8).hits.size(), 7U);
}

TEST_F(Execute, EveryFilterMustAdmitAnImage) {
  put_many(21);
  EXPECT_THAT(names(search("car after:1970 before:1970-01-01T00:00:03")),
              ElementsAre("2.jpg", "1.jpg", "0.jpg"));
  EXPECT_THAT(names(search("car after:1970-01-01T00:00:19")), ElementsAre("20.jpg", "19.jpg"))
      << "the first second is admitted";
  EXPECT_THAT(names(search("car path:2024 path:1*.jpg after:1970-01-01T00:00:13")),
              ElementsAre("18.jpg", "15.jpg"));
}

TEST_F(Execute, PatternsMeanWhatTheDocumentationSays) {
  put("/photos/2024/05/a.jpg", 0.9);
  put("/photos/2024/b.jpg", 0.8);
  put("/old/photos/c.png", 0.7);
  EXPECT_THAT(names(search("car path:/photos/2024/*.jpg")), ElementsAre("b.jpg"))
      << "* stays within one folder name";
  EXPECT_THAT(names(search("car path:/photos/**/*.jpg")), ElementsAre("a.jpg", "b.jpg"))
      << "** crosses folders";
  EXPECT_THAT(names(search("car path:?.png")), ElementsAre("c.png"));
  EXPECT_THAT(names(search("car path:[ac].*")), ElementsAre("a.jpg", "c.png"));
  EXPECT_THAT(names(search("car path:/photos")), ElementsAre("a.jpg", "b.jpg"))
      << "from the beginning of the path, and everything below the folder";
  EXPECT_THAT(names(search("car path:photos")), ElementsAre("a.jpg", "b.jpg", "c.png"));
}

TEST_F(Execute, PatternsAndImagesMayStartAtHome) {
  const test::ScopedVariable home("HOME", directory_.path().native());
  test::write_text(directory_.path() / "red.ppm", test::plain_picture(255, 0, 0));
  const ImageId id =
      library_.put_image(store::test::record((directory_.path() / "red.ppm").native()));
  library_.put_vector(id, model_, test::colour_vector(255, 0, 0));
  put("/elsewhere/red.ppm", 1);
  const SearchResult result = search("~/red.ppm path:~/*.ppm");
  ASSERT_EQ(result.hits.size(), 1U);
  EXPECT_EQ(result.hits[0].image_id, id);
  EXPECT_NEAR(result.hits[0].score, 1, 1e-6) << "an image finds itself";
}

TEST_F(Execute, TheThresholdLeavesOutWhatIsBelowIt) {
  for (const double cosine : {0.75, 0.5, 0.25, -1.0}) put('/' + std::to_string(cosine), cosine);
  EXPECT_EQ(search("car", 10, 0.5).hits.size(), 2U) << "an equal score is not below";
  EXPECT_EQ(search("car", 10, 0.51).hits.size(), 1U);
  EXPECT_EQ(search("car", 1, 0.5).hits.size(), 1U);
  EXPECT_THAT(search("car", 10, 0.76).hits, IsEmpty());
  EXPECT_EQ(search("car", 10, -1).hits.size(), 4U);
  const SearchResult none = search("car", 10, 2);
  EXPECT_THAT(none.hits, IsEmpty());
  EXPECT_EQ(none.filtered_count, 4U) << "the threshold is no filter";
}

TEST_F(Execute, HitsOfACalibratedLibrarySayHowWellTheyMatch) {
  put("/good.jpg", 0.9);
  put("/chance.jpg", 0.4);
  EXPECT_EQ(search("car").matches_well, std::nullopt) << "nothing is known yet";
  match_ = [](ImageId, double score) { return score; };
  const SearchResult result = search("car");
  EXPECT_NEAR(result.hits[0].match.value_or(-1), 0.9, 1e-6);
  EXPECT_NEAR(result.hits[1].match.value_or(-1), 0.4, 1e-6);
  EXPECT_EQ(result.matches_well, true);
  match_ = [](ImageId, double score) { return score / 2; };
  EXPECT_EQ(search("car").matches_well, false) << "the best is no better than chance";
  match_ = [](ImageId, double) { return std::nullopt; };
  EXPECT_EQ(search("car").matches_well, std::nullopt);
}

TEST_F(Execute, TheThresholdIsHeldAgainstMatchesAndRanksStayWhole) {
  put("/worst.jpg", 0.9);
  put("/best.jpg", 0.8);
  match_ = [](ImageId, double score) { return 1.7 - score; };  // The second hit matches better.
  Query query = parse_query("car").value_or_throw();
  query.match_min = 0.85;
  const SearchResult result = run(query);
  EXPECT_THAT(names(result), ElementsAre("best.jpg"));
  EXPECT_EQ(result.hits[0].rank, 1);
  query.match_min = 0.95;
  EXPECT_THAT(run(query).hits, IsEmpty());
  EXPECT_EQ(run(query).matches_well, true) << "before any threshold";
}

TEST_F(Execute, AThresholdThatNothingCanBeHeldAgainstIsRefused) {
  put("/car.jpg", 0.9);
  Query query = parse_query("car").value_or_throw();
  query.match_min = 0.9;
  const Error bare = error_of([&] { run(query); });
  EXPECT_EQ(bare.code, ErrorCode::invalid_argument);
  EXPECT_THAT(bare.message, HasSubstr("has no calibrated scores for its model"));
  EXPECT_THAT(bare.message, HasSubstr("--raw-threshold"));
}

TEST_F(Execute, TermsAreAddedAndTakenAwayByTheirWeights) {
  put("/car.jpg", 1);
  put("/night.jpg", 0);
  put("/car at night.jpg", std::sqrt(0.5));
  EXPECT_THAT(names(search("car + night", 1)), ElementsAre("car at night.jpg"));
  EXPECT_THAT(names(search("car - night")),
              ElementsAre("car.jpg", "car at night.jpg", "night.jpg"));
  EXPECT_THAT(names(search("car + 100:night", 1)), ElementsAre("night.jpg"));
  EXPECT_NEAR(search("3:car - 4:night", 3).hits[2].score, -0.8, 1e-6);
}

TEST_F(Execute, AnImageThatWasRemovedSinceTheIndexWasMadeIsNoHit) {
  put("/kept.jpg", 0.1);
  const ImageId removed = put("/removed.jpg", 0.9);
  put("/second.jpg", 0.5);
  index();
  library_.remove_image(removed);
  const SearchResult result = search("car");
  EXPECT_THAT(names(result), ElementsAre("second.jpg", "kept.jpg"));
  EXPECT_EQ(result.hits[0].rank, 1) << "ranks have no gap";
  EXPECT_EQ(result.hits[1].rank, 2);
  EXPECT_THAT(names(search("car path:*.jpg", 2)), ElementsAre("second.jpg", "kept.jpg"));
}

TEST_F(Execute, WithoutImagesNothingIsLoaded) {
  const SearchResult result = search("car - ./no-such-file.jpg");
  EXPECT_THAT(result.hits, IsEmpty());
  EXPECT_EQ(result.library_count, 0U);
  EXPECT_EQ(result.filtered_count, 0U);
  EXPECT_EQ(towers_.text_calls + towers_.image_calls, 0);
}

TEST_F(Execute, FiltersThatAdmitNothingLoadNoTower) {
  put_many(3);
  const SearchResult result = search("car path:2025");
  EXPECT_THAT(result.hits, IsEmpty());
  EXPECT_EQ(result.library_count, 3U);
  EXPECT_EQ(result.filtered_count, 0U);
  EXPECT_EQ(towers_.text_calls + towers_.image_calls, 0);
}

TEST_F(Execute, AsksForTheIndexOnceAndOnlyForTheTowersOfItsTerms) {
  put_many(3);
  search("car + night path:*.jpg");
  EXPECT_EQ(index_calls_, 1);
  EXPECT_EQ(towers_.image_calls, 0);
  towers_.text_calls = 0;
  test::write_text(directory_.path() / "red.ppm", test::plain_picture(255, 0, 0));
  search("file:" + (directory_.path() / "red.ppm").native());
  EXPECT_EQ(towers_.text_calls, 0);
}

TEST_F(Execute, PassesOnWhatTheUserShouldKnow) {
  put_many(1);
  towers_.text_encoder.set_cut("car");
  EXPECT_THAT(search("car").notices, ElementsAre(HasSubstr("\"car\" is longer than the model")));
}

TEST_F(Execute, RefusesWhatCannotBeExecutedBeforeItTouchesAnything) {
  Query query;
  const Error empty = error_of([&] { run(query); });
  EXPECT_EQ(empty.code, ErrorCode::invalid_argument);
  EXPECT_EQ(empty.message, "the query is empty; write what to look for, such as: red car");
  query.terms = {{Kind::text, "car"}};
  query.hits_max = 0;
  EXPECT_EQ(error_of([&] { run(query); }).message, "0 results were asked for; ask for at least 1");
  EXPECT_EQ(index_calls_, 0);
}

TEST_F(Execute, ErrorsOfTermsNameTheFileAndCancellingTermsAreRefused) {
  put_many(1);
  const std::string path = (directory_.path() / "missing.jpg").native();
  const Error missing = error_of([&] { search("car + " + path); });
  EXPECT_EQ(missing.code, ErrorCode::not_found);
  EXPECT_THAT(missing.message, HasSubstr(path));

  const Error cancelled = error_of([&] { search("car - car"); });
  EXPECT_EQ(cancelled.code, ErrorCode::invalid_argument);
  EXPECT_EQ(cancelled.message,
            "the terms of the query cancel each other out; change a weight or remove a term");
}

TEST_F(Execute, ThreadsWithACatalogueEachSearchAtTheSameTime) {
  put_many(21);
  const vectors::ExactIndex& shared = index();
  std::vector<std::vector<std::string>> found(4);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& answer : found) {
    threads.emplace_back([&] {
      const Catalogue library = Catalogue::open(library_.file(), Access::read);
      const auto give_index = [&]() -> const vectors::VectorIndex& { return shared; };
      Query query = parse_query("car path:2024/**").value_or_throw();
      query.hits_max = 2;
      answer = names(execute(query, {towers_, give_index, library}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(found, ::testing::Each(ElementsAre("18.jpg", "15.jpg")));
}

}  // namespace
}  // namespace clipdex::search
