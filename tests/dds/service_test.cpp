#include "dds/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "dds/names.hpp"
#include "dds/side.hpp"

namespace clipdex::dds {
namespace {

using test::Collected;
using test::eventually;
using test::kPatience;
using test::Side;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A service of the tests: doubles a number.
struct Double {
  static constexpr const char* kTypePrefix = "some_msgs::srv::dds_::Double_";
  struct Request {
    std::int32_t number = 0;
    static constexpr auto kFields = std::tuple(&Request::number);
  };
  using Response = Request;
};
const std::string kRequestType = std::string(Double::kTypePrefix) + "Request_";
const std::string kReplyType = std::string(Double::kTypePrefix) + "Response_";

/// Answers at once, except for the number 0, whose asker it notes.
class DoublingServer {
 public:
  explicit DoublingServer(Node& node)
      : server_(node, "double", [this](const SampleIdentity& id, Double::Request&& request) {
          if (request.number == 0) return unanswered.put(id);
          server_.reply(id, {2 * request.number});
        }) {}

  void reply(const SampleIdentity& id, std::int32_t number) { server_.reply(id, {number}); }

  Collected<SampleIdentity> unanswered;

 private:
  ServiceServer<Double> server_;
};

class ServiceTest : public ::testing::Test {
 protected:
  std::function<void(Double::Response&&)> collect() {
    return [this](Double::Response&& response) { answers_.put(response.number); };
  }
  static Payload request(std::int32_t number) { return serialize(Double::Request{number}); }

  // The ends of the client's side, to play a client of another make.
  std::unique_ptr<RawWriter> raw_requests() {
    return asking_.node.make_writer(request_in_dds("/double"), kRequestType, kServiceQos);
  }
  std::unique_ptr<RawReader> raw_replies() {
    return asking_.node.make_reader(reply_in_dds("/double"), kReplyType, kServiceQos,
                                    [this](Sample&& sample) { replies_.put(std::move(sample)); });
  }
  /// The identity that the next endpoint will have: Fast DDS numbers them one after the other.
  Guid guid_of_next_reader() {
    Guid guid = asking_.context.make_reader(0, "rt/probe", "a::msg::dds_::A_", {}, {})->guid();
    if (++guid.bytes[14] == 0 && ++guid.bytes[13] == 0) ++guid.bytes[12];
    return guid;
  }

