#include "vectors/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "support/random_vectors.hpp"
#include "vectors/codes.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/rotation.hpp"
#include "vectors/signs.hpp"
#include "vectors/snapshot_scene.hpp"

namespace clipdex::vectors {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

class SnapshotTest : public ::testing::Test {
 protected:
  void write(std::size_t rows, std::size_t dimension) const {
    test::write_snapshot(path_, test::ids_for(rows),
                         clipdex::test::random_unit_vectors(rows, dimension, 71), dimension);
  }
  Snapshot open() const { return Snapshot::open(path_).value_or_throw(); }

  const clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "clip.db.vectors";
};

TEST_F(SnapshotTest, HoldsWhatWasWritten) {
  for (const std::size_t dimension : {1, 3, 16, 512, 1000}) {
    for (const std::size_t rows : {0, 1, 65}) {
      SCOPED_TRACE(testing::Message() << rows << " rows of " << dimension);
      write(rows, dimension);
      const auto vectors = clipdex::test::random_unit_vectors(rows, dimension, 71);
      const Snapshot snapshot = open();
      EXPECT_EQ(snapshot.rows(), rows);
      EXPECT_EQ(snapshot.dimension(), dimension);
      EXPECT_THAT(snapshot.ids(), ElementsAreArray(test::ids_for(rows)));
      EXPECT_EQ(snapshot.check_planes(), "");
      for (std::size_t i = 0; i < rows; ++i) {
        EXPECT_THAT(snapshot.floats().subspan(i * float_stride(dimension), dimension),
                    ElementsAreArray(vectors[i]));
        std::vector<std::int8_t> codes(code_stride(dimension));
        EXPECT_EQ(snapshot.scales()[i], quantise_row(vectors[i], codes));
        EXPECT_THAT(snapshot.codes().subspan(i * codes.size(), codes.size()),
                    ElementsAreArray(codes));
      }
    }
  }
}

TEST_F(SnapshotTest, HoldsTheSignsOfItsRowsLessTheirMean) {
  for (const std::size_t dimension : {1, 3, 512, 1000}) {
    for (const std::size_t rows : {1, 8, 65, 600}) {
      SCOPED_TRACE(testing::Message() << rows << " rows of " << dimension);
      write(rows, dimension);
      const auto vectors = clipdex::test::random_unit_vectors(rows, dimension, 71);
      const Snapshot snapshot = open();
      const std::size_t words = sign_words(dimension);
      ASSERT_EQ(snapshot.centres().size(), float_stride(dimension));
      for (std::size_t j = 0; j < dimension; ++j) {
        double sum = 0;
        for (const Embedding& vector : vectors) sum += double{vector[j]};
        EXPECT_FLOAT_EQ(snapshot.centres()[j], static_cast<float>(sum / static_cast<double>(rows)));
      }
      const Rotation rotation(dimension, snapshot.rotation_seed());
      std::vector<std::uint64_t> expected(rows_in_blocks(rows) * words);
      std::vector<float> scales(rows_in_blocks(rows));
      for (std::size_t i = 0; i < rows; ++i) {
        Embedding centred = vectors[i];
        for (std::size_t j = 0; j < dimension; ++j) centred[j] -= snapshot.centres()[j];
        centred.resize(rotation.size());
        rotation.apply(centred);
        const std::size_t in_block = i % kRowsPerBlock;
        scales[i] = take_signs(centred, expected.data() + (i - in_block) * words + in_block);
      }
      EXPECT_THAT(snapshot.signs(), ElementsAreArray(expected));
      EXPECT_THAT(snapshot.sign_scales(), ElementsAreArray(scales));
    }
  }
}

TEST_F(SnapshotTest, InListsItHoldsTheSameRowsEachBesideItsCentre) {
  constexpr std::size_t kDimension = 70;
  constexpr std::size_t kRowsHere = 3000;  // More than are coded at a time.
  const auto ids = test::ids_for(kRowsHere);
  const auto vectors = clipdex::test::random_unit_vectors(kRowsHere, kDimension, 74);
  test::write_snapshot(path_, ids, vectors, kDimension, 40);
  const Snapshot snapshot = open();
  EXPECT_EQ(snapshot.check_planes(), "");
  ASSERT_EQ(snapshot.lists(), 40U);
  ASSERT_EQ(snapshot.centres().size(), 40 * float_stride(kDimension));
  const std::size_t stride = float_stride(kDimension);
  const Rotation rotation(kDimension, snapshot.rotation_seed());
  std::vector<ImageId> seen(snapshot.ids().begin(), snapshot.ids().end());
  std::size_t list = 0;
  for (std::size_t row = 0; row < kRowsHere; ++row) {
    while (row >= snapshot.list_ends()[list]) ++list;
    const Embedding& vector = vectors[static_cast<std::size_t>(seen[row] - 2) / 3];
    ASSERT_THAT(snapshot.floats().subspan(row * stride, kDimension), ElementsAreArray(vector));
    std::vector<std::int8_t> codes(code_stride(kDimension));
    EXPECT_EQ(quantise_row(vector, codes), snapshot.scales()[row]);
    ASSERT_THAT(snapshot.codes().subspan(row * codes.size(), codes.size()),
                ElementsAreArray(codes));
    Embedding centred = vector;
    for (std::size_t j = 0; j < kDimension; ++j) {
      centred[j] -= snapshot.centres()[list * stride + j];
    }
    centred.resize(rotation.size());
    rotation.apply(centred);
    std::vector<std::uint64_t> block(kRowsPerBlock * 2);
    EXPECT_EQ(take_signs(centred, block.data()), snapshot.sign_scales()[row]);
    EXPECT_EQ(block[0], snapshot.signs()[row / 8 * 16 + row % 8]);
    EXPECT_EQ(block[8], snapshot.signs()[row / 8 * 16 + row % 8 + 8]);
  }
  std::ranges::sort(seen);
  EXPECT_EQ(seen, ids);
  const std::string bytes = test::read_all(path_);
  test::write_snapshot(path_, ids, vectors, kDimension, 40);
  EXPECT_EQ(test::read_all(path_), bytes) << "the same rows make the same file";
}

TEST_F(SnapshotTest, SoManyListsSuitSoManyRows) {
  EXPECT_EQ(lists_for(0), 1U);
  EXPECT_EQ(lists_for(1'000'000), 1U);
  EXPECT_EQ(lists_for(4'000'000), 4000U);
  EXPECT_EQ(lists_for(10'000'000), 6324U);
}

TEST_F(SnapshotTest, TheCheckOfPlanesSaysThatListsAreInDisorder) {
  test::write_snapshot(path_, test::ids_for(60), clipdex::test::random_unit_vectors(60, 3, 75), 3,
                       2);
  std::string bytes = test::read_all(path_);
  const auto whole = std::as_bytes(std::span(bytes));
  SnapshotHeader header = SnapshotHeader::from_bytes(whole).value_or_throw();
  const auto at = snapshot_layout(60, 3, 2).offsets[0];
  for (const std::vector<std::uint64_t>& ends :
       {std::vector<std::uint64_t>{5, 59}, {40, 30}, {61, 60}}) {
    std::memcpy(bytes.data() + at, ends.data(), 16);
    header.checksums[0] = content_hash(whole.subspan(at, 16));
    const auto head = header.to_bytes();
    std::memcpy(bytes.data(), head.data(), head.size());
    test::overwrite(path_, bytes);
    EXPECT_THAT(open().check_planes(), AnyOf("its lists are in disorder", "its ids do not ascend"));
  }
}

TEST_F(SnapshotTest, ARowThatIsNotFiniteSpoilsNoOther) {
  const auto whole = clipdex::test::random_unit_vectors(9, 70, 73);
  std::vector<Embedding> rows = whole;
  rows.insert(rows.begin() + 4, Embedding(70, std::numeric_limits<float>::quiet_NaN()));
  rows.insert(rows.begin() + 4, Embedding(70, std::numeric_limits<float>::infinity()));
  test::write_snapshot(path_, test::ids_for(rows.size()), rows, 70);
  const Snapshot snapshot = open();
  EXPECT_TRUE(std::isnan(snapshot.sign_scales()[4]));
  EXPECT_TRUE(std::isnan(snapshot.sign_scales()[5]));
  const std::vector<float> mean(snapshot.centres().begin(), snapshot.centres().end());
  test::write_snapshot(path_, test::ids_for(whole.size()), whole, 70);
  EXPECT_THAT(open().centres(), ElementsAreArray(mean));
  EXPECT_EQ(open().sign_scales()[4], snapshot.sign_scales()[6]);
}

TEST_F(SnapshotTest, OneOfAnotherVersionIsSaidToBeOne) {
  write(3, 4);
  std::string old = test::read_all(path_);
  old[8] = 1;
  test::overwrite(path_, old);
  EXPECT_EQ(test::refusal(path_).code, ErrorCode::unsupported);
  EXPECT_THAT(test::refusal(path_).message, HasSubstr("of another version of clipdex"));
}

TEST_F(SnapshotTest, IsOfOneKeyAlone) {
  write(3, 4);
  const Snapshot snapshot = open();
  const SnapshotKey key = test::key_for(4);
  EXPECT_TRUE(snapshot.has_key(key));
  SnapshotKey other = key;
  other.generation += 1;
  EXPECT_FALSE(snapshot.has_key(other));
  other = key;
  other.token[15] ^= 1;
  EXPECT_FALSE(snapshot.has_key(other));
  other = key;
  other.model.hash = "b model";
  EXPECT_FALSE(snapshot.has_key(other));
  other = key;
  other.model.dimension = 5;
  EXPECT_FALSE(snapshot.has_key(other));
}

TEST_F(SnapshotTest, AFlippedBitAnywhereInTheHeaderIsRefused) {
  write(3, 4);
  const std::string whole = test::read_all(path_);
  for (std::size_t at = 0; at < SnapshotHeader::kBytes; ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ (1 << (at % 8)));
    test::overwrite(path_, broken);
    const Error error = test::refusal(path_);
    EXPECT_THAT(error.code, AnyOf(ErrorCode::corrupt, ErrorCode::unsupported)) << "byte " << at;
    EXPECT_THAT(error.message, HasSubstr("cannot use " + path_.native())) << "byte " << at;
  }
}

