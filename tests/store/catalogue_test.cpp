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

TEST_F(CatalogueTest, EveryChangeOutsideATransactionHasAGenerationOfItsOwn) {
  Catalogue library = Catalogue::open(file_, Access::write);
  const ModelId model = library.ensure_model(test::identity(), "m", "");
  std::uint64_t generation = library.vector_state().generation;
  const auto expect_counted = [&](const char* what) {
    EXPECT_EQ(library.vector_state().generation, ++generation) << what;
  };
  const ImageId a = library.put_image(test::record("/a"));
  expect_counted("put_image");
  const ImageId b = library.put_image(test::record("/b"));
  expect_counted("put_image");
  library.put_vector(a, model, test::unit_vector(1));
  expect_counted("put_vector");
  library.copy_vectors(a, b);
  expect_counted("copy_vectors");
  library.touch_image(a, 1, 2);
  expect_counted("touch_image");
  library.move_image(a, test::record("/c"));
  expect_counted("move_image");
  library.remove_image(a);
  expect_counted("remove_image");
  EXPECT_EQ(test::error_of([&] { library.put_vector(99, model, test::unit_vector(1)); }).code,
            ErrorCode::invalid_argument);
  library.set_property("k", "v");
  EXPECT_EQ(library.vector_state().generation, generation) << "neither changed a vector";
  {
    Catalogue::Transaction batch(library);
    library.remove_image(b);
    library.put_image(test::record("/d"));
    batch.commit();
  }
  expect_counted("all of a transaction");
  EXPECT_EQ(library.content_version(), std::to_string(generation));
}

TEST_F(CatalogueTest, TheTokenOfTheLastSnapshotIsRemembered) {
  Catalogue library = Catalogue::open(file_, Access::write);
  EXPECT_EQ(library.vector_state(), VectorState{});
  ContentHash token{};
  token.fill(0xA1);
  library.set_snapshot_token(token);
  EXPECT_EQ(library.vector_state(), (VectorState{.generation = 0, .snapshot_token = token}));
  library.set_property("snapshot", "nonsense");
  EXPECT_EQ(library.vector_state().snapshot_token, ContentHash{});
}

TEST_F(CatalogueTest, AReadViewIsOfOneMoment) {
  Catalogue writer = Catalogue::open(file_, Access::write);
  const ModelId model = writer.ensure_model(test::identity(), "m", "");
  test::put_images(writer, model, 2);
  const Catalogue reader = Catalogue::open(file_, Access::read);
  {
    const Catalogue::ReadView view(reader);
    const VectorState before = reader.vector_state();
    test::put_images(writer, model, 3);
    EXPECT_EQ(reader.vector_state(), before);
    EXPECT_THAT(test::vectors_of(reader, model), SizeIs(2));
    const Catalogue::ReadView within(reader);
  }
  EXPECT_THAT(test::vectors_of(reader, model), SizeIs(3));
  const Catalogue::Transaction transaction(writer);
  const Catalogue::ReadView view(writer);
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
