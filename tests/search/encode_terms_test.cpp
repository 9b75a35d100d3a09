#include "search/encode_terms.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "search/environment.hpp"
#include "search/plain_picture.hpp"
#include "search/tiny_server.hpp"
#include "store/rows.hpp"
#include "support/fake_encoders.hpp"
#include "support/places.hpp"

namespace clipdex::search {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::IsEmpty;
using ::testing::Pointwise;
using Kind = QueryTerm::Kind;
using store::test::error_of;

class EncodeTerms : public ::testing::Test {
 protected:
  /// Writes a picture and gives its path.
  std::string picture(const std::string& name, const std::string& bytes) const {
    test::write_text(directory_.path() / name, bytes);
    return (directory_.path() / name).native();
  }

  std::vector<Embedding> encode(const std::vector<QueryTerm>& terms) {
    return TermEncoder(terms, towers_, nullptr).encode(notices_);
  }

  Error error(Kind kind, const std::string& value) {
    return error_of([&] { encode({{kind, value}}); });
  }

  test::NoProxies no_proxies_;
  const test::TemporaryDirectory directory_;
  test::FakeTowers towers_;
  std::vector<std::string> notices_;
};

TEST_F(EncodeTerms, NoTermsGiveNoVectors) {
  EXPECT_THAT(encode({}), IsEmpty());
  TermEncoder({}, towers_, nullptr).load_towers();
  EXPECT_EQ(towers_.image_calls + towers_.text_calls, 0);
}

TEST_F(EncodeTerms, LoadingAsksOnlyForTheTowersThatTheTermsNeed) {
  const std::vector<QueryTerm> texts{{Kind::text, "a"}, {Kind::text, "b"}};
  TermEncoder(texts, towers_, nullptr).load_towers();
  EXPECT_GT(towers_.text_calls, 0);
  EXPECT_EQ(towers_.image_calls, 0);
  towers_.text_calls = 0;
  for (const Kind kind : {Kind::image_file, Kind::image_url}) {
    towers_.image_calls = 0;
    const std::vector<QueryTerm> images{{kind, "no such thing"}};
    TermEncoder(images, towers_, nullptr).load_towers();
    EXPECT_GT(towers_.image_calls, 0);
    EXPECT_EQ(towers_.text_calls, 0);
  }
  EXPECT_THAT(towers_.text_encoder.texts(), IsEmpty()) << "nothing is encoded yet";
}

TEST_F(EncodeTerms, EachTermGivesItsVectorInOrderWithoutItsWeight) {
  const Embedding night = test::random_unit_vectors(1, test::kFakeDimension, 7)[0];
  towers_.text_encoder.set_vector("night", night);
  const test::TinyServer server(
      [](const std::string&) { return test::response(200, test::plain_picture(0, 0, 255)); });
  const auto vectors =
      encode({{Kind::image_file, picture("red.ppm", test::plain_picture(255, 0, 0)), 2},
              {Kind::text, "night", -3},
              {Kind::image_url, server.url("/blue.ppm")}});
  ASSERT_EQ(vectors.size(), 3U);
  EXPECT_THAT(vectors[0], Pointwise(FloatNear(1e-6F), test::colour_vector(255, 0, 0)));
  EXPECT_EQ(vectors[1], night);
  EXPECT_THAT(vectors[2], Pointwise(FloatNear(1e-6F), test::colour_vector(0, 0, 255)));
  EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(EncodeTerms, TextsReachTheEncoderAsTheyAre) {
  encode({{Kind::text, " 海边 "}, {Kind::text, "caf\xE9"}});
  EXPECT_THAT(towers_.text_encoder.texts(), ElementsAre(" 海边 ", "caf\xE9"));
}

TEST_F(EncodeTerms, ATextThatTheModelSawOnlyInPartIsNoted) {
  notices_ = {"An earlier notice."};
  towers_.text_encoder.set_cut("a long story");
  encode({{Kind::text, "a long story"}, {Kind::text, "short"}});
  EXPECT_THAT(notices_,
              ElementsAre("An earlier notice.",
                          "The text \"a long story\" is longer than the model can read; its end "
                          "was left out."));
}

/// Knows one text, and takes down what it is told.
class FakeMemory final : public TextMemory {
 public:
  std::optional<encode::EncodedText> recall(const std::string& text) override {
    if (text != "known") return std::nullopt;
    return encode::EncodedText{.vector = vector, .was_cut = true};
  }
  void remember(const std::string& text, const encode::EncodedText& encoded) override {
    told.emplace_back(text, encoded.vector);
  }

  Embedding vector = test::random_unit_vectors(1, test::kFakeDimension, 9)[0];
  std::vector<std::pair<std::string, Embedding>> told;
};

TEST_F(EncodeTerms, ATextThatIsRememberedNeedsNoTower) {
  FakeMemory memory;
  const std::vector<QueryTerm> terms{{Kind::text, "known"}};
  TermEncoder encoder(terms, towers_, &memory);
  encoder.load_towers();
  EXPECT_THAT(encoder.encode(notices_), ElementsAre(memory.vector));
  EXPECT_EQ(towers_.image_calls + towers_.text_calls, 0);
  EXPECT_THAT(memory.told, IsEmpty());
  EXPECT_THAT(notices_, ElementsAre("The text \"known\" is longer than the model can read; its end "
                                    "was left out."));
}

TEST_F(EncodeTerms, ANewTextIsEncodedAndRemembered) {
  FakeMemory memory;
  const std::vector<QueryTerm> terms{{Kind::text, "known"}, {Kind::text, "new"}};
  TermEncoder encoder(terms, towers_, &memory);
  encoder.load_towers();
  EXPECT_GT(towers_.text_calls, 0);
  const auto vectors = encoder.encode(notices_);
  EXPECT_THAT(towers_.text_encoder.texts(), ElementsAre("new"));
  EXPECT_THAT(memory.told, ElementsAre(std::pair(std::string("new"), vectors.at(1))));
}

TEST_F(EncodeTerms, AFileThatCannotBeReadIsNamed) {
  const std::string path = (directory_.path() / "missing.jpg").native();
  const Error missing = error(Kind::image_file, path);
  EXPECT_EQ(missing.code, ErrorCode::not_found);
  EXPECT_EQ(missing.message, "cannot open " + path + ": No such file or directory");

  const Error folder = error(Kind::image_file, directory_.path().native());
  EXPECT_EQ(folder.code, ErrorCode::unsupported);
  EXPECT_EQ(folder.message, directory_.path().native() + " is a directory, not a regular file");
}

TEST_F(EncodeTerms, AFileOfMoreThanAGibibyteIsNotRead) {
  const std::string path = picture("huge.ppm", "P6");
  std::filesystem::resize_file(path, (1ULL << 30) + 1);  // A hole, which takes no room.
  const Error huge = error(Kind::image_file, path);
  EXPECT_EQ(huge.code, ErrorCode::too_large);
  EXPECT_EQ(huge.message, path + " is larger than the limit of 1073741824 bytes");
}

TEST_F(EncodeTerms, AnAddressThatCannotBeFetchedIsNamed) {
  const test::TinyServer server([](const std::string&) { return test::response(404, ""); });
  const Error gone = error(Kind::image_url, server.url("/a.jpg"));
  EXPECT_EQ(gone.code, ErrorCode::not_found);
  EXPECT_EQ(gone.message,
            "cannot fetch " + server.url("/a.jpg") + ": the server answered with status 404");
}

TEST_F(EncodeTerms, WhatIsNoImageIsNamedWithWhatDecodingSays) {
  const std::string path = picture("text.txt", "This is no image.");
  const Error file = error(Kind::image_file, path);
  EXPECT_EQ(file.code, ErrorCode::unsupported);
  const std::string beginning = "cannot search with the image " + path + ": ";
  EXPECT_THAT(file.message, ::testing::StartsWith(beginning));
  EXPECT_GT(file.message.size(), beginning.size());

  EXPECT_EQ(error(Kind::image_file, picture("cut.ppm", "P6 8 8 255\nshort")).code,
            ErrorCode::corrupt);

  const test::TinyServer server(
      [](const std::string&) { return test::response(200, "<html>no image</html>"); });
  const Error page = error(Kind::image_url, server.url("/page"));
  EXPECT_EQ(page.code, ErrorCode::unsupported);
  EXPECT_THAT(page.message,
              ::testing::StartsWith("cannot search with the image " + server.url("/page") + ": "));
}

TEST_F(EncodeTerms, TheErrorOfTheFirstTermThatFailsEndsTheRest) {
  const std::string first = (directory_.path() / "first.jpg").native();
  const Error failure = error_of([&] {
    encode({{Kind::text, "before"},
            {Kind::image_file, first},
            {Kind::text, "after"},
            {Kind::image_file, first + ".second"}});
  });
  EXPECT_EQ(failure.message, "cannot open " + first + ": No such file or directory");
  EXPECT_THAT(towers_.text_encoder.texts(), ElementsAre("before"));
}

TEST_F(EncodeTerms, ErrorsOfTheEncodersComeAsTheyAre) {
  towers_.text_encoder.fail_with(Error{ErrorCode::internal, "the runtime failed"});
  const Error text = error(Kind::text, "a");
  EXPECT_EQ(text.code, ErrorCode::internal);
  EXPECT_EQ(text.message, "the runtime failed");
  towers_.image_encoder.fail_after(0, {ErrorCode::corrupt, "the graph gave no finite vector"});
  const Error image = error(Kind::image_file, picture("red.ppm", test::plain_picture(255, 0, 0)));
  EXPECT_EQ(image.code, ErrorCode::corrupt);
  EXPECT_EQ(image.message, "the graph gave no finite vector");
}

}  // namespace
}  // namespace clipdex::search
