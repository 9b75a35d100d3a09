#include "image/decode.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "image/orient.hpp"
#include "image/resize.hpp"
#include "support/images.hpp"

namespace clipdex::image {
namespace {

using test::encode_picture;
using test::mean_difference;
using test::PictureOptions;
using testing::HasSubstr;

constexpr std::int64_t kTakenAt = 1714821296;  // 2024-05-04 11:14:56 UTC.
constexpr const char* kTakenAtText = "2024:05:04 11:14:56";

struct Case {
  Format format;
  double difference_max;  ///< mean difference from the picture that was encoded
};

class DecodeEveryFormat : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    bytes_ = encode_picture(GetParam().format);
    if (bytes_.empty()) GTEST_SKIP() << "the libraries on this machine cannot write this format";
  }

  std::vector<std::byte> bytes_;
};

INSTANTIATE_TEST_SUITE_P(Decode, DecodeEveryFormat,
                         testing::Values(Case{Format::jpeg, 4}, Case{Format::png, 0},
                                         Case{Format::webp, 0}, Case{Format::tiff, 0},
                                         Case{Format::bmp, 0}, Case{Format::gif, 0},
                                         Case{Format::pnm, 0}, Case{Format::jp2, 0},
                                         Case{Format::jxl, 0}, Case{Format::heif, 3}),
                         [](const auto& test_case) {
                           return std::string(format_name(test_case.param.format));
                         });

TEST_P(DecodeEveryFormat, GivesThePictureThatWasEncoded) {
  const Result<Decoded> decoded = decode(bytes_, {.fidelity = Fidelity::exact});
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded.value().format, GetParam().format);
  EXPECT_EQ(decoded.value().width, 96);
  EXPECT_EQ(decoded.value().height, 64);
  EXPECT_EQ(decoded.value().taken_at_s, std::nullopt);
  EXPECT_LE(mean_difference(decoded.value().pixels, test::make_picture(96, 64, 1)),
            GetParam().difference_max);
}

TEST_P(DecodeEveryFormat, RefusesTheFileCutOffAnywhere) {
  // The last few bytes of some formats carry no picture, so the longest cut leaves out a tenth.
  for (std::size_t tenth = 0; tenth < 10; ++tenth) {
    const std::size_t size = std::max<std::size_t>(1, bytes_.size() * tenth / 10);
    const Result<Decoded> decoded = decode(std::span(bytes_).first(size), {});
    EXPECT_FALSE(decoded) << "cut to " << size << " of " << bytes_.size() << " bytes";
  }
}

TEST_P(DecodeEveryFormat, SurvivesEveryLengthAndManyDamages) {
  const std::size_t step = std::max<std::size_t>(1, bytes_.size() / 97);
  for (std::size_t size = 1; size < bytes_.size(); size += step) {
    (void)decode(std::span(bytes_).first(size), {});
  }
  std::uint32_t state = 7;
  for (int round = 0; round < 100; ++round) {
    std::vector<std::byte> damaged = bytes_;
    for (int spot = 0; spot < 4; ++spot) {
      state = state * 1664525 + 1013904223;
      damaged[(state >> 8) % damaged.size()] = static_cast<std::byte>(state >> 24);
    }
    (void)decode(damaged, {.pixels_max = 1 << 20});
  }
}

TEST_P(DecodeEveryFormat, RefusesGarbageAfterTheHeader) {
  std::vector<std::byte> garbage(bytes_.begin(), bytes_.begin() + 16);
  for (unsigned i = 0; i < 4000; ++i) garbage.push_back(static_cast<std::byte>(i * i * 31 >> 3));
  EXPECT_FALSE(decode(garbage, {.pixels_max = 1 << 20}));
}