TEST_F(SnapshotTest, AFileOfAnotherLengthIsRefused) {
  write(65, 3);
  const std::string whole = test::read_all(path_);
  const SnapshotLayout layout = snapshot_layout(65, 3, 1);
  ASSERT_EQ(whole.size(), layout.file_bytes);
  std::vector<std::uint64_t> lengths = {
      0, 1, 8, SnapshotHeader::kBytes - 1, SnapshotHeader::kBytes, layout.file_bytes - 1};
  for (std::size_t i = 0; i < kPlanes; ++i) {
    for (const std::uint64_t end : {layout.offsets[i], layout.offsets[i] + layout.sizes[i]}) {
      if (end < whole.size()) lengths.insert(lengths.end(), {end - 1, end, end + 1});
    }
  }
  for (const std::uint64_t length : lengths) {
    test::overwrite(path_, whole.substr(0, length));
    EXPECT_EQ(test::refusal(path_).code, ErrorCode::corrupt) << length << " bytes";
  }
  test::overwrite(path_, whole + "x");
  EXPECT_THAT(test::refusal(path_).message, HasSubstr("its size is not what its header says"));
}

TEST_F(SnapshotTest, NumbersThatCannotBeAreRefusedThoughTheChecksumFits) {
  const auto message = [](std::uint64_t rows, std::uint64_t dimension,
                          std::uint64_t lists = 1) -> std::string {
    SnapshotHeader header;
    header.lists = lists;
    header.rows = rows;
    header.dimension = dimension;
    Result<SnapshotHeader> read = SnapshotHeader::from_bytes(header.to_bytes());
    return read ? "accepted" : read.error().message;
  };
  EXPECT_EQ(message(1, 1), "accepted");
  EXPECT_EQ(message(kSnapshotRowsMax, kCodedDimensionMax), "accepted");
  EXPECT_THAT(message(kSnapshotRowsMax + 1, 1), HasSubstr("impossible number of rows"));
  EXPECT_THAT(message(std::numeric_limits<std::uint64_t>::max(), 1), HasSubstr("impossible"));
  EXPECT_EQ(message(5, 1, 5), "accepted");
  EXPECT_EQ(message(0, 1, 1), "accepted");
  EXPECT_THAT(message(5, 1, 6), HasSubstr("impossible number of lists"));
  EXPECT_THAT(message(5, 1, 0), HasSubstr("impossible number of lists"));
  EXPECT_THAT(message(1, 0), HasSubstr("impossible length"));
  EXPECT_THAT(message(1, kCodedDimensionMax + 1), HasSubstr("impossible length"));
}

