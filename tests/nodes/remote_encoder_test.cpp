#include "nodes/remote_encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nodes/fake_encoder.hpp"
#include "store/import_togetheros.hpp"

namespace clipdex::nodes {
namespace {

using test::ClientNode;
using test::EncoderScript;
using test::FakeEncoder;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::vector<std::string> kFiles{"/a.jpg", "/b.jpg"};

EncoderScript labelled(std::optional<ModelIdentity> label) {
  EncoderScript script;
  script.label = std::move(label);
  return script;
}

class Remote : public ::testing::Test {
 protected:
  EncoderPool& pool(std::vector<std::string> actions) {
    EncoderPoolOptions options;
    options.actions = std::move(actions);
    options.timeout = test::kPatience;
    options.settle = std::chrono::milliseconds(20);
    pool_ = std::make_unique<EncoderPool>(client_.node, options);
    return *pool_;
  }

  ClientNode client_;
  std::unique_ptr<EncoderPool> pool_;
};

template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.error();
  }
  return {ErrorCode::internal, "nothing was thrown"};
}

TEST_F(Remote, TheSpaceIsTheOneThatTheServerSays) {
  const FakeEncoder server("/clip_image_action", {});
  RemoteEncoder encoder(pool({"/clip_image_action"}));
  encoder.probe(kFiles);
  EXPECT_EQ(encoder.identity(), test::demo_space());
  EXPECT_EQ(encoder.name(), "/clip_image_action (aaaaaaaaaaaa)");
  EXPECT_EQ(encoder.batch_best(), EncoderPool::kItemsMax);
  EXPECT_TRUE(encoder.encode(kFiles)[1].ok());
}

TEST_F(Remote, AFileThatCannotBeEncodedTellsTheSpaceIfTheServerSaysIt) {
  EncoderScript script;
  script.errors.emplace("/a.jpg", Error{ErrorCode::corrupt, "cut off"});
  const FakeEncoder server("/clip_image_action", script);
  RemoteEncoder encoder(pool({"/clip_image_action"}));
  encoder.probe(std::span(kFiles).first(1));
  EXPECT_EQ(encoder.identity(), test::demo_space());
}

TEST_F(Remote, AServerThatSaysNoSpaceIsTheOldBoxesOwn) {
  EncoderScript script = labelled(std::nullopt);
  script.errors.emplace("/a.jpg", Error{ErrorCode::corrupt, "it does not say"});
  const FakeEncoder server("/clip_image_action", script);
  RemoteEncoder encoder(pool({"/clip_image_action"}));
  encoder.probe(kFiles);
  EXPECT_EQ(encoder.identity(), (ModelIdentity{"togetheros:clip_encode_image", 3}));
  EXPECT_EQ(encoder.name(), "TogetheROS clip_encode_image");
}

TEST_F(Remote, AnOldServerThatCanEncodeNoneOfTheFilesIsASentence) {
  EncoderScript script = labelled(std::nullopt);
  for (const std::string& file : kFiles) {
    script.errors.emplace(file, Error{ErrorCode::not_found, "it does not say"});
  }
  const FakeEncoder server("/clip_image_action", script);
  RemoteEncoder encoder(pool({"/clip_image_action"}));
  const Error error = error_of([&] { encoder.probe(kFiles); });
  EXPECT_EQ(error.code, ErrorCode::unreadable);
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("/clip_image_action could encode none of the first 2 images"),
                    HasSubstr("does it see the same files under the same names?"),
                    HasSubstr("neither a vector nor a reason")));
}

TEST_F(Remote, ServersOfTwoSpacesAreRefusedBeforeAnythingIsEncoded) {
  const FakeEncoder ours("/a/clip_image_action", {});
  const FakeEncoder theirs("/b/clip_image_action", labelled(std::nullopt));
  RemoteEncoder encoder(pool({"/a/clip_image_action", "/b/clip_image_action"}));
  const Error error = error_of([&] { encoder.probe(kFiles); });
  EXPECT_EQ(error.code, ErrorCode::wrong_model);
  EXPECT_EQ(error.message,
            "the vectors of the encoder at /a/clip_image_action (aaaaaaaaaaaa, 3 numbers) and of "
            "the encoder at /b/clip_image_action (TogetheROS clip_encode_image, 3 numbers) cannot "
            "be compared; run the encoder with the same model, or leave it out");
}

TEST_F(Remote, AServerThatComesBackWithAnotherModelEndsTheRun) {
  auto server = std::make_unique<FakeEncoder>("/clip_image_action", EncoderScript());
  RemoteEncoder encoder(pool({"/clip_image_action"}));
  encoder.probe(kFiles);
  server.reset();
  server = std::make_unique<FakeEncoder>("/clip_image_action", labelled(test::other_space()));
  const Error error = error_of([&] { (void)encoder.encode(kFiles); });
  EXPECT_EQ(error.code, ErrorCode::wrong_model);
  EXPECT_THAT(error.message, HasSubstr("(bbbbbbbbbbbb, 3 numbers) cannot be compared"));
}

TEST_F(Remote, TheSpaceOfALibraryIsAssumedAndHeldAgainstTheServers) {
  const FakeEncoder server("/clip_image_action", {});
  RemoteEncoder encoder(pool({"/clip_image_action"}));
  encoder.assume(test::other_space(), "ViT-B-32", "/home/me/clip.db");
  EXPECT_EQ(encoder.name(), "ViT-B-32");
  const Error error = error_of([&] { (void)encoder.encode(kFiles); });
  EXPECT_EQ(error.code, ErrorCode::wrong_model);
  EXPECT_THAT(error.message, HasSubstr("the vectors of /home/me/clip.db (bbbbbbbbbbbb, 3 numbers) "
                                       "and of the encoder at /clip_image_action (aaaaaaaaaaaa"));
}

TEST_F(Remote, AServerThatHangsDoesNotKeepTheOthersFromBeingProbed) {
  EncoderScript script;
  script.works = false;
  const FakeEncoder hung("/a/clip_image_action", script);
  const FakeEncoder good("/b/clip_image_action", {});
  EncoderPoolOptions options;
  options.actions = {"/a/clip_image_action", "/b/clip_image_action"};
  options.timeout = std::chrono::seconds(3);
  EncoderPool both(client_.node, options);
  RemoteEncoder encoder(both);
  encoder.probe(kFiles);
  EXPECT_EQ(encoder.identity(), test::demo_space());
}

TEST_F(Remote, OneItemIsAVectorWithItsSpaceOrThrowsItsError) {
  EncoderScript script;
  script.errors.emplace("/b.jpg", Error{ErrorCode::not_found, "there is no file /b.jpg"});
  const FakeEncoder server("/clip_image_action", script);
  EncoderPool& one = pool({"/clip_image_action"});
  const SpacedVector encoded = encode_one(one, "/a.jpg");
  EXPECT_EQ(encoded.space, test::demo_space());
  EXPECT_EQ(encoded.vector.size(), 3U);
  const Error error = error_of([&] { (void)encode_one(one, "/b.jpg"); });
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_EQ(error.message, "there is no file /b.jpg");
}

}  // namespace
}  // namespace clipdex::nodes