  Collected<std::int32_t> answers_;
  Collected<Sample> replies_;
  Side serving_{"serving"};
  Side asking_{"asking"};
};

TEST_F(ServiceTest, ARequestGetsItsReply) {
  const DoublingServer server(serving_.node);
  ServiceClient<Double> client(asking_.node, "double");
  ASSERT_TRUE(client.wait_until_ready(kPatience));
  EXPECT_EQ(client.call({21}, collect()), 1);
  EXPECT_THAT(answers_.wait_for(1), ElementsAre(42));
}

TEST_F(ServiceTest, RepliesMayComeLateAndInAnyOrderAndFromAnyThread) {
  DoublingServer server(serving_.node);
  ServiceClient<Double> client(asking_.node, "double");
  ASSERT_TRUE(client.wait_until_ready(kPatience));
  Collected<std::string> answers;
  client.call({0}, [&](Double::Response&& one) { answers.put("a" + std::to_string(one.number)); });
  client.call({0}, [&](Double::Response&& one) { answers.put("b" + std::to_string(one.number)); });
  const auto ids = server.unanswered.wait_for(2);
  ASSERT_THAT(ids, SizeIs(2));
  std::thread([&] { server.reply(ids[1], 2); }).join();
  std::thread([&] { server.reply(ids[0], 1); }).join();
  EXPECT_THAT(answers.wait_for(2), ElementsAre("b2", "a1"));
}

TEST_F(ServiceTest, EveryClientGetsItsOwnRepliesAndNoOther) {
  const DoublingServer server(serving_.node);
  ServiceClient<Double> one(asking_.node, "double");
  ServiceClient<Double> other(asking_.node, "double");
  ASSERT_TRUE(one.wait_until_ready(kPatience));
  ASSERT_TRUE(other.wait_until_ready(kPatience));
  Collected<std::int32_t> others;
  // Fewer than the ten samples that a service keeps for each reader, so that none may be lost.
  for (std::int32_t i = 1; i <= 4; ++i) {
    one.call({i}, collect());
    other.call({100 + i}, [&](Double::Response&& answer) { others.put(answer.number); });
  }
  std::vector<std::int32_t> expected;
  for (std::int32_t i = 1; i <= 4; ++i) expected.push_back(2 * i);
  EXPECT_EQ(answers_.wait_for(4), expected);
  for (std::int32_t& number : expected) number += 200;
  EXPECT_EQ(others.wait_for(4), expected);
}

TEST_F(ServiceTest, TheServerAnswersTheReaderThatTheRequestNames) {
  const DoublingServer server(serving_.node);
  const auto requests = raw_requests();
  const auto replies = raw_replies();
  ASSERT_TRUE(eventually(
      [&] { return requests->matched_readers() == 1 && replies->matched_writers() == 1; }));
  const SampleIdentity named{replies->guid(), SampleIdentity::kUnknownNumber};
  // The first reply waits until the server knows the reader; the second, which names nobody and is
  // answered by its writer, could not wait.
  const std::int64_t number = requests->write(request(2), &named);
  ASSERT_THAT(replies_.wait_for(1), SizeIs(1));
  const std::int64_t unnamed = requests->write(request(1));
  const auto samples = replies_.wait_for(2);
  ASSERT_THAT(samples, SizeIs(2));
  EXPECT_EQ(samples[0].related, (SampleIdentity{replies->guid(), number}));
  EXPECT_EQ(samples[1].related, (SampleIdentity{requests->guid(), unnamed}));
}

TEST_F(ServiceTest, AReplyWaitsForAReaderThatComesLate) {
  DoublingServer server(serving_.node);
  const auto requests = raw_requests();
  ASSERT_TRUE(eventually([&] { return requests->matched_readers() == 1; }));
  const SampleIdentity named{guid_of_next_reader(), SampleIdentity::kUnknownNumber};
  requests->write(request(0), &named);
  ASSERT_THAT(server.unanswered.wait_for(1), SizeIs(1));
  server.reply(server.unanswered.all()[0], 42);
  const auto replies = raw_replies();
  ASSERT_EQ(replies->guid(), named.writer) << "the test guessed wrong";
  const auto samples = replies_.wait_for(1);
  ASSERT_THAT(samples, SizeIs(1));
  EXPECT_EQ(samples[0].payload, request(42));
  EXPECT_EQ(samples[0].related.writer, replies->guid());
}

TEST_F(ServiceTest, AReplyWaitsForTheReaderOfAClientThatNamesNone) {
  DoublingServer server(serving_.node);
  const auto requests = raw_requests();
  ASSERT_TRUE(eventually([&] { return requests->matched_readers() == 1; }));
  requests->write(request(0));
  ASSERT_THAT(server.unanswered.wait_for(1), SizeIs(1));
  server.reply(server.unanswered.all()[0], 42);
  const auto replies = raw_replies();
  EXPECT_THAT(replies_.wait_for(1), SizeIs(1));
}

TEST_F(ServiceTest, AReplyForAReaderThatNeverComesHoldsNobodyUp) {
  DoublingServer server(serving_.node);
  ServiceClient<Double> client(asking_.node, "double");
  ASSERT_TRUE(client.wait_until_ready(kPatience));
  Guid nobody;
  nobody.bytes.fill(0x77);
  nobody.bytes[15] = 0x04;
  for (int i = 0; i < 2000; ++i) server.reply({nobody, i}, 1);  // More than are kept.
  client.call({21}, collect());
  EXPECT_THAT(answers_.wait_for(1), ElementsAre(42));
}

TEST_F(ServiceTest, AClientIsReadyWhenBothHalvesOfOneServerAreThere) {
  ServiceClient<Double> client(asking_.node, "double");
  EXPECT_FALSE(client.is_ready());
  const auto half = serving_.node.make_reader(request_in_dds("/double"), kRequestType, kServiceQos,
                                              [](Sample&&) {});
  Side elsewhere("elsewhere");
  const auto other_half =
      elsewhere.node.make_writer(reply_in_dds("/double"), kReplyType, kServiceQos);
  ASSERT_TRUE(eventually(
      [&] { return half->matched_writers() == 1 && other_half->matched_readers() == 1; }));
  EXPECT_FALSE(client.wait_until_ready(std::chrono::milliseconds(20)))
      << "the halves belong to different participants";
  auto server = std::make_unique<DoublingServer>(serving_.node);
  EXPECT_TRUE(client.wait_until_ready(kPatience));
  server.reset();
  EXPECT_TRUE(eventually([&] { return !client.is_ready(); }));
}

TEST_F(ServiceTest, AForgottenRequestGetsNoReply) {
  DoublingServer server(serving_.node);
  ServiceClient<Double> client(asking_.node, "double");
  ASSERT_TRUE(client.wait_until_ready(kPatience));
  const std::int64_t number = client.call({0}, collect());
  ASSERT_THAT(server.unanswered.wait_for(1), SizeIs(1));
  client.forget(number);
  server.reply(server.unanswered.all()[0], 1);
  client.call({2}, collect());
  EXPECT_THAT(answers_.wait_for(1), ElementsAre(4));
}

TEST_F(ServiceTest, OnlyTheFirstReplyCounts) {
  DoublingServer server(serving_.node);
  ServiceClient<Double> client(asking_.node, "double");
  ASSERT_TRUE(client.wait_until_ready(kPatience));
  client.call({0}, collect());
  ASSERT_THAT(server.unanswered.wait_for(1), SizeIs(1));
  server.reply(server.unanswered.all()[0], 1);
  server.reply(server.unanswered.all()[0], 2);
  client.call({5}, collect());
  EXPECT_THAT(answers_.wait_for(2), ElementsAre(1, 10));
}

TEST_F(ServiceTest, ACallbackMayForgetCallAndDestroyItsClient) {
  const DoublingServer server(serving_.node);
  auto client = std::make_unique<ServiceClient<Double>>(asking_.node, "double");
  ASSERT_TRUE(client->wait_until_ready(kPatience));
  client->call({1}, [&](Double::Response&& first) {
    answers_.put(first.number);
    client->forget(client->call({2}, collect()));
    client->call({3}, [&](Double::Response&& second) {
      client.reset();
      answers_.put(second.number);
    });
  });
  EXPECT_THAT(answers_.wait_for(2), ElementsAre(2, 6));
}

TEST_F(ServiceTest, AfterAClientWasDestroyedNoneOfItsCallbacksRuns) {
  DoublingServer server(serving_.node);
  auto client = std::make_unique<ServiceClient<Double>>(asking_.node, "double");
  ASSERT_TRUE(client->wait_until_ready(kPatience));
  client->call({0}, collect());
  ASSERT_THAT(server.unanswered.wait_for(1), SizeIs(1));
  std::promise<void> may_go_on;
  asking_.context.loop().post([&] { may_go_on.get_future().wait(); });
  server.reply(server.unanswered.all()[0], 1);  // Waits for the loop.
  client.reset();
  may_go_on.set_value();
  asking_.context.loop().run_and_wait([] {});
  EXPECT_THAT(answers_.all(), IsEmpty());
}

TEST_F(ServiceTest, ARequestThatCannotBeReadIsDroppedWithOneWarning) {
  const DoublingServer server(serving_.node);
  const auto requests = raw_requests();
  const auto replies = raw_replies();
  ASSERT_TRUE(eventually(
      [&] { return requests->matched_readers() == 1 && replies->matched_writers() == 1; }));
  Payload cut = request(1);
  cut.resize(6);
  requests->write(cut);
  requests->write(request(2));
  EXPECT_THAT(replies_.wait_for(1), SizeIs(1));
  EXPECT_THAT(serving_.log_with("dropped a request to /double: "), SizeIs(1));
}

TEST_F(ServiceTest, AReplyThatCannotBeReadIsDroppedWithOneWarning) {
  RawServiceServer* place = nullptr;
  RawServiceServer server(serving_.node, "/double", kRequestType, kReplyType, kServiceQos,
                          [&](const SampleIdentity& id, const Payload& payload) {
                            Payload answer = payload;
                            if (answer == request(1)) answer.resize(5);
                            place->reply(id, answer);
                          });
  place = &server;
  ServiceClient<Double> client(asking_.node, "double");
  ASSERT_TRUE(client.wait_until_ready(kPatience));
  client.call({1}, collect());
  client.call({2}, collect());
  EXPECT_THAT(answers_.wait_for(1), ElementsAre(2));
  EXPECT_THAT(asking_.log_with("dropped a reply of /double: "), SizeIs(1));
}

}  // namespace
}  // namespace clipdex::dds
