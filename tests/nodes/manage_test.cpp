#include "nodes/manage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "clipdex/library.hpp"
#include "dds/logger.hpp"
#include "nodes/fake_encoder.hpp"
#include "nodes/node_process.hpp"
#include "support/places.hpp"

namespace clipdex::nodes {
namespace {

namespace fs = std::filesystem;
using test::EncoderScript;
using test::FakeEncoder;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A manager's node whose log is kept, an album of three images, and a place for the rest.
class Manage : public ::testing::Test {
 protected:
  Manage() {
    fs::create_directory(album_);
    for (const char* name : {"photo_koala.jpg", "drawing_banana.jpg", "photo_scarlet_macaw.jpg"})
      copy(name);
    parameters_.db_file = (scratch_.path() / "clip.db").native();
    parameters_.storage_folder = album_.native();
    parameters_.result_folder = (scratch_.path() / "result").native();
    parameters_.topk = 2;
    parameters_.timeout = test::kPatience;
    parameters_.image_servers = {"/clip_image_action"};
    parameters_.text_server = "/clip_text_action";
  }

  void copy(const std::string& name) {
    fs::copy_file(test::source_directory() / "samples/album" / name, album_ / name);
  }

  std::string text_of_photo(const std::string& name) const { return (album_ / name).native(); }

  std::vector<std::string> log() const {
    std::vector<std::string> lines;
    for (const dds::LogRecord& record : records_.all()) lines.push_back(record.message);
    return lines;
  }

  int store() { return store_images(node_, stop_, parameters_); }
  int query() { return query_images(node_, stop_, parameters_); }

  Error error_of(int (*work)(dds::Node&, StopSignal&, const ManageParameters&)) {
    try {
      work(node_, stop_, parameters_);
    } catch (const Exception& error) {
      return error.error();
    }
    return {ErrorCode::internal, "nothing was thrown"};
  }