TEST_P(DecodeEveryFormat, RefusesMorePixelsThanAllowedAndNamesBothNumbers) {
  const Result<Decoded> decoded = decode(bytes_, {.pixels_max = 6143});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::too_large);
  EXPECT_THAT(decoded.error().message, HasSubstr("6144 pixels"));
  EXPECT_THAT(decoded.error().message, HasSubstr("limit of 6143"));
  EXPECT_TRUE(decode(bytes_, {.pixels_max = 6144}));
}

TEST(Decode, AppliesEveryOrientationInEveryFormatThatCarriesIt) {
  const Raster stored = test::make_picture(96, 64, 1);
  for (const Format format : {Format::jpeg, Format::png, Format::webp, Format::tiff}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const auto bytes = encode_picture(format, {.orientation = orientation});
      const Result<Decoded> decoded = decode(bytes, {.fidelity = Fidelity::exact});
      ASSERT_TRUE(decoded) << decoded.error().message;
      EXPECT_LE(mean_difference(decoded.value().pixels, upright(stored, orientation)), 4)
          << format_name(format) << " with orientation " << orientation;
      EXPECT_EQ(decoded.value().width, orientation >= 5 ? 64 : 96);
      EXPECT_EQ(decoded.value().height, orientation >= 5 ? 96 : 64);
    }
  }
}

TEST(Decode, DoesNotTurnHeifOnceMore) {
  const auto bytes = encode_picture(Format::heif, {.orientation = 6, .taken_at = kTakenAtText});
  if (bytes.empty()) GTEST_SKIP() << "the libraries on this machine cannot write this format";
  const Result<Decoded> decoded = decode(bytes, {});
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_LE(mean_difference(decoded.value().pixels, test::make_picture(96, 64, 1)), 3);
  EXPECT_EQ(decoded.value().taken_at_s, kTakenAt);
}

TEST(Decode, ReadsWhenThePictureWasTaken) {
  for (const Format format : {Format::jpeg, Format::png, Format::webp}) {
    const auto bytes = encode_picture(format, {.taken_at = kTakenAtText});
    const Result<Decoded> decoded = decode(bytes, {});
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded.value().taken_at_s, kTakenAt) << format_name(format);
  }
}

TEST_P(DecodeEveryFormat, GivesTheSquareOfTheWholePicture) {
  const PreprocessSpec spec{.size = 24};
  const Decoded square = decode_square(bytes_, spec, Fidelity::fast).value_or_throw();
  const Decoded whole = decode(bytes_, {.side_needed = 24}).value_or_throw();
  EXPECT_EQ(square.pixels.rgb, resize_and_crop(whole.pixels, spec).rgb);
  EXPECT_EQ(square.format, GetParam().format);
  EXPECT_EQ(square.width, 96);
  EXPECT_EQ(square.height, 64);
}

/// Whether the square is that of the whole picture, for both modes and both fidelities.
void expect_same_square(const std::vector<std::byte>& bytes, int size) {
  for (const auto fidelity : {Fidelity::exact, Fidelity::fast}) {
    const Decoded whole =
        decode(bytes, {.fidelity = fidelity, .side_needed = size}).value_or_throw();
    for (const auto mode : {ResizeMode::shortest, ResizeMode::squash}) {
      const PreprocessSpec spec{.size = size, .resize_mode = mode};
      const Decoded square = decode_square(bytes, spec, fidelity).value_or_throw();
      EXPECT_EQ(square.pixels.rgb, resize_and_crop(whole.pixels, spec).rgb) << "size " << size;
    }
  }
}

TEST(DecodeSquare, IsThatOfTheWholePictureWhateverTheJpeg) {
  for (const auto& [width, height] :
       {std::pair(400, 300), {401, 199}, {399, 200}, {150, 400}, {97, 31}, {640, 17}, {33, 33}}) {
    for (const int size : {8, 31, 64}) {
      for (const auto colour : {test::JpegColour::rgb, test::JpegColour::grey}) {
        for (const bool progressive : {false, true}) {
          SCOPED_TRACE(std::to_string(width) + " x " + std::to_string(height));
          expect_same_square(
              encode_picture(
                  Format::jpeg,
                  {.width = width, .height = height, .progressive = progressive, .colour = colour}),
              size);
        }
      }
    }
  }
  expect_same_square(
      encode_picture(Format::jpeg, {.width = 401, .height = 199, .colour = test::JpegColour::cmyk}),
      31);
}

