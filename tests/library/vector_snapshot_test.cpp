#include "library/vector_snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include "base/log.hpp"
#include "indexer/unprivileged.hpp"
#include "library/maintenance.hpp"
#include "library/search_engine.hpp"
#include "support/library_scene.hpp"
#include "support/random_vectors.hpp"
#include "vectors/exact_index.hpp"

namespace clipdex::library {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kDimension = 16;

class VectorSnapshotTest : public test::LibraryScene {
 protected:
  ~VectorSnapshotTest() override { set_log_sink({}); }

  store::Catalogue writer() const { return store::Catalogue::open(file_, store::Access::write); }
  store::Catalogue reader() const { return store::Catalogue::open(file_, store::Access::read); }
  static ModelIdentity identity() { return {.hash = "a model", .dimension = kDimension}; }

  /// Adds images with random vectors in one transaction; which ones is decided by the seed.
  static void add(store::Catalogue& library, std::size_t count, std::uint32_t seed) {
    const store::ModelId model = library.ensure_model(identity(), "m", "");
    library.set_active_model(model);
    const auto vectors = test::random_unit_vectors(count, kDimension, seed);
    store::Catalogue::Transaction batch(library);
    for (std::size_t i = 0; i < count; ++i) {
      store::ImageRecord record;
      record.path = "/x/" + std::to_string(seed) + "-" + std::to_string(i);
      library.put_vector(library.put_image(record), model, vectors[i]);
    }
    batch.commit();
  }

  /// A library of 50 images with its snapshot.
  void make(std::uint32_t seed = 1) const {
    store::Catalogue library = writer();
    add(library, 50, seed);
    refresh_snapshot(library, 1);
  }

  bool in_use() const {
    const store::Catalogue library = reader();
    return open_snapshot(library, *library.active_model()) != nullptr;
  }

  /// Searches through whatever the engine takes find what one through every vector of the library
  /// finds.
  void expect_right_answers() const {
    const store::Catalogue library = reader();
    SearchEngine engine(nullptr, *library.active_model());
    vectors::ExactIndex oracle(kDimension);
    library.visit_vectors(engine.model().id, [&](ImageId id, std::span<const float> vector) {
      oracle.add(id, vector);
    });
    for (const Precision precision : {Precision::enough, Precision::exact}) {
      const auto index = engine.index(library, precision);
      EXPECT_EQ(index->size(), oracle.size());
      for (const Embedding& query : test::random_unit_vectors(5, kDimension, 99)) {
        EXPECT_EQ(index->search(query, 10, std::nullopt), oracle.search(query, 10, std::nullopt));
      }
    }
  }

  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const fs::path path_ = snapshot_path(file_);
};

TEST_F(VectorSnapshotTest, LiesBesideTheLibraryAndIsUsed) {
  EXPECT_EQ(path_, file_.native() + ".vectors");
  make();
  EXPECT_TRUE(in_use());
  expect_right_answers();
  EXPECT_EQ(Library(options()).status().snapshot_bytes, fs::file_size(path_));
}

TEST_F(VectorSnapshotTest, AnyChangeOfAVectorPutsItOutOfUse) {
  make();
  {
    store::Catalogue library = writer();
    library.remove_image(1);
  }
  EXPECT_FALSE(in_use());
  expect_right_answers();
  {
    store::Catalogue library = writer();
    refresh_snapshot(library, 1);
  }
  EXPECT_TRUE(in_use());
  expect_right_answers();
}

TEST_F(VectorSnapshotTest, ATransactionThatWasRolledBackLeavesItInUse) {
  make();
  {
    store::Catalogue library = writer();
    const store::Catalogue::Transaction rolled_back(library);
    library.remove_image(1);
  }
  EXPECT_TRUE(in_use());
}

TEST_F(VectorSnapshotTest, OneThatFitsIsLeftAsItIs) {
  make();
  const std::string before = bytes();
  store::Catalogue library = writer();
  refresh_snapshot(library, 1);
  EXPECT_EQ(bytes(), before);
}

TEST_F(VectorSnapshotTest, OneOfAnotherVersionIsNotUsedAndIsWrittenAnew) {
  make();
  const std::string whole = bytes();
  std::string old = whole;
  old[8] = 1;
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << old;
  EXPECT_FALSE(in_use());
  EXPECT_THAT(check(file_, false), IsEmpty()) << "it is out of use, which is no fault";
  expect_right_answers();
  store::Catalogue library = writer();
  refresh_snapshot(library, 1);
  EXPECT_TRUE(in_use());
  EXPECT_EQ(bytes().size(), whole.size());
}

TEST_F(VectorSnapshotTest, FewVectorsNeedNone) {
  make();
  store::Catalogue library = writer();
  refresh_snapshot(library);
  EXPECT_FALSE(fs::exists(path_));
  add(library, kSnapshotRowsMin, 2);
  refresh_snapshot(library);
  EXPECT_TRUE(fs::exists(path_));
}

TEST_F(VectorSnapshotTest, ThatOfAnotherLibraryIsNotUsed) {
  make(1);
  const std::string other = bytes();
  for (const char* suffix : {"", ".vectors", ".lock"}) fs::remove(file_.native() + suffix);
  make(2);
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << other;
  EXPECT_FALSE(in_use()) << "it has the same name, the same model and the same generation";
  expect_right_answers();
}

TEST_F(VectorSnapshotTest, ThatOfALaterTimeIsNotUsedByALibraryThatWasPutBack) {
  make();
  const fs::path backup = home_ / "backup.db";
  fs::copy_file(file_, backup);
  const std::string early = bytes();
  {
    store::Catalogue library = writer();
    add(library, 5, 2);
    refresh_snapshot(library, 1);
  }
  const std::string late = bytes();
  fs::copy_file(backup, file_, fs::copy_options::overwrite_existing);
  EXPECT_FALSE(in_use());
  {
    store::Catalogue library = writer();
    add(library, 5, 3);  // The generation is that of the late snapshot again.
  }
  for (const std::string& wrong : {early, late}) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << wrong;
    EXPECT_FALSE(in_use());
    expect_right_answers();
  }
}