  StopSignal stop_;
  test::TemporaryDirectory scratch_;
  const fs::path album_ = fs::canonical(scratch_.path()) / "album";
  test::Collected<dds::LogRecord> records_;
  dds::Context context_{test::own_domain()};
  dds::Node node_{context_, "clip_manage", {}, {[this](const dds::LogRecord& record) {
                    records_.put(record);
                  }}};
  ManageParameters parameters_;
};

TEST_F(Manage, StoresEveryImageOnceAndSaysHowManyThereAre) {
  const FakeEncoder server("/clip_image_action", {});
  EXPECT_EQ(store(), kDone);
  EXPECT_THAT(log(), Contains("Storage finish, current num of database: 3."));
  EXPECT_EQ(Library({parameters_.db_file, ""}).status().models.at(0).identity, test::demo_space());
  const std::size_t goals = server.goals().size();
  EXPECT_EQ(store(), kDone);
  EXPECT_EQ(server.goals().size(), goals);
  copy("photo_kangaroo.jpg");
  EXPECT_EQ(store(), kDone);
  EXPECT_EQ(server.goals().back(), std::vector{text_of_photo("photo_kangaroo.jpg")});
  EXPECT_THAT(log(), Contains("Storage finish, current num of database: 4."));
}

TEST_F(Manage, NothingNewNeedsNoEncoderAndKeepsTheModelsName) {
  std::string name;
  {
    const FakeEncoder server("/clip_image_action", {});
    ASSERT_EQ(store(), kDone);
    name = Library({parameters_.db_file, ""}).status().models.at(0).name;
  }
  parameters_.image_servers = {"/elsewhere/clip_image_action"};
  EXPECT_EQ(store(), kDone);
  EXPECT_EQ(Library({parameters_.db_file, ""}).status().models.at(0).name, name);
  EXPECT_EQ(name, "/clip_image_action (aaaaaaaaaaaa)");
}

TEST_F(Manage, AFileThatCannotBeEncodedFailsAloneWithItsReasonInTheLog) {
  EncoderScript script;
  script.errors.emplace(text_of_photo("photo_koala.jpg"),
                        Error{ErrorCode::too_large, "it has more pixels than is good"});
  const FakeEncoder server("/clip_image_action", script);
  EXPECT_EQ(store(), kSomeFailedOrStopped);
  EXPECT_THAT(log(), Contains(AllOf(HasSubstr("photo_koala.jpg: "),
                                    HasSubstr("it has more pixels than is good"))));
  EXPECT_THAT(log(), Contains("Storage finish, current num of database: 2."));
}

TEST_F(Manage, TwoServersShareTheWorkAndOneMayDie) {
  EncoderScript script;
  script.works = false;
  auto dying = std::make_unique<FakeEncoder>("/b/clip_image_action", script);
  const FakeEncoder good("/a/clip_image_action", {});
  parameters_.image_servers = {"/a/clip_image_action", "/b/clip_image_action"};
  auto watcher = std::thread([&] {
    (void)dying->wait_for_goals(1);
    dying.reset();
  });
  EXPECT_EQ(store(), kDone);
  watcher.join();
  EXPECT_THAT(log(), Contains("Storage finish, current num of database: 3."));
}

TEST_F(Manage, AFolderWithoutImagesLeavesNoLibraryBehind) {
  fs::create_directory(scratch_.path() / "empty");
  parameters_.storage_folder = (scratch_.path() / "empty").native();
  EXPECT_EQ(store(), kSomeFailedOrStopped);
  EXPECT_THAT(log(), Contains(HasSubstr("there is no image in ")));
  EXPECT_THAT(log(), Contains("Storage finish, current num of database: 0."));
  EXPECT_FALSE(fs::exists(parameters_.db_file));
}

TEST_F(Manage, AFolderThatIsNotThereIsNamed) {
  parameters_.storage_folder = "/no/such/folder";
  const Error error = error_of(store_images);
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message, HasSubstr("there is no folder /no/such/folder"));
}

TEST_F(Manage, ANewLibraryNeedsAFolderAndAKnownOneRemembersIt) {
  const std::string folder = std::exchange(parameters_.storage_folder, "");
  const Error error = error_of(store_images);
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_EQ(error.message, "a new library needs a folder of images; give storage_folder");
  const FakeEncoder server("/clip_image_action", {});
  parameters_.storage_folder = folder;
  ASSERT_EQ(store(), kDone);
  copy("photo_kangaroo.jpg");
  parameters_.storage_folder.clear();
  EXPECT_EQ(store(), kDone);
  EXPECT_THAT(log(), Contains("Storage finish, current num of database: 4."));
}

TEST_F(Manage, AnEncoderOfAnotherModelIsRefusedAndTheLibraryStaysAsItIs) {
  {
    const FakeEncoder server("/clip_image_action", {});
    ASSERT_EQ(store(), kDone);
  }
  EncoderScript script;
  script.label = test::other_space();
  const FakeEncoder server("/clip_image_action", script);
  copy("photo_kangaroo.jpg");
  const Error error = error_of(store_images);
  EXPECT_EQ(error.code, ErrorCode::wrong_model);
  EXPECT_THAT(error.message, HasSubstr("cannot be compared; run the encoder with the same model"));
  EXPECT_EQ(Library({parameters_.db_file, ""}).status().ready, 3U);
}

TEST_F(Manage, AStopEndsTheStoring) {
  EncoderScript script;
  script.works = false;
  const FakeEncoder server("/clip_image_action", script);
  auto stopper = std::thread([&] {
    (void)server.wait_for_goals(1);
    stop_.request();
  });
  const ErrorCode code = error_of(store_images).code;
  stopper.join();
  EXPECT_TRUE(code == ErrorCode::stopped || code == ErrorCode::busy) << error_code_name(code);
}

TEST_F(Manage, AQueryLogsItsHitsAndFillsTheResultFolder) {
  const FakeEncoder images("/clip_image_action", {});
  const FakeEncoder texts("/clip_text_action", {});
  ASSERT_EQ(store(), kDone);
  // The fake's vector of a text is that of a path with the same letters.
  parameters_.text = text_of_photo("photo_koala.jpg");
  EXPECT_EQ(query(), kDone);
  EXPECT_THAT(log(), Contains("Query Result " + parameters_.text + ", similarity: 1.000000"));
  EXPECT_EQ(fs::read_symlink(fs::path(parameters_.result_folder) / "001_1.0000_photo_koala.jpg"),
            parameters_.text);
  EXPECT_TRUE(fs::exists(fs::path(parameters_.result_folder) / "index.html"));
  std::size_t hits = 0;
  for (const std::string& line : log()) hits += line.starts_with("Query Result ") ? 1 : 0;
  EXPECT_EQ(hits, parameters_.topk);
}

TEST_F(Manage, AnImageIsAQueryThroughTheImageServer) {
  const FakeEncoder images("/clip_image_action", {});
  ASSERT_EQ(store(), kDone);
  parameters_.text = "does not count";
  parameters_.image = text_of_photo("drawing_banana.jpg");
  EXPECT_EQ(query(), kDone);
  EXPECT_THAT(log(), Contains("Query Result " + parameters_.image + ", similarity: 1.000000"));
}

TEST_F(Manage, NothingAboveTheThresholdIsSaidAndHasItsStatus) {
  const FakeEncoder images("/clip_image_action", {});
  const FakeEncoder texts("/clip_text_action", {});
  ASSERT_EQ(store(), kDone);
  parameters_.text = "x";
  parameters_.threshold = 0.9999;
  EXPECT_EQ(query(), kSomeFailedOrStopped);
  EXPECT_THAT(log(), Contains("nothing found among 3 images"));
}

TEST_F(Manage, AQueryOfAnotherSpaceIsRefusedWithTheRemedy) {
  const FakeEncoder images("/clip_image_action", {});
  EncoderScript script;
  script.label.reset();
  const FakeEncoder texts("/clip_text_action", script);
  ASSERT_EQ(store(), kDone);
  parameters_.text = "a dog";
  const Error error = error_of(query_images);
  EXPECT_EQ(error.code, ErrorCode::wrong_model);
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("(TogetheROS clip_encode_image, 3 numbers) cannot be compared"),
                    HasSubstr("run the text encoder with the model that filled the library")));
  EXPECT_FALSE(fs::exists(parameters_.result_folder));
}