TEST_F(SnapshotTest, OtherFilesAreRefusedWithAReason) {
  EXPECT_EQ(test::refusal(path_).code, ErrorCode::not_found);
  test::overwrite(path_, std::string(5000, 'x'));
  EXPECT_EQ(test::refusal(path_).message,
            "cannot use " + path_.native() +
                ": it is no whole vector snapshot: it begins like another kind of file");
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(test::refusal(path_).code, ErrorCode::unsupported);
}

TEST_F(SnapshotTest, AFlippedBitInAPlaneIsFoundByTheCheckOfPlanes) {
  write(5, 3);
  const std::string whole = test::read_all(path_);
  const SnapshotLayout layout = snapshot_layout(5, 3, 1);
  const std::array<std::string, kPlanes> names = {"list ends", "centres", "ids",   "sign scales",
                                                  "signs",     "scales",  "codes", "floats"};
  for (std::size_t i = 0; i < kPlanes; ++i) {
    std::string broken = whole;
    broken[layout.offsets[i] + layout.sizes[i] - 1] ^= 0x10;
    test::overwrite(path_, broken);
    EXPECT_EQ(open().check_planes(), "the checksum of its " + names[i] + " is wrong");
  }
}

TEST_F(SnapshotTest, AMappedSnapshotStaysWhenAnotherTakesItsPlace) {
  write(65, 3);
  const Snapshot old = open();
  write(2, 3);
  EXPECT_EQ(old.check_planes(), "");
  EXPECT_EQ(old.rows(), 65U);
  EXPECT_EQ(open().rows(), 2U);
}

}  // namespace
}  // namespace clipdex::vectors