TEST_F(VectorSnapshotTest, OneThatTheLibraryDoesNotKnowYetIsNotUsed) {
  make();
  const std::string before = [&] {
    std::ifstream file(file_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  {
    store::Catalogue library = writer();
    fs::remove(path_);
    refresh_snapshot(library, 1);
  }
  // As if the power had failed after the file was in its place and before the library knew.
  std::ofstream(file_, std::ios::binary | std::ios::trunc) << before;
  ASSERT_TRUE(fs::exists(path_));
  EXPECT_FALSE(in_use());
  expect_right_answers();
}

TEST_F(VectorSnapshotTest, OnlyTheActiveModelHasOne) {
  make();
  store::Catalogue library = writer();
  const ModelIdentity other{.hash = "b model", .dimension = kDimension};
  const store::ModelId id = library.ensure_model(other, "b", "");
  EXPECT_EQ(open_snapshot(library, {.id = id, .identity = other, .name = "b", .directory = ""}),
            nullptr);
}

TEST_F(VectorSnapshotTest, DamageAndForeignFilesMeanTheWayAround) {
  make();
  const std::string whole = bytes();
  std::vector<std::string> broken = {"", "x", std::string(10'000, 'x'), whole + "x"};
  for (std::size_t length = 0; length < whole.size(); length += 997) {
    broken.push_back(whole.substr(0, length));
  }
  for (std::size_t at = 0; at < vectors::SnapshotHeader::kBytes; at += 3) {
    broken.push_back(whole);
    broken.back()[at] ^= 0x20;
  }
  for (const std::string& content : broken) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
    EXPECT_FALSE(in_use());
  }
  expect_right_answers();
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_FALSE(in_use());
  expect_right_answers();
}

TEST_F(VectorSnapshotTest, AFailureToWriteItIsALineInTheLogAndNothingElse) {
  fs::create_directories(path_ / "in the way");
  std::string lines;
  set_log_sink([&](LogLevel, std::string_view line) { lines += line; });
  make();
  EXPECT_THAT(lines, HasSubstr("the snapshot of the vectors could not be written, so searches will "
                               "take longer to start: cannot write " +
                               path_.native()));
  EXPECT_FALSE(in_use());
  expect_right_answers();
  EXPECT_FALSE(fs::exists(path_.native() + ".new"));
}

TEST_F(VectorSnapshotTest, FsckFindsAFaultInAPlaneAndMakesItAnew) {
  make();
  EXPECT_THAT(check(file_, false), IsEmpty());
  const std::string whole = bytes();
  std::string broken = whole;
  broken.back() ^= 1;
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << broken;
  std::vector<store::Finding> found = check(file_, false);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].what,
            "fault in the snapshot of the vectors (the checksum of its floats is wrong)");
  EXPECT_THAT(found[0].remedy, HasSubstr("fsck --repair"));
  EXPECT_FALSE(found[0].repaired);
  found = check(file_, true);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_TRUE(found[0].repaired);
  EXPECT_THAT(check(file_, false), IsEmpty());
  expect_right_answers();
}

TEST_F(VectorSnapshotTest, FsckFindsVectorsThatAnotherProgramChanged) {
  make();
  store::Connection(file_, store::Connection::Mode::write)
      .run(
          "UPDATE embeddings SET vector = (SELECT vector FROM embeddings WHERE image_id = 2) "
          "WHERE image_id = 1");
  const std::vector<store::Finding> found = check_snapshot(file_);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].what, HasSubstr("1 of its 50 vectors are not those of the library"));
}

