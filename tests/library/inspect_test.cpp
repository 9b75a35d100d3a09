#include "library/inspect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "image/decode.hpp"
#include "image/resize.hpp"
#include "model/package.hpp"
#include "support/images.hpp"
#include "support/library_scene.hpp"
#include "support/small_tokenizer.hpp"

namespace clipdex::library {
namespace {

namespace fs = std::filesystem;
using test::throws_error;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Inspect : public test::LibraryScene {
 protected:
  /// A picture without loss, so that its pixels are known.
  fs::path write_picture(int width, int height) const {
    const auto bytes =
        test::encode_picture(image::Format::png, {.width = width, .height = height, .seed = 3});
    std::ofstream(home_ / "picture.png", std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return home_ / "picture.png";
  }
};

TEST_F(Inspect, ATokenizerFileGivesTheIdsOfItsOwnVocabulary) {
  const fs::path file = home_ / "tokenizer.json";
  test::write_text(file, test::small_tokenizer().dump());
  const TokenInspector inspector = TokenInspector::from_file(file);
  EXPECT_THAT(inspector.ids("abc b"), ElementsAre(9, 8, 4, 10));
  EXPECT_THAT(inspector.ids(""), ElementsAre(9, 10));
}

TEST_F(Inspect, AMergesFileIsReadAsThatOfOpenAi) {
  const fs::path file = test::test_models_directory() / "rclip/tokenizer";
  const auto merges = *fs::directory_iterator(file);
  const std::vector<std::int32_t> ids = TokenInspector::from_file(merges.path()).ids("a cat");
  EXPECT_EQ(ids.front(), 49406);
  EXPECT_EQ(ids.back(), 49407);
}

TEST_F(Inspect, AModelGivesItsTokenizerAndNothingIsCut) {
  const TokenInspector inspector = TokenInspector::from_model(small_model().native());
  const auto package = model::read_package(small_model()).value_or_throw();
  std::string text = "a";
  for (int i = 0; i < 300; ++i) text += " a";
  EXPECT_GT(inspector.ids(text).size(), package.text.context_length);
  EXPECT_EQ(inspector.ids("a cat"),
            model::load_tokenizer(package).value_or_throw()->encode("a cat"));
}

TEST_F(Inspect, ATokenizerThatIsNotThereIsNamed) {
  EXPECT_THAT([&] { TokenInspector::from_file(home_ / "nosuch.json"); },
              throws_error(ErrorCode::not_found, "nosuch.json"));
  test::write_text(home_ / "broken.json", "{");
  EXPECT_THAT([&] { TokenInspector::from_file(home_ / "broken.json"); },
              throws_error(ErrorCode::corrupt, "broken.json"));
  EXPECT_THAT([] { TokenInspector::from_model("nosuch"); },
              throws_error(ErrorCode::not_found, "there is no model called 'nosuch'"));
}

TEST_F(Inspect, AMovedInspectorKeepsItsTokenizer) {
  test::write_text(home_ / "tokenizer.json", test::small_tokenizer().dump());
  TokenInspector first = TokenInspector::from_file(home_ / "tokenizer.json");
  TokenInspector second(std::move(first));
  EXPECT_THAT(second.ids("a"), ElementsAre(9, 3, 10));
  TokenInspector third = TokenInspector::from_model(small_model().native());
  third = std::move(second);
  EXPECT_THAT(third.ids("a"), ElementsAre(9, 3, 10));
}

TEST_F(Inspect, TheExactSquareIsTheOneThatAModelGets) {
  const fs::path file = write_picture(96, 64);
  const Picture square = exact_square(file, 32).value_or_throw();
  EXPECT_EQ(square.width, 32);
  EXPECT_EQ(square.height, 32);
  image::PreprocessSpec spec;
  spec.size = 32;
  EXPECT_EQ(square.rgb, image::resize_and_crop(test::make_picture(96, 64, 3), spec).rgb);
}

TEST_F(Inspect, APreviewFitsAndKeepsItsProportions) {
  const fs::path file = write_picture(96, 64);
  const Picture wide = preview_picture(file, 48, 1000).value_or_throw();
  EXPECT_EQ(wide.width, 48);
  EXPECT_EQ(wide.height, 32);
  const Picture high = preview_picture(file, 1000, 16).value_or_throw();
  EXPECT_EQ(high.width, 24);
  EXPECT_EQ(high.height, 16);
  EXPECT_THAT(high.rgb, SizeIs(24 * 16 * 3));
}

TEST_F(Inspect, ASmallPictureIsNotMadeLarger) {
  const Picture same = preview_picture(write_picture(10, 6), 100, 100).value_or_throw();
  EXPECT_EQ(same.width, 10);
  EXPECT_EQ(same.height, 6);
}

TEST_F(Inspect, AThinPictureKeepsAtLeastOnePixel) {
  const Picture line = preview_picture(write_picture(400, 2), 40, 40).value_or_throw();
  EXPECT_EQ(line.width, 40);
  EXPECT_EQ(line.height, 1);
}

TEST_F(Inspect, AFileThatIsNoImageIsAnErrorThatNamesIt) {
  test::write_text(home_ / "words.jpg", "no image at all");
  for (const Result<Picture>& picture :
       {exact_square(home_ / "words.jpg", 32), preview_picture(home_ / "words.jpg", 9, 9)}) {
    ASSERT_FALSE(picture);
    EXPECT_THAT(picture.error().message, HasSubstr((home_ / "words.jpg").native() + ": "));
  }
  const Result<Picture> missing = exact_square(home_ / "missing.jpg", 32);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("missing.jpg"));
}

}  // namespace
}  // namespace clipdex::library
