#include "store/npy_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/npy.hpp"
#include "support/places.hpp"

namespace clipdex::store {
namespace {

using clipdex::test::bytes_of;
using clipdex::test::npy_bytes;
using clipdex::test::npy_dictionary;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NpyFileTest : public ::testing::Test {
 protected:
  Result<NpyFile> open(std::string_view bytes) {
    clipdex::test::write_text(path_, bytes);
    return NpyFile::open(path_);
  }

  void expect_error(std::string_view bytes, ErrorCode code, const std::string& words) {
    const Result<NpyFile> file = open(bytes);
    ASSERT_FALSE(file) << words;
    EXPECT_EQ(file.error().code, code) << file.error().message;
    EXPECT_THAT(file.error().message, HasSubstr(path_.native()));
    EXPECT_THAT(file.error().message, HasSubstr(words));
  }

  static std::vector<float> row(const NpyFile& file, std::size_t place) {
    std::vector<float> numbers(file.dimension());
    file.read_row(place, numbers);
    return numbers;
  }

  clipdex::test::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "v.npy";
};

TEST_F(NpyFileTest, RowsOfFloat32ComeAsTheyAre) {
  const Result<NpyFile> file = open(clipdex::test::npy_of({1, 2, 3, 4, 5, 6.5F}, 2));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file.value().rows(), 2U);
  EXPECT_EQ(file.value().dimension(), 3U);
  EXPECT_THAT(row(file.value(), 0), ElementsAre(1, 2, 3));
  EXPECT_THAT(row(file.value(), 1), ElementsAre(4, 5, 6.5F));
}

TEST_F(NpyFileTest, Float64IsRounded) {
  const std::vector<double> numbers{0.1, -1e300};
  const Result<NpyFile> file = open(npy_bytes(npy_dictionary("<f8", 1, 2), bytes_of(numbers)));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_THAT(row(file.value(), 0), ElementsAre(0.1F, -std::numeric_limits<float>::infinity()));
}

TEST_F(NpyFileTest, Float16IsWidenedExactly) {
  // One, minus two, the largest, the smallest normal and subnormal numbers, zeros, infinity, NaN.
  const std::vector<std::uint16_t> halves{0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001,
                                          0x8000, 0x0000, 0xFC00, 0x7E00};
  const Result<NpyFile> file =
      open(npy_bytes(npy_dictionary("<f2", 1, halves.size()), bytes_of(halves)));
  ASSERT_TRUE(file) << file.error().message;
  const std::vector<float> numbers = row(file.value(), 0);
  EXPECT_THAT(std::vector<float>(numbers.begin(), numbers.end() - 1),
              ElementsAre(1, -2, 65504, std::ldexp(1.0F, -14), std::ldexp(1.0F, -24), 0, 0,
                          -std::numeric_limits<float>::infinity()));
  EXPECT_TRUE(std::signbit(numbers[5]));
  EXPECT_TRUE(std::isnan(numbers.back()));
}

TEST_F(NpyFileTest, LaterVersionsHaveLongerHeaderLengths) {
  std::string bytes = clipdex::test::npy_of({1, 2}, 1);
  bytes[6] = 2;
  bytes.insert(10, 2, '\0');
  const Result<NpyFile> file = open(bytes);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_THAT(row(file.value(), 0), ElementsAre(1, 2));
}

TEST_F(NpyFileTest, NoRowsAreNoFault) {
  const Result<NpyFile> file = open(npy_bytes(npy_dictionary("<f4", 0, 512), ""));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file.value().rows(), 0U);
}

TEST_F(NpyFileTest, WhatIsNoNpyFileIsSaidToBeNone) {
  const std::string no_npy = "is no .npy file of numpy, or a damaged one";
  expect_error("", ErrorCode::corrupt, no_npy);
  expect_error("\x93NUMPY", ErrorCode::corrupt, no_npy);
  expect_error(std::string(200, 'x'), ErrorCode::corrupt, no_npy);
  expect_error(npy_bytes("{}", ""), ErrorCode::corrupt, no_npy);
  expect_error(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (1, x)}", ""),
               ErrorCode::corrupt, no_npy);
  expect_error(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2", ""),
               ErrorCode::corrupt, no_npy);
  std::string too_long = clipdex::test::npy_of({1, 2}, 1);
  too_long[9] = '\x7F';
  expect_error(too_long, ErrorCode::corrupt, no_npy);
}

TEST_F(NpyFileTest, AFileThatWasCutIsCorrupt) {
  std::string bytes = clipdex::test::npy_of({1, 2, 3, 4}, 2);
  bytes.pop_back();
  expect_error(bytes, ErrorCode::corrupt, "ends before its last vector does");
  expect_error(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': "
                         "(4611686018427387904, 4), }",
                         std::string(16, '\0')),
               ErrorCode::corrupt, "ends before its last vector does");
}

TEST_F(NpyFileTest, OtherArraysAreNamedWithTheRemedy) {
  expect_error(npy_bytes(npy_dictionary(">f4", 1, 1), "abcd"), ErrorCode::unsupported,
               "holds numbers of the type '>f4'; convert it with numpy.ascontiguousarray");
  expect_error(npy_bytes(npy_dictionary("<i8", 1, 1), "abcdefgh"), ErrorCode::unsupported,
               "of the type '<i8'");
  expect_error(npy_bytes("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", "abcd"),
               ErrorCode::unsupported, "is stored column by column");
  expect_error(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "abcd"),
               ErrorCode::unsupported, "has the shape (1,)");
  expect_error(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 0), }", ""),
               ErrorCode::unsupported, "has the shape (1, 0)");
}

TEST_F(NpyFileTest, AMissingFileIsNamed) {
  const Result<NpyFile> file = NpyFile::open(path_);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::not_found);
  EXPECT_THAT(file.error().message, HasSubstr(path_.native()));
}

}  // namespace
}  // namespace clipdex::store
