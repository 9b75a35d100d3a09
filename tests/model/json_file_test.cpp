#include "model/json_file.hpp"

#include <gmock/gmock.h>

#include "clipdex/error.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::HasSubstr;

Error error_of(std::string_view text) {
  try {
    parse_json_object(text, "/m/config.json");
  } catch (const Exception& exception) {
    return exception.error();
  }
  return {};
}

TEST(JsonFile, GivesTheObject) { EXPECT_EQ(parse_json_object(R"({"a": 1})", "f")["a"], 1); }

TEST(JsonFile, SaysInWhichFileAndWhereAMistakeIs) {
  const Error error = error_of(R"({"a": )");
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_EQ(error.message,
            "/m/config.json is not valid JSON (the mistake is near byte 7); download the model "
            "again");
  EXPECT_EQ(error_of("").code, ErrorCode::corrupt);
  EXPECT_EQ(error_of("\xFF\xFE").code, ErrorCode::corrupt);
}

TEST(JsonFile, RefusesANumberThatNoDoubleHolds) {
  const Error error = error_of(R"({"size": 1e400})");
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_EQ(error.message,
            "/m/config.json holds a number that is out of range; download the model again");
}

TEST(JsonFile, RefusesWhatIsNoObject) {
  EXPECT_THAT(error_of("[1]").message, HasSubstr("/m/config.json holds JSON but no object"));
}

TEST(JsonFile, DoesNotReadMoreThanADescriptionCanHold) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "config.json";
  test::write_text(path, std::string(kDescriptionBytesMax + 1, ' '));
  try {
    read_json_object(path);
    FAIL() << "a file beyond the limit was read";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::too_large);
  }
}

}  // namespace
}  // namespace clipdex::model
