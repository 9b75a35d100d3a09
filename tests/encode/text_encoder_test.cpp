#include <gmock/gmock.h>

#include <cmath>
#include <thread>

#include "encode/encoders.hpp"
#include "encode/reference_data.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<TextEncoder> load(const std::filesystem::path& directory,
                                  Tuning tuning = Tuning::latency) {
  return load_text_encoder(model::read_package(directory).value_or_throw(), tuning)
      .value_or_throw();
}

std::vector<ExpectedText> expected_texts(const std::filesystem::path& directory) {
  return read_reference_data(directory).value_or_throw().value().texts;
}

/// Parameter: the name of a test model; between them they have every layout and tokenizer file,
/// int32 and int64 ids, fixed and open batch and length, and one with an attention mask.
class EveryTextTower : public ::testing::TestWithParam<const char*> {
 protected:
  const std::filesystem::path directory_ = test::test_models_directory() / GetParam();
};

TEST_P(EveryTextTower, AgreesWithPlainNumpy) {
  for (const Tuning tuning : {Tuning::throughput, Tuning::latency}) {
    const auto encoder = load(directory_, tuning);
    EXPECT_EQ(encoder->dimension(), 16U);
    for (const ExpectedText& item : expected_texts(directory_)) {
      const EncodedText encoded = encoder->encode(item.text);
      EXPECT_FALSE(encoded.was_cut);
      EXPECT_NEAR(std::sqrt(cosine(encoded.vector, encoded.vector)), 1, 1e-5);
      EXPECT_GT(cosine(encoded.vector, item.vector), 1 - 1e-5) << item.text;
    }
  }
}

TEST_P(EveryTextTower, GivesTheIdsOfTheReference) {
  const auto tokenizer =
      model::load_tokenizer(model::read_package(directory_).value_or_throw()).value_or_throw();
  for (const ExpectedText& item : expected_texts(directory_)) {
    EXPECT_EQ(tokenizer->encode(item.text), item.ids) << item.text;
  }
}

TEST_P(EveryTextTower, CutsWhatIsTooLongAndSaysSo) {
  const auto encoder = load(directory_);
  std::string words = "a";
  for (int word = 0; word < 13; ++word) words += " a";
  const EncodedText whole = encoder->encode(words);  // 14 words and two special tokens: just fits
  EXPECT_FALSE(whole.was_cut);
  const EncodedText cut = encoder->encode(words + " car");
  EXPECT_TRUE(cut.was_cut);
  EXPECT_GT(cosine(whole.vector, cut.vector), 1 - 1e-6) << "the same words and the end token";
}

INSTANTIATE_TEST_SUITE_P(TestModels, EveryTextTower,
                         ::testing::Values("immich", "immich-fp16-fixed", "immich-external",
                                           "transformers-js", "transformers-js-external", "rclip",
                                           "tower-pair", "chinese-clip", "togetheros"),
                         test::parameter_name);

TEST(TextEncoder, TakesAnyBytes) {
  const auto encoder = load(test::test_models_directory() / "immich");
  for (const char* text : {"", "\xFF\xFE", "\xE2\x82", "香蕉", "\n\t"}) {
    EXPECT_EQ(encoder->encode(text).vector.size(), 16U);
  }
}

TEST(TextEncoder, ServesManyThreadsAtOnce) {
  const auto encoder = load(test::test_models_directory() / "transformers-js");
  const Embedding expected = encoder->encode("a red car").vector;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        EXPECT_EQ(encoder->encode("a red car").vector, expected);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class DamagedTextTower : public ::testing::Test {
 protected:
  Error load_error() {
    const auto encoder =
        load_text_encoder(model::read_package(copy_).value_or_throw(), Tuning::latency);
    return encoder ? Error{ErrorCode::internal, "it was loaded"} : encoder.error();
  }

  test::TemporaryDirectory directory_;
  std::filesystem::path copy_ = test::copy_model("immich", directory_.path());
};

TEST_F(DamagedTextTower, IsNamedWhenItsGraphIsTruncated) {
  std::filesystem::resize_file(copy_ / "textual/model.onnx", 10000);
  EXPECT_EQ(load_error().code, ErrorCode::corrupt);
  EXPECT_THAT(load_error().message, HasSubstr((copy_ / "textual/model.onnx").native()));
}

TEST_F(DamagedTextTower, IsNamedWhenItsTokenizerIsBroken) {
  test::write_text(copy_ / "textual/tokenizer.json", "{}");
  EXPECT_EQ(load_error().code, ErrorCode::corrupt);
  EXPECT_THAT(load_error().message, HasSubstr((copy_ / "textual/tokenizer.json").native()));
}

TEST_F(DamagedTextTower, IsRefusedWhenItsDescriptionHasAnotherContext) {
  test::replace_in_file(copy_ / "config.json", "\"context_length\": 16", "\"context_length\": 77");
  EXPECT_EQ(load_error().code, ErrorCode::unsupported);
  EXPECT_THAT(load_error().message, HasSubstr("takes text int32 [?,16], but the description "
                                              "beside it asks for 77 ids a text"));
}

}  // namespace
}  // namespace clipdex::encode
