#include "text/json_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace clipdex::text {
namespace {

/// The message of the exception that reading throws.
std::string message_of(const std::function<void()>& read) {
  try {
    read();
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::corrupt);
    return exception.what();
  }
  return "nothing was thrown";
}

class JsonFieldsTest : public testing::Test {
 protected:
  JsonFields fields() { return {document_, "its model"}; }

  simdjson::dom::parser parser_;
  simdjson::dom::element document_ = parser_.parse(std::string_view(
      R"({"text": "a", "none": null, "yes": true, "list": [1, -1, 1.5, 2000000000], "map": {}})"));
};

TEST_F(JsonFieldsTest, ReadsWhatIsThere) {
  EXPECT_EQ(fields().text("text"), "a");
  EXPECT_EQ(fields().array("list").size(), 4U);
  EXPECT_EQ(fields().object("map").size(), 0U);
  EXPECT_TRUE(fields().flag_or("yes", false));
}

TEST_F(JsonFieldsTest, TakesTheDefaultForWhatIsMissingOrNull) {
  EXPECT_EQ(fields().find("none"), std::nullopt);
  EXPECT_EQ(fields().find("absent"), std::nullopt);
  EXPECT_TRUE(fields().flag_or("none", true));
  EXPECT_EQ(fields().text_or("absent", "b"), "b");
}

TEST_F(JsonFieldsTest, SaysWhichFieldIsMissingOrOfAnotherKind) {
  EXPECT_EQ(message_of([&] { fields().text("absent"); }), "its model lacks \"absent\"");
  EXPECT_EQ(message_of([&] { fields().text("none"); }), "its model lacks \"none\"");
  EXPECT_EQ(message_of([&] { fields().text("yes"); }), "\"yes\" of its model is not a string");
  EXPECT_EQ(message_of([&] { fields().array("map"); }), "\"map\" of its model is not an array");
  EXPECT_EQ(message_of([&] { fields().object("list"); }), "\"list\" of its model is not an object");
  EXPECT_EQ(message_of([&] { fields().flag_or("text", true); }),
            "\"text\" of its model is not true or false");
  EXPECT_EQ(message_of([&] { JsonFields(fields().element("list"), "its part"); }),
            "its part is not an object");
}

TEST_F(JsonFieldsTest, AnIdIsAWholeNumberThatFits) {
  const simdjson::dom::array list = fields().array("list");
  EXPECT_EQ(id_of(list.at(0), "an id"), 1);
  for (const std::size_t bad : {1U, 2U, 3U}) {
    EXPECT_EQ(message_of([&] { id_of(list.at(bad), "an id"); }),
              "an id is not an id between 0 and 1073741824");
  }
}

TEST(RefuseType, NamesThePartAndTheType) {
  try {
    refuse_type("normalizer", "Precompiled");
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.code(), ErrorCode::unsupported);
    EXPECT_STREQ(exception.what(), "the normalizer type \"Precompiled\"");
  }
}

}  // namespace
}  // namespace clipdex::text
