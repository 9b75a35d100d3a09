#include "store/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "store/rows.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CatalogueTest : public ::testing::Test {
 protected:
  clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "clip.db";
};

TEST_F(CatalogueTest, AnEmptyLibraryAnswersEveryQuestion) {
  Catalogue library = Catalogue::open(file_, Access::write);
  EXPECT_EQ(library.file(), file_);
  EXPECT_EQ(library.property("anything"), std::nullopt);
  EXPECT_THAT(library.models(), IsEmpty());
  EXPECT_EQ(library.active_model(), std::nullopt);
  EXPECT_THAT(library.roots(), IsEmpty());
  EXPECT_EQ(library.counts().ready, 0u);
  EXPECT_THAT(library.failures(), IsEmpty());
  EXPECT_THAT(library.matching({}), IsEmpty());
  EXPECT_EQ(library.vector_count(1), 0u);
  EXPECT_THAT(test::vectors_of(library, 1), IsEmpty());
}

TEST_F(CatalogueTest, WhatWasCommittedIsThereForTheNextReader) {
  {
    Catalogue library = Catalogue::open(file_, Access::write);
    library.set_property("made_by", "a test");
    library.set_property("made_by", "this test");
    test::put_images(library, library.ensure_model(test::identity(), "m", ""), 3);
  }
  const Catalogue library = Catalogue::open(file_, Access::read);
  EXPECT_EQ(library.property("made_by"), "this test");
  EXPECT_EQ(library.counts().ready, 3u);
}

TEST_F(CatalogueTest, ATransactionWithoutCommitLeavesNothing) {
  Catalogue library = Catalogue::open(file_, Access::write);
  {
    Catalogue::Transaction transaction(library);
    library.put_image(test::record("/a.jpg"));
    EXPECT_EQ(library.counts().ready, 1u);
  }
  EXPECT_EQ(library.counts().ready, 0u);
  Catalogue::Transaction next(library);
  library.put_image(test::record("/a.jpg"));
  next.commit();
  EXPECT_EQ(library.counts().ready, 1u);
}

TEST_F(CatalogueTest, AReaderSeesTheOldStateDuringAWriteTransaction) {
  Catalogue writer = Catalogue::open(file_, Access::write);
  const ModelId model = writer.ensure_model(test::identity(), "m", "");
  test::put_images(writer, model, 2);
  const Catalogue reader = Catalogue::open(file_, Access::read);

  Catalogue::Transaction transaction(writer);
  writer.put_vector(writer.put_image(test::record("/new.jpg")), model, test::unit_vector(7));
  EXPECT_EQ(reader.counts().ready, 2u);
  EXPECT_THAT(test::vectors_of(reader, model), SizeIs(2));
  transaction.commit();
  EXPECT_EQ(reader.counts().ready, 3u);
  EXPECT_THAT(test::vectors_of(reader, model), SizeIs(3));
}

TEST_F(CatalogueTest, EveryCommittedTransactionHasAContentVersionOfItsOwn) {
  Catalogue writer = Catalogue::open(file_, Access::write);
  const Catalogue reader = Catalogue::open(file_, Access::read);
  std::set<std::string> versions = {reader.content_version()};
  for (int i = 0; i < 12; ++i) {
    Catalogue::Transaction transaction(writer);
    writer.put_image(test::record(std::to_string(i)));
    EXPECT_TRUE(versions.contains(reader.content_version()));
    transaction.commit();
    EXPECT_TRUE(versions.insert(reader.content_version()).second);
  }
  { Catalogue::Transaction rolled_back(writer); }
  EXPECT_TRUE(versions.contains(reader.content_version()));
}

TEST_F(CatalogueTest, AMovedCatalogueKeepsItsLockAndItsFile) {
  Catalogue first = Catalogue::open(file_, Access::write);
  Catalogue second = std::move(first);
  EXPECT_EQ(test::error_of([&] { Catalogue::open(file_, Access::write); }).code, ErrorCode::busy);
  second.set_property("k", "v");
  EXPECT_EQ(second.property("k"), "v");
}

TEST_F(CatalogueTest, AReaderCannotWrite) {
  Catalogue::open(file_, Access::write);
  Catalogue reader = Catalogue::open(file_, Access::read);
  const Error error = test::error_of([&] { reader.put_image(test::record("/a.jpg")); });
  EXPECT_EQ(error.code, ErrorCode::write_failed);
  EXPECT_THAT(error.message, AllOf(HasSubstr(file_.native()), HasSubstr("cannot be written")));
}

}  // namespace
}  // namespace clipdex::store
