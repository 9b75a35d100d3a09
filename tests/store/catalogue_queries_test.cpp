#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>

#include "store/check.hpp"
#include "store/rows.hpp"
#include "store/schema.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class QueryVectors : public ::testing::Test {
 protected:
  QueryVectors() {
    Catalogue library = Catalogue::open(file_, Access::write);
    test::put_images(library, library.ensure_model(test::identity(), "model", ""), 2);
  }

  static QueryVector query(std::string text, std::uint32_t seed, std::int64_t used_at_s = 1000) {
    return {.encoder = "encoder",
            .text = std::move(text),
            .vector = test::unit_vector(seed),
            .was_cut = seed % 2 == 1,
            .used_at_s = used_at_s};
  }

  Catalogue reader() const { return Catalogue::open(file_, Access::read); }

  std::int64_t count() const {
    Connection connection(file_, Connection::Mode::read);
    return Query(connection, "SELECT count(*) FROM query_vectors").only_integer();
  }

  const clipdex::test::TemporaryDirectory directory_;
  const fs::path file_ = directory_.path() / "clip.db";
};

TEST_F(QueryVectors, AreFoundAgainByEncoderAndExactText) {
  Catalogue library = reader();
  const std::string text("caf\xE9 \0 海", 10);
  EXPECT_FALSE(library.find_query_vector("encoder", text));
  EXPECT_TRUE(library.remember_query_vector(query(text, 1)));
  const Catalogue other = reader();
  for (const Catalogue* one : {&std::as_const(library), &other}) {
    const auto found = one->find_query_vector("encoder", text);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->vector, test::unit_vector(1));
    EXPECT_TRUE(found->was_cut);
    EXPECT_EQ(found->used_at_s, 1000);
  }
  EXPECT_FALSE(library.find_query_vector("another encoder", text));
  EXPECT_FALSE(library.find_query_vector("encoder", text + " "));
}

TEST_F(QueryVectors, ALaterOneTakesThePlaceOfAnEarlier) {
  Catalogue library = reader();
  library.remember_query_vector(query("a cat", 1));
  library.remember_query_vector(query("a cat", 2, 2000));
  EXPECT_EQ(count(), 1);
  const auto found = library.find_query_vector("encoder", "a cat");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->vector, test::unit_vector(2));
  EXPECT_FALSE(found->was_cut);
  EXPECT_EQ(found->used_at_s, 2000);
}

TEST_F(QueryVectors, AreNoChangeOfTheLibrary) {
  Catalogue library = reader();
  const VectorState before = library.vector_state();
  EXPECT_TRUE(library.remember_query_vector(query("a cat", 1)));
  EXPECT_EQ(library.vector_state(), before);
  EXPECT_EQ(reader().content_version(), library.content_version());
}

TEST_F(QueryVectors, OfTheLongestAgoAreForgottenWhenThereAreTooMany) {
  Catalogue library = reader();
  library.remember_query_vector(query("used lately", 0, 1'000'000));
  for (int i = 0; i < static_cast<int>(kQueryVectorsMax); ++i) {
    ASSERT_TRUE(library.remember_query_vector(query(std::to_string(i), 0, i)));
  }
  EXPECT_EQ(count(), static_cast<std::int64_t>(kQueryVectorsMax * 9 / 10));
  EXPECT_TRUE(library.find_query_vector("encoder", "used lately"));
  EXPECT_TRUE(library.find_query_vector("encoder", "999"));
  EXPECT_FALSE(library.find_query_vector("encoder", "0"));
}

TEST_F(QueryVectors, OfVeryLongTextsAreNotKept) {
  Catalogue library = reader();
  EXPECT_TRUE(library.remember_query_vector(query(std::string(kQueryTextBytesMax, 'x'), 1)));
  EXPECT_FALSE(library.remember_query_vector(query(std::string(kQueryTextBytesMax + 1, 'x'), 1)));
}

TEST_F(QueryVectors, AreNotWrittenWhileAnotherWrites) {
  Catalogue library = reader();
  Catalogue writer = Catalogue::open(file_, Access::write);
  {
    Catalogue::Transaction batch(writer);
    writer.set_property("mark", "written");
    EXPECT_FALSE(library.remember_query_vector(query("a cat", 1)));
    batch.commit();
  }
  EXPECT_TRUE(library.remember_query_vector(query("a cat", 1))) << "between two transactions";
  EXPECT_EQ(writer.property("mark"), "written");
}

TEST_F(QueryVectors, LeaveAReaderAReader) {
  Catalogue library = reader();
  EXPECT_TRUE(library.remember_query_vector(query("a cat", 1)));
  EXPECT_NE(test::error_of([&] { library.set_property("mark", "x"); }).message, "");
}

TEST_F(QueryVectors, OfALibraryOfTheFirstFormatAreNone) {
  {
    Connection connection(file_, Connection::Mode::write);
    connection.run(
        "DROP TABLE query_vectors; DROP TABLE score_backgrounds; PRAGMA user_version = 1");
  }
  Catalogue library = reader();
  EXPECT_FALSE(library.remember_query_vector(query("a cat", 1)));
  EXPECT_FALSE(library.find_query_vector("encoder", "a cat"));
  EXPECT_TRUE(check_library(file_, false).empty());
}

TEST_F(QueryVectors, AreForgottenWhenTheirTableIsDamagedOrTheirSizeIsNone) {
  Catalogue library = reader();
  library.remember_query_vector(query("a cat", 1));
  {
    Connection connection(file_, Connection::Mode::write);
    connection.run("UPDATE query_vectors SET vector = x'0102'");
    EXPECT_FALSE(library.find_query_vector("encoder", "a cat"));
    connection.run("DROP TABLE query_vectors");
  }
  EXPECT_FALSE(library.find_query_vector("encoder", "a cat"));
  EXPECT_FALSE(library.remember_query_vector(query("a cat", 1)));
}

TEST_F(QueryVectors, AreCheckedAndEmptiedByARepair) {
  reader().remember_query_vector(query("a cat", 1));
  EXPECT_TRUE(check_library(file_, false).empty());
  {
    Connection connection(file_, Connection::Mode::write);
    connection.run("UPDATE query_vectors SET vector = zeroblob(64)");
  }
  const auto found = check_library(file_, false);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].what, "remembered vectors of queries that are not of unit length");
  EXPECT_EQ(count(), 1);
  const auto repaired = check_library(file_, true);
  ASSERT_EQ(repaired.size(), 1U);
  EXPECT_EQ(repaired[0].remedy, "all of them were forgotten");
  EXPECT_EQ(count(), 0);
  reader().remember_query_vector(query("a secret", 1));
  EXPECT_TRUE(check_library(file_, true).empty()) << "nothing was wrong";
  EXPECT_EQ(count(), 0) << "and yet nothing is remembered";
}

}  // namespace
}  // namespace clipdex::store
