#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "store/catalogue.hpp"
#include "store/connection.hpp"
#include "store/rows.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class CatalogueReadTest : public ::testing::Test {
 protected:
  ImageId put(const std::string& path, std::int64_t mtime_s,
              std::optional<std::int64_t> taken_at_s = {}) {
    ImageRecord record = test::record(path);
    record.mtime_ns = mtime_s * 1'000'000'000;
    record.taken_at_s = taken_at_s;
    return library_.put_image(record);
  }

  std::vector<ImageId> taken(std::optional<std::int64_t> from_s,
                             std::optional<std::int64_t> before_s) {
    return library_.matching(
        {.path_globs = {}, .taken_from_s = from_s, .taken_before_s = before_s});
  }

  std::vector<ImageId> globbed(std::vector<std::string> globs) {
    return library_.matching(
        {.path_globs = std::move(globs), .taken_from_s = {}, .taken_before_s = {}});
  }

  const clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "clip.db";
  Catalogue library_ = Catalogue::open(file_, Access::write);
  const ModelId model_ = library_.ensure_model(test::identity(), "m", "");
};

class ExactlyOnce : public CatalogueReadTest, public ::testing::WithParamInterface<int> {};

TEST_P(ExactlyOnce, EveryVectorIsVisitedInAscendingOrder) {
  test::put_images(library_, model_, GetParam());
  const auto visited = test::vectors_of(library_, model_);
  ASSERT_EQ(visited.size(), static_cast<std::size_t>(GetParam()));
  EXPECT_EQ(library_.vector_count(model_), visited.size());
  for (std::size_t i = 0; i < visited.size(); ++i) {
    EXPECT_EQ(visited[i].second, test::unit_vector(static_cast<std::uint32_t>(i)));
    if (i == 0) continue;
    EXPECT_LT(visited[i - 1].first, visited[i].first);
  }
  EXPECT_EQ(library_.matching({}).size(), visited.size());
}

INSTANTIATE_TEST_SUITE_P(RoundThePagesOfTheOldSystem, ExactlyOnce,
                         ::testing::Values(0, 1, 9, 10, 11, 19, 20, 21, 500));

TEST_F(CatalogueReadTest, VectorsWrittenOutOfOrderAndOfTwoModelsAreStillInOrder) {
  const ModelId other = library_.ensure_model(test::identity('b', 4), "other", "");
  std::vector<ImageId> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(library_.put_image(test::record(std::to_string(i))));
  std::reverse(ids.begin(), ids.end());
  for (const ImageId id : ids) {
    library_.put_vector(id, model_, test::unit_vector(static_cast<std::uint32_t>(id)));
    if (id % 3 == 0) library_.put_vector(id, other, test::unit_vector(1, 4));
  }
  const auto visited = test::vectors_of(library_, model_);
  EXPECT_EQ(visited.size(), 30u);
  EXPECT_TRUE(std::is_sorted(visited.begin(), visited.end()));
  EXPECT_EQ(test::vectors_of(library_, other).size(), 10u);
}

TEST_F(CatalogueReadTest, CountsTellTheStatesApart) {
  test::put_images(library_, model_, 4);
  library_.put_image(test::failed_record("/b.jpg", "broken"));
  ImageRecord text = test::record("/c.txt");
  text.state = ImageState::not_image;
  library_.put_image(text);
  const Counts counts = library_.counts();
  EXPECT_EQ(counts.ready, 4u);
  EXPECT_EQ(counts.failed, 1u);
  EXPECT_EQ(counts.not_image, 1u);
}

TEST_F(CatalogueReadTest, TheLedgerKeepsCodeAndSentenceAndForgettingMakesTheFileLookChanged) {
  const ImageId id = library_.put_image(test::failed_record("/b.jpg", "b.jpg is truncated"));
  ASSERT_EQ(library_.failures().size(), 1u);
  const Failure failure = library_.failures().front();
  EXPECT_EQ(failure.id, id);
  EXPECT_EQ(failure.path, "/b.jpg");
  EXPECT_EQ(failure.code, ErrorCode::corrupt);
  EXPECT_EQ(failure.message, "b.jpg is truncated");
  put("/fine.jpg", 1);
  library_.forget_failures();
  EXPECT_NE(library_.find_path("/b.jpg", model_)->size_bytes, 1000u);
  EXPECT_EQ(library_.find_path("/fine.jpg", model_)->size_bytes, 1000u);
  EXPECT_EQ(library_.failures().size(), 1u) << "it stays in the ledger until it was read again";
}

