#include "nodes/encoder_node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "dds/graph.hpp"
#include "dds/node.hpp"
#include "nodes/fake_encoder.hpp"
#include "nodes/fake_item_encoder.hpp"
#include "nodes/node_process.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::nodes {
namespace {

using dds::ParameterValue;
using testing::HasSubstr;
using Kind = ItemEncoder::Kind;

/// A node that was started with some parameters.
class EncoderNode : public testing::Test {
 protected:
  dds::Parameters& start(const std::map<std::string, ParameterValue>& values) {
    dds::RosArguments arguments;
    for (const auto& [name, value] : values) arguments.overrides.push_back({"/**", name, value});
    node_ = std::make_unique<dds::Node>(
        context_, "node", arguments,
        std::vector<std::function<void(const dds::LogRecord&)>>{
            [this](const dds::LogRecord& record) { log_ += record.message + "\n"; }});
    return node_->parameters();
  }

  std::string refusal(const std::map<std::string, ParameterValue>& values) {
    try {
      (void)declare_encoder_parameters(start(values));
      return "taken";
    } catch (const Exception& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      return error.what();
    }
  }

  std::string log_;
  dds::Context context_{test::own_domain()};
  std::unique_ptr<dds::Node> node_;
};

TEST_F(EncoderNode, ParametersHaveTheirDefaults) {
  const EncoderParameters values = declare_encoder_parameters(start({}));
  EXPECT_FALSE(values.is_service);
  EXPECT_FALSE(values.dump_result);
  EXPECT_EQ(values.model_file_name, "");
  EXPECT_GE(values.threads, 1U);
}

TEST_F(EncoderNode, ParametersAreTaken) {
  const EncoderParameters values =
      declare_encoder_parameters(start({{"feed_type", std::int64_t{1}},
                                        {"dump_result", true},
                                        {"model_file_name", std::string("m")},
                                        {"threads", std::int64_t{3}}}));
  EXPECT_TRUE(values.is_service);
  EXPECT_TRUE(values.dump_result);
  EXPECT_EQ(values.model_file_name, "m");
  EXPECT_EQ(values.threads, 3U);
}

TEST_F(EncoderNode, ASwitchMayBeANumberOrABool) {
  EXPECT_TRUE(declare_encoder_parameters(start({{"dump_result", std::int64_t{1}}})).dump_result);
  dds::Parameters& parameters =
      start({{"a", true}, {"b", std::int64_t{1}}, {"c", std::int64_t{0}}});
  EXPECT_TRUE(declare_number_switch(parameters, "a", false, ""));
  EXPECT_TRUE(declare_number_switch(parameters, "b", false, ""));
  EXPECT_FALSE(declare_number_switch(parameters, "c", true, ""));
  EXPECT_TRUE(declare_number_switch(parameters, "d", true, ""));
}

TEST_F(EncoderNode, ValuesThatMakeNoSenseAreRefused) {
  EXPECT_THAT(refusal({{"feed_type", std::int64_t{2}}}), HasSubstr("it must be 0 or 1"));
  EXPECT_THAT(refusal({{"dump_result", std::int64_t{2}}}), HasSubstr("it must be 0 or 1"));
  EXPECT_THAT(refusal({{"dump_result", std::string("x")}}), HasSubstr("'dump_result'"));
  EXPECT_THAT(refusal({{"threads", std::int64_t{-1}}}), HasSubstr("from 0 to 256"));
  EXPECT_THAT(refusal({{"model_file_name", true}}), HasSubstr("must be of type string"));
}

TEST_F(EncoderNode, EachItemIsPrintedAndDumped) {
  (void)start({});
  const test::TemporaryDirectory directory;
  test::FakeItemEncoder encoder(Kind::text);
  testing::internal::CaptureStdout();
  const int status =
      encode_locally({"a dog", "a\ncat"}, encoder, node_->logger(), directory.path());
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "a dog: 2 floats [5.0000, 1.0000, ...]\na\\ncat: 2 floats [5.0000, 1.0000, ...]\n");
  EXPECT_EQ(status, kDone);
  const std::string bytes = test::read_text(directory.path() / "clip_text_a_dog.bin");
  std::array<float, 2> floats{};
  ASSERT_EQ(bytes.size(), sizeof(floats));
  std::memcpy(floats.data(), bytes.data(), bytes.size());
  EXPECT_THAT(floats, testing::ElementsAre(5, 1));
}

TEST_F(EncoderNode, AFailedItemIsLoggedAndTheOthersArePrinted) {
  (void)start({});
  test::FakeItemEncoder encoder;
  encoder.errors = {{"gone.png", {ErrorCode::not_found, "there is no gone.png"}}};
  testing::internal::CaptureStdout();
  const int status = encode_locally({"gone.png", "b.png"}, encoder, node_->logger(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "b.png: 2 floats [5.0000, 1.0000, ...]\n");
  EXPECT_EQ(status, kSomeFailedOrStopped);
  EXPECT_EQ(log_, "there is no gone.png\n");
}

TEST(DumpName, IsMadeFromTheItem) {
  EXPECT_EQ(dump_name(Kind::image, "config/CLIP.png"), "clip_image_CLIP.bin");
  EXPECT_EQ(dump_name(Kind::text, "a/../dog?"), "clip_text_a____dog_.bin");
  EXPECT_EQ(dump_name(Kind::text, "狗"), "clip_text_狗.bin");
  EXPECT_LE(dump_name(Kind::text, std::string(1000, 'x')).size(), 255U);
}

}  // namespace
}  // namespace clipdex::nodes