TEST(DecodeSquare, IsThatOfTheWholePictureWhicheverSideIsUp) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (int width = 395; width <= 403; ++width) {
      SCOPED_TRACE("orientation " + std::to_string(orientation));
      expect_same_square(
          encode_picture(Format::jpeg, {.width = width, .height = 200, .orientation = orientation}),
          29);
    }
  }
}

TEST(DecodeSquare, IsThatOfTheWholePictureWhateverTheDamage) {
  const auto bytes = encode_picture(Format::jpeg, {.width = 320, .height = 48});
  const PreprocessSpec spec{.size = 16};
  std::uint32_t state = 11;
  int readable = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::byte> damaged = bytes;
    state = state * 1664525 + 1013904223;
    damaged[(state >> 8) % damaged.size()] = static_cast<std::byte>(state >> 24);
    const auto whole = decode(damaged, {.side_needed = 16, .pixels_max = 1 << 20});
    const auto square = decode_square(damaged, spec, Fidelity::fast, 1 << 20);
    ASSERT_EQ(bool(square), bool(whole)) << "round " << round;
    if (!whole) continue;
    ++readable;
    EXPECT_EQ(square.value().pixels.rgb, resize_and_crop(whole.value().pixels, spec).rgb)
        << "round " << round;
  }
  EXPECT_GT(readable, 30);
}

TEST(DecodeSquare, SaysWhatIsWrongLikeDecode) {
  const Result<Decoded> empty = decode_square({}, {}, Fidelity::fast);
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().message, "the file is empty");
  const auto bytes = encode_picture(Format::jpeg);
  EXPECT_EQ(decode_square(bytes, {}, Fidelity::fast, 6143).error().code, ErrorCode::too_large);
  const auto half = std::span(bytes).first(bytes.size() / 2);
  EXPECT_EQ(decode_square(half, {}, Fidelity::fast).error().message,
            "the JPEG data ends before the picture does");
}

TEST(Decode, RefusesAnEmptyFile) {
  const Result<Decoded> decoded = decode({}, {});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
  EXPECT_EQ(decoded.error().message, "the file is empty");
}

TEST(Decode, RefusesWhatIsNoImage) {
  for (const char* text :
       {"A letter, not a picture.\n", "%PDF-1.7\n", "<html><svg></svg></html>", "B"}) {
    const Result<Decoded> decoded = decode(test::bytes_of(text), {});
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
    EXPECT_THAT(decoded.error().message, HasSubstr("no image format"));
  }
  const std::vector<std::byte> zeros(5000);
  EXPECT_EQ(decode(zeros, {}).error().code, ErrorCode::unsupported);
}

TEST(Decode, GivesTheSameFromManyThreadsAtOnce) {
  std::vector<std::vector<std::byte>> files;
  for (const Format format : {Format::png, Format::webp, Format::jpeg, Format::gif, Format::tiff}) {
    files.push_back(encode_picture(format, {.width = 300, .height = 200}));
  }
  std::vector<Raster> expected;
  for (const auto& bytes : files) expected.push_back(decode(bytes, {}).value_or_throw().pixels);
  std::vector<std::thread> threads;
  std::vector<int> differences(4);
  for (int& count : differences) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) {
        for (std::size_t i = 0; i < files.size(); ++i) {
          const Result<Decoded> decoded = decode(files[i], {});
          count += !decoded || decoded.value().pixels.rgb != expected[i].rgb;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(differences, testing::Each(0));
}

}  // namespace
}  // namespace clipdex::image