TEST_F(VectorSnapshotTest, FsckHoldsNothingAgainstOneThatIsOutOfDateOrMissing) {
  make();
  {
    store::Catalogue library = writer();
    add(library, 1, 3);
  }
  EXPECT_THAT(check(file_, false), IsEmpty());
  fs::remove(path_);
  EXPECT_THAT(check(file_, false), IsEmpty());
  std::ofstream(path_) << "something else";
  EXPECT_THAT(check(file_, false), SizeIs(1));
}

TEST_F(VectorSnapshotTest, IndexingWritesItAndSearchesFindTheSameWithIt) {
  put("cat.jpg");
  put("dog.jpg", "photo_dog.jpg");
  put("owl.jpg", "photo_owl.jpg");
  index();
  {
    store::Catalogue library = writer();
    const store::ModelRow model = *library.active_model();
    const auto vectors = test::random_unit_vectors(kSnapshotRowsMin, model.identity.dimension, 5);
    store::Catalogue::Transaction batch(library);
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      store::ImageRecord record;
      record.path = "/elsewhere/" + std::to_string(i);
      library.put_vector(library.put_image(record), model.id, vectors[i]);
    }
    batch.commit();
  }
  Query query = test::example(photos_ / "cat.jpg", 20);
  Query exact = query;
  exact.exact = true;
  Library open(options());
  const std::vector<std::string> before = test::names_of(open.search(query));
  EXPECT_FALSE(fs::exists(path_));
  index_known();
  EXPECT_TRUE(in_use());
  EXPECT_EQ(before.front(), "cat.jpg");
  EXPECT_EQ(test::names_of(open.search(query)), before);
  EXPECT_EQ(test::names_of(Library(options()).search(query)), before);
  EXPECT_EQ(test::names_of(Library(options()).search(exact)), before);
  query.filters.path_globs = {photos_.native() + "/**"};
  EXPECT_THAT(test::names_of(open.search(query)), SizeIs(3));

  const fs::file_time_type written = fs::last_write_time(path_);
  index_known();
  EXPECT_EQ(fs::last_write_time(path_), written) << "nothing changed, so nothing is written";
  fs::remove(photos_ / "owl.jpg");
  index_known();
  EXPECT_TRUE(in_use());
  EXPECT_THAT(test::names_of(open.search(query)), ElementsAre("cat.jpg", "dog.jpg"));
  Library(options()).forget(photos_);
  EXPECT_TRUE(in_use());
  EXPECT_THAT(open.search(query).hits, IsEmpty());
}

TEST_F(VectorSnapshotTest, AFolderThatCannotBeWrittenIsReadAsEver) {
  make();
  const indexer::test::Unprivileged nobody(home_);
  if (!nobody.holds()) GTEST_SKIP() << "rights cannot be given up here";
  EXPECT_TRUE(in_use());
  expect_right_answers();
}

}  // namespace
}  // namespace clipdex::library
