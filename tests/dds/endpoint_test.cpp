#include "dds/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "clipdex/error.hpp"
#include "dds/context.hpp"
#include "dds/graph.hpp"

namespace clipdex::dds {
namespace {

using test::Collected;
using test::eventually;
using test::kPatience;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kTopic = "rt/topic";
constexpr const char* kType = "some_msgs::msg::dds_::Text_";

Payload payload(std::uint32_t value) {
  CdrWriter writer;
  writer.put(value);
  return writer.take();
}

std::uint32_t value_of(const Sample& sample) {
  CdrReader reader(sample.payload);
  std::uint32_t value = 0;
  reader.get(value);
  return value;
}

class EndpointTest : public ::testing::Test {
 protected:
  std::unique_ptr<RawWriter> writer(const Qos& qos = {}, RawWriter::OnMatch on_match = {}) {
    return sender_.make_writer(0, kTopic, kType, qos, std::move(on_match));
  }
  std::unique_ptr<RawReader> reader(RawReader::OnSample on_sample, const Qos& qos = {}) {
    return receiver_.make_reader(0, kTopic, kType, qos, std::move(on_sample));
  }
  /// A reader that collects.
  std::unique_ptr<RawReader> reader(const Qos& qos = {}) {
    return reader([this](Sample&& sample) { samples_.put(std::move(sample)); }, qos);
  }
  static bool matched(const RawWriter& writer, const RawReader& reader) {
    return eventually([&] {
      return writer.is_matched_with(reader.guid()) && reader.is_matched_with(writer.guid());
    });
  }
  std::vector<std::uint32_t> values(std::size_t count) {
    std::vector<std::uint32_t> values;
    for (const Sample& sample : samples_.wait_for(count)) values.push_back(value_of(sample));
    return values;
  }

  Collected<Sample> samples_;
  Context sender_{test::own_domain()};
  Context receiver_{test::own_domain()};
};

TEST_F(EndpointTest, ASampleArrivesWithItsBytesItsIdentityAndItsTime) {
  const auto from = writer();
  const auto to = reader();
  ASSERT_TRUE(matched(*from, *to));
  EXPECT_EQ(from->write(payload(7)), 1);
  EXPECT_EQ(from->write(payload(8)), 2);
  const auto samples = samples_.wait_for(2);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].payload, payload(7));
  EXPECT_EQ(samples[0].identity, (SampleIdentity{from->guid(), 1}));
  EXPECT_EQ(samples[1].identity, (SampleIdentity{from->guid(), 2}));
  EXPECT_EQ(samples[0].related, SampleIdentity{});
  EXPECT_GE(samples[1].source_time_ns, samples[0].source_time_ns);
  EXPECT_GT(samples[0].source_time_ns, 1'600'000'000'000'000'000);
}

TEST_F(EndpointTest, ARelatedIdentityGoesAlong) {
  const auto from = writer();
  const auto to = reader();
  ASSERT_TRUE(matched(*from, *to));
  const SampleIdentity answer{to->guid(), 5'000'000'001};
  const SampleIdentity request{to->guid(), SampleIdentity::kUnknownNumber};
  from->write(payload(1), &answer);
  from->write(payload(2), &request);
  const auto samples = samples_.wait_for(2);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].related, answer);
  EXPECT_EQ(samples[1].related, request);
}

TEST_F(EndpointTest, PayloadsOfEverySizeArriveWhole) {
  const auto from = writer();
  const auto to = reader();
  ASSERT_TRUE(matched(*from, *to));
  for (const std::size_t bytes : {4U, 5U, 300U, 70'000U, 3'000'000U}) {
    Payload sent = payload(0);
    sent.resize(bytes, std::byte{0x5a});
    const std::size_t count = samples_.size() + 1;
    ASSERT_GT(from->write(sent), 0);
    samples_.wait_for(count);
    ASSERT_EQ(samples_.size(), count) << bytes;
    EXPECT_EQ(samples_.all().back().payload, sent) << bytes;
  }
}

TEST_F(EndpointTest, ALateReaderGetsTheLastSamplesOfATransientLocalWriter) {
  const auto from = writer({.transient_local = true, .depth = 2});
  for (std::uint32_t i = 1; i <= 5; ++i) from->write(payload(i));
  const auto to = reader({.transient_local = true, .depth = 10});
  EXPECT_THAT(values(2), ElementsAre(4, 5));
}

TEST_F(EndpointTest, ALateReaderGetsNothingOldOfAVolatileWriter) {
  const auto from = writer();
  from->write(payload(1));
  const auto to = reader();
  ASSERT_TRUE(matched(*from, *to));
  from->write(payload(2));
  EXPECT_THAT(values(1), ElementsAre(2));
}

TEST_F(EndpointTest, OfSamplesThatWaitForTheLoopTheNewestAreKept) {
  const auto from = writer({.depth = 100});
  const auto to = reader({.depth = 3});
  ASSERT_TRUE(matched(*from, *to));
  std::promise<void> may_go_on;
  receiver_.loop().post([&] { may_go_on.get_future().wait(); });
  for (std::uint32_t i = 1; i <= 20; ++i) from->write(payload(i));
  ASSERT_TRUE(from->wait_for_acknowledgements(kPatience));
  may_go_on.set_value();
  EXPECT_THAT(values(3), ElementsAre(18, 19, 20));
}

TEST_F(EndpointTest, SamplesOfDifferentReadersKeepTheirOrder) {
  const auto from = writer({.depth = 1000});
  const auto other_from = sender_.make_writer(0, "rt/other", kType, {.depth = 1000});
  const auto collect = [this](Sample&& sample) { samples_.put(std::move(sample)); };
  const auto to = reader({.depth = 1000});
  const auto other_to = receiver_.make_reader(0, "rt/other", kType, {.depth = 1000}, collect);
  ASSERT_TRUE(matched(*from, *to));
  ASSERT_TRUE(matched(*other_from, *other_to));
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 0; i < 200; ++i) {
    (i % 2 == 0 ? from : other_from)->write(payload(i));
    expected.push_back(i);
  }
  EXPECT_EQ(values(200), expected);
}

