#include "nodes/encoder_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <future>

#include "nodes/fake_encoder.hpp"

namespace clipdex::nodes {
namespace {

using std::chrono::milliseconds;
using test::ClientNode;
using test::EncoderScript;
using test::FakeEncoder;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

EncoderPoolOptions options_for(std::vector<std::string> actions) {
  EncoderPoolOptions options;
  options.actions = std::move(actions);
  options.timeout = test::kPatience;
  options.settle = milliseconds(20);
  options.rest = milliseconds(10);
  return options;
}

std::vector<std::string> numbered(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("/photos/" + std::to_string(i) + ".jpg");
  return names;
}

Embedding unit(const std::string& item) {
  const std::vector<float> feature = test::feature_of(item);
  double sum = 0;
  for (const float number : feature) sum += static_cast<double>(number) * number;
  Embedding vector;
  for (const float number : feature) {
    vector.push_back(static_cast<float>(number / std::sqrt(sum)));
  }
  return vector;
}

void expect_all_answered(const std::vector<RemoteAnswer>& answers,
                         const std::vector<std::string>& items) {
  ASSERT_EQ(answers.size(), items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    ASSERT_TRUE(answers[i].vector.ok()) << items[i] << ": " << answers[i].vector.error().message;
    EXPECT_EQ(answers[i].vector.value(), unit(items[i])) << items[i];
  }
}

/// The error that encoding ends with.
Error error_of(EncoderPool& pool, const std::vector<std::string>& items) {
  try {
    (void)pool.encode(items);
  } catch (const Exception& error) {
    return error.error();
  }
  return {ErrorCode::internal, "nothing was thrown"};
}

TEST(EncoderPool, EveryItemHasAUnitVectorInItsPlaceAndGoalsAreBounded) {
  const FakeEncoder server("/clip_image_action", {});
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/clip_image_action"}));
  const auto items = numbered(2 * EncoderPool::kItemsMax + 1);
  const auto answers = pool.encode(items);
  expect_all_answered(answers, items);
  EXPECT_EQ(answers[0].label, test::demo_space());
  EXPECT_EQ(answers[0].server, "/clip_image_action");
  EXPECT_THAT(server.goals(), ElementsAre(SizeIs(32), SizeIs(32), SizeIs(1)));
}

TEST(EncoderPool, TextsAreAskedForAsTexts) {
  const FakeEncoder server("/clip_text_action", {});
  ClientNode client;
  EncoderPoolOptions options = options_for({"clip_text_action"});
  options.kind = ItemEncoder::Kind::text;
  EncoderPool pool(client.node, options);
  const std::vector<std::string> items{"a dog", "图"};
  expect_all_answered(pool.encode(items), items);
}

TEST(EncoderPool, AnItemThatIsGivenTwiceIsAnsweredTwice) {
  const FakeEncoder server("/clip_image_action", {});
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/clip_image_action"}));
  const std::vector<std::string> items{"/a.jpg", "/b.jpg", "/a.jpg"};
  expect_all_answered(pool.encode(items), items);
}

TEST(EncoderPool, WhatTheFeedbackLostIsSentAgain) {
  EncoderScript script;
  script.lost = {{"/photos/1.jpg", 1}, {"/photos/3.jpg", 3}};
  const FakeEncoder server("/clip_image_action", script);
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/clip_image_action"}));
  const auto items = numbered(5);
  expect_all_answered(pool.encode(items), items);
  EXPECT_THAT(server.goals(), ElementsAre(SizeIs(5), SizeIs(2), SizeIs(1), SizeIs(1)));
}

TEST(EncoderPool, AnItemThatIsNeverAnsweredFailsAloneAfterThreeResends) {
  EncoderScript script;
  script.lost = {{"/photos/1.jpg", 100}};
  const FakeEncoder server("/clip_image_action", script);
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/clip_image_action"}));
  const auto items = numbered(3);
  const auto answers = pool.encode(items);
  EXPECT_TRUE(answers[0].vector.ok());
  EXPECT_TRUE(answers[2].vector.ok());
  ASSERT_FALSE(answers[1].vector.ok());
  EXPECT_EQ(answers[1].vector.error().code, ErrorCode::internal);
  EXPECT_THAT(answers[1].vector.error().message,
              HasSubstr("/clip_image_action ended 4 goals that asked for this"));
  EXPECT_EQ(server.times_asked("/photos/1.jpg"), 4U);
}

TEST(EncoderPool, AnErrorOfAnItemIsTheItemsAlone) {
  EncoderScript script;
  script.errors.emplace("/photos/0.jpg", Error{ErrorCode::corrupt, "it is: cut off"});
  const FakeEncoder server("/clip_image_action", script);
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/clip_image_action"}));
  const auto answers = pool.encode(numbered(2));
  ASSERT_FALSE(answers[0].vector.ok());
  EXPECT_EQ(answers[0].vector.error().code, ErrorCode::corrupt);
  EXPECT_EQ(answers[0].vector.error().message, "it is: cut off");
  EXPECT_EQ(answers[0].label, test::demo_space());
  EXPECT_TRUE(answers[1].vector.ok());
}

TEST(EncoderPool, AnOldServerThatSaysNoLabelAndNeverEndsAGoalWillDo) {
  EncoderScript script;
  script.label.reset();
  script.ends_goals = false;
  script.lost = {{"/photos/2.jpg", 1}};
  script.errors.emplace("/photos/0.jpg", Error{ErrorCode::corrupt, "it does not say"});
  const FakeEncoder server("/clip_image_action", script);
  ClientNode client;
  EncoderPoolOptions options = options_for({"/clip_image_action"});
  options.quiet_min = milliseconds(50);
  EncoderPool pool(client.node, options);
  const auto answers = pool.encode(numbered(4));
  ASSERT_FALSE(answers[0].vector.ok());
  EXPECT_EQ(answers[0].vector.error().message, "the encoder gave neither a vector nor a reason");
  EXPECT_EQ(answers[2].vector.value(), unit("/photos/2.jpg"));
  EXPECT_EQ(answers[3].label, std::nullopt);
}

TEST(EncoderPool, LateFeedbackOfAGoalThatWasGivenUpChangesNothing) {
  EncoderScript script;
  script.works = false;
  FakeEncoder server("/clip_image_action", script);
  ClientNode client;
  EncoderPoolOptions options = options_for({"/clip_image_action"});
  options.quiet_min = milliseconds(50);
  EncoderPool pool(client.node, options);
  const std::vector<std::string> items{"/a.jpg", "/b.jpg"};
  auto encoding = std::async(std::launch::async, [&] { return pool.encode(items); });
  ASSERT_THAT(server.wait_for_goals(1), SizeIs(1));
  server.answer(0, "/a.jpg", test::feature_of("/a.jpg"));
  // The goal goes quiet, and what is open is asked for again.
  ASSERT_THAT(server.wait_for_goals(2), ElementsAre(items, ElementsAre("/b.jpg")));
  server.answer(0, "/b.jpg", {1, 0, 0});
  server.answer(1, "/b.jpg", test::feature_of("/b.jpg"));
  expect_all_answered(encoding.get(), items);
}

TEST(EncoderPool, AServerThatSaysNothingIsGivenUpWithASentence) {
  EncoderScript script;
  script.works = false;
  const FakeEncoder server("/clip_image_action", script);
  ClientNode client;
  EncoderPoolOptions options = options_for({"/clip_image_action"});
  options.timeout = milliseconds(1'500);
  EncoderPool pool(client.node, options);
  ASSERT_THAT(pool.wait_for_servers(), ElementsAre(0U));
  const Error error = error_of(pool, numbered(1));
  EXPECT_EQ(error.code, ErrorCode::busy);
  EXPECT_THAT(error.message,
              HasSubstr("/clip_image_action was given goals and has said nothing for 1.5 s"));
}

TEST(EncoderPool, AServerThatSaysNothingIsLeftForOneThatWorks) {
  EncoderScript script;
  script.works = false;
  const FakeEncoder hung("/a/clip_image_action", script);
  const FakeEncoder good("/b/clip_image_action", {});
  ClientNode client;
  EncoderPoolOptions options = options_for({"/a/clip_image_action", "/b/clip_image_action"});
  options.timeout = milliseconds(4'000);
  EncoderPool pool(client.node, options);
  ASSERT_THAT(pool.wait_for_servers(), ElementsAre(0U, 1U));
  const auto items = numbered(3);
  for (int i = 0; i < 3; ++i) expect_all_answered(pool.encode(items), items);
  EXPECT_THAT(hung.goals(), SizeIs(2));  // Once more, and never again.
}

TEST(EncoderPool, NoServerAtAllIsASentenceThatNamesItAndTheRemedy) {
  ClientNode client;
  EncoderPoolOptions options = options_for({"clip_image_action"});
  options.timeout = milliseconds(100);
  EncoderPool pool(client.node, options);
  const Error error = error_of(pool, numbered(1));
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("no encoder answers at /clip_image_action after 0.1 s"),
                    HasSubstr("start clip_encode_image in this ROS domain")));
  EXPECT_THROW((void)pool.wait_for_servers(), Exception);
}

TEST(EncoderPool, GoalsOfAServerThatDiesGoToTheOther) {
  EncoderScript script;
  script.works = false;
  auto dying = std::make_unique<FakeEncoder>("/a/clip_image_action", script);
  const FakeEncoder good("/b/clip_image_action", {});
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/a/clip_image_action", "/b/clip_image_action"}));
  ASSERT_THAT(pool.wait_for_servers(), ElementsAre(0U, 1U));
  const auto items = numbered(3);
  auto one = std::async(std::launch::async, [&] { return pool.encode(items); });
  auto two = std::async(std::launch::async, [&] { return pool.encode(items); });
  ASSERT_THAT(dying->wait_for_goals(1), SizeIs(1));
  dying.reset();
  expect_all_answered(one.get(), items);
  expect_all_answered(two.get(), items);
}

TEST(EncoderPool, AServerThatDiesIsWaitedFor) {
  EncoderScript script;
  script.works = false;
  auto server = std::make_unique<FakeEncoder>("/clip_image_action", script);
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/clip_image_action"}));
  const auto items = numbered(3);
  auto encoding = std::async(std::launch::async, [&] { return pool.encode(items); });
  ASSERT_THAT(server->wait_for_goals(1), SizeIs(1));
  server.reset();
  server = std::make_unique<FakeEncoder>("/clip_image_action", EncoderScript());
  expect_all_answered(encoding.get(), items);
}

TEST(EncoderPool, AServerThatDiesAndStaysAwayIsASentence) {
  EncoderScript script;
  script.works = false;
  auto server = std::make_unique<FakeEncoder>("/clip_image_action", script);
  ClientNode client;
  EncoderPoolOptions options = options_for({"/clip_image_action"});
  options.timeout = milliseconds(4'000);
  EncoderPool pool(client.node, options);
  auto encoding = std::async(std::launch::async, [&] { return error_of(pool, numbered(1)); });
  ASSERT_THAT(server->wait_for_goals(1), SizeIs(1));
  server.reset();
  const Error error = encoding.get();
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message,
              HasSubstr("/clip_image_action went away and did not come back within 4 s"));
  EXPECT_THAT(client.log.all(),
              Contains(HasSubstr("the encoder at /clip_image_action is gone; others do its work")));
}

TEST(EncoderPool, AServerThatRefusesGoalsIsAskedAgain) {
  EncoderScript script;
  script.rejects = 3;
  const FakeEncoder server("/clip_image_action", script);
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/clip_image_action"}));
  const auto items = numbered(2);
  expect_all_answered(pool.encode(items), items);
}

TEST(EncoderPool, AServerThatGivesUpEveryGoalEndsTheCallWithItsOwnCode) {
  EncoderScript script;
  script.aborts = ErrorCode::invalid_argument;
  const FakeEncoder server("/clip_image_action", script);
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/clip_image_action"}));
  const Error error = error_of(pool, numbered(2));
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_THAT(error.message, HasSubstr("gave up 4 goals one after the other, with error_code 1 "
                                       "(invalid_argument); its log says why"));
  EXPECT_THAT(server.goals(), SizeIs(4));
}

TEST(EncoderPool, AStopEndsTheWaitingForAServer) {
  ClientNode client;
  EncoderPool pool(client.node, options_for({"/clip_image_action"}));
  auto encoding = std::async(std::launch::async, [&] { return error_of(pool, numbered(1)); });
  pool.stop();
  EXPECT_EQ(encoding.get().code, ErrorCode::stopped);
}

TEST(EncoderPool, ServersMustBeNamedAndOnlyOnce) {
  ClientNode client;
  for (const auto& [actions, words] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{}, "no encoder is named"},
           {{"/a", "a"}, "the encoder /a is named twice"},
           {{"/a b"}, "/a b"}}) {
    try {
      const EncoderPool pool(client.node, options_for(actions));
      FAIL() << "nothing was thrown for " << words;
    } catch (const Exception& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_THAT(error.what(), HasSubstr(words));
    }
  }
}

}  // namespace
}  // namespace clipdex::nodes