TEST_F(Manage, AQueryNeedsALibraryAndSomethingToLookFor) {
  EXPECT_EQ(error_of(query_images).message,
            "mode 1 needs something to look for; give text or image");
  parameters_.text = "a dog";
  EXPECT_EQ(error_of(query_images).code, ErrorCode::not_found);
}

TEST(ManageParameters, HaveDefaultsAndRefuseWhatCannotBe) {
  dds::Context context(test::own_domain());
  const auto declare = [&](const std::vector<std::string>& words) {
    const dds::RosArguments arguments = dds::parse_ros_arguments(words).value_or_throw();
    dds::Node node(context, "clip_manage", arguments);
    return declare_manage_parameters(node.parameters());
  };
  const ManageParameters plain = declare({});
  EXPECT_EQ(plain.mode, ManageMode::store);
  EXPECT_EQ(plain.image_servers, std::vector<std::string>{"/clip_image_action"});
  EXPECT_EQ(plain.timeout, std::chrono::seconds(30));
  EXPECT_EQ(plain.threshold, std::nullopt);
  const ManageParameters given = declare({"--ros-args", "-p", "mode:=1", "-p", "timeout_s:=2", "-p",
                                          "threshold:=0.5", "-p", "image_servers:=[/a, /b]"});
  EXPECT_EQ(given.mode, ManageMode::query);
  EXPECT_EQ(given.timeout, std::chrono::seconds(2));
  EXPECT_EQ(given.threshold, 0.5);
  EXPECT_THAT(given.image_servers, SizeIs(2));
  for (const char* wrong : {"mode:=2", "topk:=0", "threshold:=1.5", "timeout_s:=0", "topk:=a"}) {
    try {
      declare({"--ros-args", "-p", wrong});
      FAIL() << "nothing was thrown for " << wrong;
    } catch (const Exception& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_THAT(error.what(),
                  HasSubstr(std::string(wrong).substr(0, std::string(wrong).find(':'))));
    }
  }
}

}  // namespace
}  // namespace clipdex::nodes
