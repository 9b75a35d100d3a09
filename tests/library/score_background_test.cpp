#include "library/score_background.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "search/stock_prompts.hpp"
#include "store/connection.hpp"
#include "support/library_scene.hpp"

namespace clipdex::library {
namespace {

using test::throws_error;
using test::words;
using ::testing::Gt;
using ::testing::Optional;

class ScoreBackgroundTest : public test::LibraryScene {
 protected:
  /// Different vectors, so that scores differ.
  void index_many(int count = 110) const {
    put_numbered(count);
    index();
    scatter();
  }

  /// Gives each image a vector of its own, which pictures of one content have not.
  void scatter() const {
    store::Catalogue library = store::Catalogue::open(file_, store::Access::write);
    const store::ModelRow model = *library.active_model();
    std::vector<ImageId> ids = library.matching({});
    for (const ImageId id : ids) {
      Embedding vector(model.identity.dimension);
      vector[static_cast<std::size_t>(id) % vector.size()] = 0.6F;
      vector[static_cast<std::size_t>(id / 7 + 1) % vector.size()] += 0.8F;
      double square = 0;
      for (const float x : vector) square += double{x} * x;
      for (float& x : vector) x = static_cast<float>(x / std::sqrt(square));
      library.put_vector(id, model.id, vector);
    }
  }

  std::optional<store::ScoreBackground> background() const {
    const store::Catalogue library = store::Catalogue::open(file_, store::Access::read);
    return library.score_background(library.active_model()->id);
  }

  SearchResult search(std::string_view text, std::optional<double> match_min = {}) const {
    Query query = words(text);
    query.match_min = match_min;
    return Library(options()).search(query);
  }
};

TEST_F(ScoreBackgroundTest, IndexingAHundredImagesCalibratesTheirScores) {
  index_many();
  const auto known = background();
  ASSERT_TRUE(known);
  EXPECT_EQ(known->prompts_version, search::kStockPromptsVersion);
  EXPECT_EQ(known->images, 110U);
  EXPECT_EQ(known->prompts.size(), search::stock_prompts().size());
  EXPECT_EQ(known->best_excesses.size(), search::stock_prompts().size() - search::kUnrelatedBegin);
  EXPECT_TRUE(std::ranges::is_sorted(known->best_excesses));
  const SearchResult result = search("a cat");
  for (const Hit& hit : result.hits) EXPECT_THAT(hit.match, Optional(::testing::Ge(0.0)));
  EXPECT_TRUE(result.matches_well.has_value());
  EXPECT_LE(search("a cat", 0.5).hits.size(), result.hits.size());
}

TEST_F(ScoreBackgroundTest, AFewImagesHaveNone) {
  put("cat.jpg");
  index();
  EXPECT_FALSE(background());
  const SearchResult result = search("a cat");
  EXPECT_EQ(result.hits[0].match, std::nullopt);
  EXPECT_EQ(result.matches_well, std::nullopt);
  EXPECT_THAT([&] { search("a cat", 0.9); },
              throws_error(ErrorCode::invalid_argument, "has no calibrated scores"));
}

TEST_F(ScoreBackgroundTest, ItIsComparedAgainOnlyWhenATenthOfTheImagesChanged) {
  index_many(200);
  put("one.jpg", "photo_dog.jpg");
  index_known();
  EXPECT_EQ(background()->images, 200U);
  put_numbered(230);
  index_known();
  EXPECT_EQ(background()->images, 231U);
}

TEST_F(ScoreBackgroundTest, ThePromptsOfAModelAreEncodedOnce) {
  index_many();
  store::Catalogue library = store::Catalogue::open(file_, store::Access::write);
  const store::ModelRow model = *library.active_model();
  store::ScoreBackground old = *library.score_background(model.id);
  old.images = 1;
  library.set_score_background(model.id, old);
  refresh_background(library, model, []() -> std::unique_ptr<encode::TextEncoder> {
    throw Exception(ErrorCode::internal, "nobody should ask for it");
  });
  EXPECT_EQ(library.score_background(model.id)->images, 110U);
}

TEST_F(ScoreBackgroundTest, ATextTowerThatFailsLeavesScoresAlone) {
  put_numbered(110);
  Library(options(small_model())).index({.folders = {photos_}});
  store::Connection(file_, store::Connection::Mode::write).run("DELETE FROM score_backgrounds");
  store::Catalogue library = store::Catalogue::open(file_, store::Access::write);
  EXPECT_NO_THROW(refresh_background(library, *library.active_model(),
                                     []() -> std::unique_ptr<encode::TextEncoder> {
                                       throw Exception(ErrorCode::not_found, "no tower");
                                     }));
  EXPECT_FALSE(library.score_background(library.active_model()->id));
}

TEST_F(ScoreBackgroundTest, ALibraryOfAnOlderFormatIsSearchedWithoutIt) {
  index_many();
  store::Connection(file_, store::Connection::Mode::write)
      .run("DROP TABLE score_backgrounds; PRAGMA user_version = 2");
  const SearchResult result = search("a cat");
  EXPECT_THAT(result.hits.size(), Gt(0U));
  EXPECT_EQ(result.matches_well, std::nullopt);
  index_known();
  EXPECT_TRUE(background()) << "indexing brings the file up to date";
}

}  // namespace
}  // namespace clipdex::library
