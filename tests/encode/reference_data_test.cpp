#include "encode/reference_data.hpp"

#include <gmock/gmock.h>

#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using ::testing::HasSubstr;

class ReferenceDataFile : public ::testing::Test {
 protected:
  auto read(std::string_view text) {
    test::write_text(directory_.path() / "expected.json", text);
    return read_reference_data(directory_.path());
  }
  test::TemporaryDirectory directory_;
};

TEST_F(ReferenceDataFile, MayBeAbsent) {
  const auto data = read_reference_data(directory_.path());
  ASSERT_TRUE(data);
  EXPECT_FALSE(data.value());
}

TEST_F(ReferenceDataFile, HoldsTextsAndPictures) {
  const auto data = read(R"({"texts": [{"text": "a", "ids": [1, 2], "vector": [0.6, 0.8]}],
                             "images": [{"file": "x/0.ppm", "vector": [1, 0]}]})");
  ASSERT_TRUE(data) << data.error().message;
  ASSERT_EQ(data.value()->texts.size(), 1U);
  EXPECT_EQ(data.value()->texts[0].text, "a");
  EXPECT_EQ(data.value()->texts[0].ids, (std::vector<text::TokenId>{1, 2}));
  EXPECT_EQ(data.value()->images[0].file, directory_.path() / "x/0.ppm");
  EXPECT_EQ(data.value()->images[0].vector, (Embedding{1, 0}));
}

TEST_F(ReferenceDataFile, SaysWhatIsWrongWithItsForm) {
  for (const char* text : {R"({"texts": [{"text": "a"}]})", R"({"texts": 3})",
                           R"({"images": [{"file": 1, "vector": []}]})"}) {
    const auto data = read(text);
    ASSERT_FALSE(data) << text;
    EXPECT_EQ(data.error().code, ErrorCode::corrupt);
    EXPECT_THAT(data.error().message, HasSubstr("does not have the form of reference data ("));
  }
  EXPECT_THAT(read("[").error().message, HasSubstr("is not valid JSON"));
}

TEST(Cosine, IsTheScalarProductOfVectorsOfOneSize) {
  EXPECT_DOUBLE_EQ(cosine({0, 1}, {0, 1}), 1);
  EXPECT_DOUBLE_EQ(cosine({0, 1}, {1, 0}), 0);
  EXPECT_DOUBLE_EQ(cosine({0, 1}, {0, 1, 0}), 0);
}

}  // namespace
}  // namespace clipdex::encode
