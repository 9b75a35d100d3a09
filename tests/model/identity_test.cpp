#include <gmock/gmock.h>

#include "model/package.hpp"
#include "support/cache_home.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class Identity : public ::testing::Test {
 protected:
  static std::string hash(const std::filesystem::path& directory) {
    return package_hash(read_package(directory).value_or_throw()).value_or_throw();
  }
  std::filesystem::path copy(std::string_view name) {
    return test::copy_model(name, directory_.path());
  }

  test::TemporaryCacheHome cache_;
  test::TemporaryDirectory directory_;
};

TEST_F(Identity, IsSixtyFourHexadecimalDigits) {
  EXPECT_THAT(hash(copy("immich")), ::testing::MatchesRegex("[0-9a-f]{64}"));
}

TEST_F(Identity, DoesNotDependOnPlaceTimeOrMemory) {
  const auto place = copy("immich-external");
  const std::string before = hash(place);
  const auto moved = directory_.path() / "moved";
  std::filesystem::rename(place, moved);
  std::filesystem::last_write_time(moved / "visual/model.onnx",
                                   std::filesystem::file_time_type::clock::now());
  EXPECT_EQ(hash(moved), before);
  std::filesystem::remove_all(cache_.path() / "clipdex");
  EXPECT_EQ(hash(moved), before);
}

TEST_F(Identity, ChangesWithEveryFileThatDecidesTheVectors) {
  const auto place = copy("immich-external");
  const std::string before = hash(place);
  for (const char* name : {"visual/model.onnx", "textual/model.onnx", "visual/model.onnx.data",
                           "textual/model.onnx.data", "textual/tokenizer.json"}) {
    const std::string content = test::read_text(place / name);
    std::string changed = content;
    // The name of the producer stands near the start of a graph; any byte will do elsewhere.
    const std::size_t at = changed.find("clipdex");
    changed[at == std::string::npos ? changed.size() / 2 : at] ^= 1;
    test::write_text(place / name, changed);
    EXPECT_NE(hash(place), before) << name;
    test::write_text(place / name, content);
    EXPECT_EQ(hash(place), before) << name;
  }
}

TEST_F(Identity, ChangesWithTheSpecsAndNotWithTheirSpelling) {
  const auto place = copy("immich");
  const auto preprocess = place / "visual/preprocess_cfg.json";
  const std::string before = hash(place);
  test::replace_in_file(preprocess, "\"fill_color\": 0", "\"fill_color\": 1, \"more\": 1");
  EXPECT_EQ(hash(place), before) << "nothing of it is used";
  test::replace_in_file(preprocess, "bicubic", "bilinear");
  EXPECT_NE(hash(place), before);
  test::replace_in_file(preprocess, "bilinear", "bicubic");
  test::replace_in_file(preprocess, "0.4578275", "0.4578276");
  EXPECT_NE(hash(place), before);
  test::replace_in_file(preprocess, "0.4578276", "0.4578275");
  EXPECT_EQ(hash(place), before);
  test::replace_in_file(place / "config.json", "\"context_length\": 16", "\"context_length\": 15");
  EXPECT_NE(hash(place), before);
}

TEST_F(Identity, OfTwoModelsDiffers) {
  EXPECT_NE(hash(copy("immich")), hash(copy("immich-other-seed")));
}

TEST_F(Identity, ListsTheFilesInAFixedOrder) {
  const auto files = package_files(read_package(copy("immich-external")).value_or_throw());
  std::vector<std::string> names;
  for (const auto& file : files.value()) names.push_back(file.native());
  EXPECT_THAT(names,
              ElementsAre(EndsWith("visual/model.onnx"), EndsWith("visual/model.onnx.data"),
                          EndsWith("textual/model.onnx"), EndsWith("textual/model.onnx.data"),
                          EndsWith("textual/tokenizer.json")));
}

TEST_F(Identity, NamesWeightsThatAreMissing) {
  const auto place = copy("immich-external");
  std::filesystem::remove(place / "visual/model.onnx.data");
  const auto result = package_hash(read_package(place).value_or_throw());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_EQ(result.error().message,
            (place / "visual/model.onnx.data").native() + " is missing, and " +
                (place / "visual/model.onnx").native() +
                " keeps its weights in it; download the model again, with all its files");
}

}  // namespace
}  // namespace clipdex::model