TEST_F(EndpointTest, KnowsItsPeersAndTellsOfThem) {
  Collected<int> told;
  const auto from = writer({}, [&] { told.put(1); });
  EXPECT_THAT(from->matches(), IsEmpty());
  auto to = reader();
  ASSERT_TRUE(matched(*from, *to));
  EXPECT_THAT(from->matches(), ElementsAre(to->guid()));
  EXPECT_EQ(to->matched_writers(), 1U);
  EXPECT_EQ(told.wait_for(1).size(), 1U);
  to.reset();
  EXPECT_EQ(told.wait_for(2).size(), 2U);
  EXPECT_EQ(from->matched_readers(), 0U);
  EXPECT_EQ(participants_of({from->guid()}), std::set<GuidPrefix>{sender_.guid().prefix()});
}

TEST_F(EndpointTest, IncompatibleEndpointsDoNotMatch) {
  const auto from = writer({.reliable = false});
  const auto reliable = reader();
  const auto modest = reader({.reliable = false});
  ASSERT_TRUE(matched(*from, *modest));
  EXPECT_FALSE(from->is_matched_with(reliable->guid()));
}

TEST_F(EndpointTest, AcknowledgementsCanBeWaitedFor) {
  const auto from = writer();
  EXPECT_TRUE(from->wait_for_acknowledgements(std::chrono::milliseconds(0))) << "nobody to ask";
  const auto to = reader();
  ASSERT_TRUE(matched(*from, *to));
  from->write(payload(1));
  EXPECT_TRUE(from->wait_for_acknowledgements(kPatience));
}

TEST_F(EndpointTest, ATopicHasOneTypeWithinAProcess) {
  const auto from = writer();
  try {
    sender_.make_writer(0, kTopic, "other_msgs::msg::dds_::Other_", {});
    FAIL() << "made a writer of another type";
  } catch (const Exception& error) {
    EXPECT_EQ(error.code(), ErrorCode::internal);
    EXPECT_THAT(error.what(), HasSubstr("rt/topic cannot have the type other_msgs"));
    EXPECT_THAT(error.what(), HasSubstr("this process uses it as some_msgs"));
  }
}

TEST_F(EndpointTest, WhenItsLastUserIsGoneATopicMayHaveAnotherType) {
  writer().reset();
  EXPECT_NE(sender_.make_writer(0, kTopic, "other_msgs::msg::dds_::Other_", {}), nullptr);
}

TEST_F(EndpointTest, ADestroyedReaderGetsNoCallbackAnyMore) {
  const auto from = writer({.depth = 100});
  std::atomic<bool> is_alive = true;
  std::atomic<int> calls_after_the_end = 0;
  std::atomic<int> calls = 0;
  auto to = reader(
      [&](Sample&&) {
        ++calls;
        if (!is_alive) ++calls_after_the_end;
      },
      {.depth = 100});
  ASSERT_TRUE(matched(*from, *to));
  std::atomic<bool> enough = false;
  std::thread writing([&] {
    while (!enough) from->write(payload(1));
  });
  ASSERT_TRUE(eventually([&] { return calls > 50; }));
  to.reset();
  is_alive = false;
  receiver_.loop().run_and_wait([] {});  // What was queued has its turn now.
  enough = true;
  writing.join();
  EXPECT_EQ(calls_after_the_end, 0);
}

TEST_F(EndpointTest, ACallbackMayDestroyItsOwnReader) {
  const auto from = writer();
  Collected<std::uint32_t> values;
  std::unique_ptr<RawReader> to;
  to = reader([&](Sample&& sample) {
    to.reset();
    values.put(value_of(sample));  // What the callback holds is still there.
  });
  ASSERT_TRUE(eventually([&] { return from->matched_readers() == 1; }));
  from->write(payload(1));
  from->write(payload(2));
  EXPECT_THAT(values.wait_for(1), ElementsAre(1));
  receiver_.loop().run_and_wait([] {});
  EXPECT_THAT(values.all(), ElementsAre(1));
}

TEST_F(EndpointTest, DestroyingAReaderWaitsForTheCallbackThatRuns) {
  const auto from = writer();
  std::promise<void> begun;
  std::promise<void> may_end;
  std::atomic<bool> ended = false;
  auto to = reader([&](Sample&&) {
    begun.set_value();
    may_end.get_future().wait();
    ended = true;
  });
  ASSERT_TRUE(matched(*from, *to));
  from->write(payload(1));
  begun.get_future().wait();
  std::thread helper([&] { may_end.set_value(); });
  to.reset();
  EXPECT_TRUE(ended);
  helper.join();
}

TEST(Guid, KnowsReadersByTheLastByte) {
  Guid guid;
  EXPECT_TRUE(guid.is_unknown());
  guid.bytes[15] = 0x04;
  EXPECT_TRUE(guid.is_reader());
  guid.bytes[15] = 0x03;
  EXPECT_FALSE(guid.is_reader());
  EXPECT_FALSE(guid.is_unknown());
}

TEST(Guid, ItsPrefixIsThatOfTheParticipant) {
  Guid guid;
  for (std::size_t i = 0; i < guid.bytes.size(); ++i) guid.bytes[i] = static_cast<std::uint8_t>(i);
  EXPECT_THAT(guid.prefix(), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
}

}  // namespace
}  // namespace clipdex::dds
