#include "cli/hit_output.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace clipdex::cli {
namespace {

SearchResult two_hits() {
  SearchResult result;
  result.hits = {{1, 7, "/a/plain.jpg", 0.28941, 0.97}, {2, 9, "/a/odd,\"\xFF.jpg", -0.5}};
  result.library_count = 2;
  return result;
}

TEST(HitOutput, TheTableHasALineAHit) {
  const std::string text = format_table(two_hits());
  EXPECT_NE(text.find("  1  0.2894  /a/plain.jpg\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  2  -0.5000  "), std::string::npos) << text;
}

TEST(HitOutput, JsonIsOneObjectAndKeepsBytesThatAreNoUtf8) {
  const nlohmann::json document = nlohmann::json::parse(format_json(two_hits(), "q", "m"));
  EXPECT_EQ(document["hits"][0]["path"], "/a/plain.jpg");
  EXPECT_FALSE(document["hits"][0].contains("path_base64"));
  EXPECT_EQ(document["hits"][1]["path_base64"], "L2Evb2RkLCL/LmpwZw==");
  EXPECT_EQ(document["library_count"], 2);
  EXPECT_EQ(document["hits"][0]["match"], 0.97);
  EXPECT_FALSE(document["hits"][1].contains("match"));
  EXPECT_FALSE(document.contains("matches_well")) << "nothing is known of that";
}

TEST(HitOutput, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(format_csv(two_hits()),
            "rank,score,path,match\r\n1,0.289410,/a/plain.jpg,0.970000\r\n"
            "2,-0.500000,\"/a/odd,\"\"\xFF.jpg\",\r\n");
}

TEST(HitOutput, PathsAreBytesWithATerminator) {
  EXPECT_EQ(format_paths(two_hits(), '\n'), "/a/plain.jpg\n/a/odd,\"\xFF.jpg\n");
}

}  // namespace
}  // namespace clipdex::cli