TEST_F(CatalogueReadTest, FiltersByTimeTakenAndByTheFilesTimeWithoutOne) {
  const ImageId shot = put("/a.jpg", 5'000, 100);
  const ImageId dated = put("/b.jpg", 200);
  const ImageId before_1970 = put("/c.jpg", -1);
  put("/d.jpg", 300, 400);
  EXPECT_THAT(taken(100, 400), ElementsAre(shot, dated));
  EXPECT_THAT(taken(101, 201), ElementsAre(dated));
  EXPECT_THAT(taken(std::nullopt, 0), ElementsAre(before_1970));
  EXPECT_THAT(taken(401, std::nullopt), IsEmpty());
}

TEST_F(CatalogueReadTest, EveryGlobMustMatchThePath) {
  const ImageId a = put("/photos/2024/a.jpg", 1);
  const ImageId b = put("/photos/2024/b.png", 1);
  put("/photos/2023/a.jpg", 1);
  library_.put_image(test::failed_record("/photos/2024/broken.jpg", "broken"));
  EXPECT_THAT(globbed({"2024/**"}), ElementsAre(a, b));
  EXPECT_THAT(globbed({"2024/**", "*.jpg"}), ElementsAre(a));
  EXPECT_THAT(globbed({"nothing"}), IsEmpty());
}

TEST_F(CatalogueReadTest, PathsAreGivenForTheIdsThatExist) {
  const ImageId a = put("/a.jpg", 1);
  EXPECT_THAT(library_.paths(std::vector<ImageId>{a, a + 1, 0, -3}),
              UnorderedElementsAre(Pair(a, "/a.jpg")));
  EXPECT_THAT(library_.paths({}), IsEmpty());
}

TEST_F(CatalogueReadTest, AVectorOfAWrongLengthIsDamageThatNamesTheImage) {
  test::put_images(library_, model_, 1);
  Connection(file_, Connection::Mode::write).run("UPDATE embeddings SET vector = x'00112233'");
  const Error error = test::error_of([&] { test::vectors_of(library_, model_); });
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("image 1 has 4 bytes instead of 64"), HasSubstr("fsck --repair")));
}

TEST_F(CatalogueReadTest, ScriptsMadeForTheOldBoxFindItsColumnsInTheView) {
  const ImageId id = library_.put_image(test::record("/photos/a b\xff/\xe7\x8c\xab's.jpg"));
  library_.put_vector(id, model_, test::unit_vector(3));
  put("/without-vector.jpg", 1);
  Connection script(file_, Connection::Mode::read);
  EXPECT_EQ(Query(script, "SELECT count(*) FROM ClipItems").only_integer(), 0) << "no active model";
  library_.set_active_model(model_);
  Query row(script, "SELECT id, timestamp, type, name, text, url, feature, extra FROM ClipItems");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), id);
  EXPECT_GT(row.integer(1), 1'600'000'000'000) << "milliseconds";
  EXPECT_EQ(row.integer(2), 1);
  EXPECT_EQ(row.text(3), "\xe7\x8c\xab's.jpg");
  EXPECT_EQ(row.text(4), "");
  EXPECT_EQ(row.text(5), "/photos/a b\xff/\xe7\x8c\xab's.jpg");
  const std::vector<float> vector = test::unit_vector(3);
  EXPECT_TRUE(std::ranges::equal(row.blob(6), std::as_bytes(std::span(vector))));
  EXPECT_FALSE(row.is_null(7));
  EXPECT_FALSE(row.step());
}

}  // namespace
}  // namespace clipdex::store
