#include "indexer/decode_stage.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "indexer/small_library.hpp"
#include "indexer/unprivileged.hpp"
#include "support/images.hpp"

namespace clipdex::indexer {
namespace {

namespace fs = std::filesystem;
using store::ImageState;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class DecodeStageTest : public test::SmallLibraryTest {
 protected:
  std::variant<Square, Outcome> process(const std::string& path) {
    Candidate candidate;
    candidate.record.path = path;
    candidate.record.root_id = root_.id;
    candidate.record.size_bytes = 1;  // As an earlier scan might have seen it.
    candidate.record.mtime_ns = 2;
    candidate.known_id = 42;
    DecodeStage stage(open_reader(), model_, encoder_.preprocess());
    return stage.process(std::move(candidate));
  }

  /// What the stage says without the encoder; fails the test when it gives pixels.
  Outcome outcome_of(const std::string& path) {
    std::variant<Square, Outcome> result = process(path);
    if (auto* outcome = std::get_if<Outcome>(&result)) return std::move(*outcome);
    ADD_FAILURE() << path << " was decoded";
    return {};
  }

  Square square_of(const std::string& path) {
    std::variant<Square, Outcome> result = process(path);
    if (auto* square = std::get_if<Square>(&result)) return std::move(*square);
    ADD_FAILURE() << std::get<Outcome>(result).record.error;
    return {};
  }

  /// Expects a failure whose message is one sentence that does not repeat the path.
  void expect_failure(const std::string& path, ErrorCode code, const std::string& message) {
    SCOPED_TRACE(path);
    const Outcome outcome = outcome_of(path);
    EXPECT_EQ(outcome.verdict, Verdict::failed);
    EXPECT_EQ(outcome.record.state, ImageState::failed);
    EXPECT_EQ(outcome.record.path, path);
    EXPECT_EQ(outcome.record.root_id, root_.id);
    EXPECT_EQ(outcome.known_id, 42);
    EXPECT_EQ(outcome.record.error_code, code);
    EXPECT_THAT(outcome.record.error,
                AllOf(HasSubstr(message), Not(HasSubstr(photos_.native())), Not(HasSubstr("\n"))));
  }

  std::string put_bytes(std::string_view name, const std::vector<std::byte>& bytes) const {
    clipdex::test::write_text(photos_ / name,
                              {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return path_of(name);
  }

  std::string put_text(std::string_view name, std::string_view text) const {
    clipdex::test::write_text(photos_ / name, text);
    return path_of(name);
  }
};

// --- what becomes pixels ---

TEST_F(DecodeStageTest, AnImageBecomesASquareAndItsRecordSaysWhatWasRead) {
  const auto bytes = clipdex::test::encode_picture(
      image::Format::jpeg,
      {.width = 96, .height = 64, .orientation = 6, .taken_at = "2024:05:06 07:08:09"});
  const std::string path = put_bytes("a.jpg", bytes);
  const Square square = square_of(path);
  EXPECT_EQ(square.pixels.width, encoder_.preprocess().size);
  EXPECT_EQ(square.pixels.height, encoder_.preprocess().size);
  const store::ImageRecord& record = square.candidate.record;
  EXPECT_EQ(record.path, path);
  EXPECT_EQ(record.root_id, root_.id);
  EXPECT_EQ(square.candidate.known_id, 42);
  EXPECT_EQ(record.width, 64) << "upright";
  EXPECT_EQ(record.height, 96);
  EXPECT_EQ(record.taken_at_s, 1'714'979'289);
  EXPECT_EQ(record.hash, content_hash(bytes));
  EXPECT_EQ(record.state, ImageState::ready);
}

TEST_F(DecodeStageTest, SizeAndTimeAreThoseOfTheFileThatWasReadNotOfTheScan) {
  const std::string path = put_picture("a.jpg", 1);
  const FileStamp stamp = test::stamp_of_path(path);
  const Square square = square_of(path);
  EXPECT_EQ(square.candidate.record.size_bytes, stamp.size_bytes);
  EXPECT_EQ(square.candidate.record.mtime_ns, stamp.mtime_ns);
  const std::string text = put_text("b.txt", "some text");
  EXPECT_EQ(outcome_of(text).record.size_bytes, 9u);
  EXPECT_EQ(outcome_of(text).record.mtime_ns, test::stamp_of_path(text).mtime_ns);
}

TEST_F(DecodeStageTest, TheContentDecidesNotTheName) {
  EXPECT_EQ(encoder_.vector_of(square_of(put_picture("a.txt", 0x1234)).pixels),
            test::tiny_vector(0x1234));
  EXPECT_EQ(encoder_.vector_of(square_of(put_picture("b", 77)).pixels), test::tiny_vector(77));
  EXPECT_EQ(encoder_.vector_of(square_of(put_picture("c.png", 8)).pixels), test::tiny_vector(8));
}

TEST_F(DecodeStageTest, NamesOfAnyBytesAreRead) {
  for (const char* name : {"new\nline.jpg", "\xff\xfe.jpg", "a 'b\".jpg"}) {
    EXPECT_EQ(square_of(put_picture(name, 5)).candidate.record.path, path_of(name));
  }
}

TEST_F(DecodeStageTest, ALinkIsReadAsTheFileBehindIt) {
  put_picture("a.jpg", 9);
  fs::create_symlink("a.jpg", photos_ / "link.jpg");
  EXPECT_EQ(encoder_.vector_of(square_of(path_of("link.jpg")).pixels), test::tiny_vector(9));
}

TEST_F(DecodeStageTest, EveryPictureOfTheAlbumBecomesASquare) {
  int pictures = 0;
  for (const auto& entry :
       fs::directory_iterator(clipdex::test::source_directory() / "samples" / "album")) {
    if (entry.path().extension() != ".jpg" && entry.path().extension() != ".png") continue;
    if (++pictures > 12) break;
    EXPECT_EQ(square_of(entry.path()).pixels.rgb.size(), 8u * 8 * 3) << entry.path();
  }
  EXPECT_EQ(pictures, 13);
}

// --- what is known ---

class KnownContentTest : public DecodeStageTest {
 protected:
  /// Puts a row with the content of `tiny_picture(number)` in, under a path of its own.
  ImageId put_row(unsigned number) {
    store::ImageRecord record = store::test::record("/elsewhere.jpg");
    record.hash = hash_of(number);
    return library_.put_image(record);
  }
  static ContentHash hash_of(unsigned number) {
    const std::string text = test::tiny_picture(number);
    return content_hash(std::as_bytes(std::span(text)));
  }
};

TEST_F(KnownContentTest, ContentThatHasAVectorIsNotDecodedAgain) {
  library_.put_vector(put_row(3), model_, test::tiny_vector(3));
  const std::string path = put_picture("a.jpg", 3);
  const Outcome outcome = outcome_of(path);
  EXPECT_EQ(outcome.verdict, Verdict::same_content);
  EXPECT_EQ(outcome.record.path, path);
  EXPECT_EQ(outcome.record.hash, hash_of(3));
  EXPECT_EQ(outcome.record.mtime_ns, test::stamp_of_path(path).mtime_ns);
  EXPECT_EQ(outcome.known_id, 42);
}

TEST_F(KnownContentTest, ContentWithoutAVectorOfThisModelIsDecoded) {
  const store::ModelId other = library_.ensure_model(store::test::identity('b'), "other", "");
  library_.put_vector(put_row(3), other, test::tiny_vector(3));
  EXPECT_EQ(square_of(put_picture("a.jpg", 3)).candidate.record.hash, hash_of(3));
}

// --- what is no image ---

TEST_F(DecodeStageTest, OtherFilesAreNoImagesAndNoFailures) {
  for (const std::string& path :
       {put_text("notes.txt", "some text"), put_text("README", ""), put_text("a.zip", "PK\3\4")}) {
    const Outcome outcome = outcome_of(path);
    EXPECT_EQ(outcome.verdict, Verdict::not_image) << path;
    EXPECT_EQ(outcome.record.state, ImageState::not_image);
    EXPECT_EQ(outcome.record.error, "");
    EXPECT_EQ(outcome.record.path, path);
    EXPECT_EQ(outcome.known_id, 42);
  }
}

TEST_F(DecodeStageTest, AFileThatIsOnlyCalledLikeAnImageFails) {
  expect_failure(put_text("a.jpg", "some text"), ErrorCode::corrupt,
                 "its content is that of no known image format");
  expect_failure(put_text("b.PNG", ""), ErrorCode::corrupt, "the file is empty (0 bytes)");
}

// --- what cannot be read ---

TEST_F(DecodeStageTest, AFileThatVanishedFails) {
  expect_failure(path_of("gone.jpg"), ErrorCode::not_found,
                 "cannot open the file: No such file or directory");
}

TEST_F(DecodeStageTest, WhatIsNoFileFailsWithWhatItIs) {
  fs::create_directory(photos_ / "folder.jpg");
  expect_failure(path_of("folder.jpg"), ErrorCode::unsupported,
                 "the file is a directory, not a regular file");
  ASSERT_EQ(::mkfifo(path_of("pipe.jpg").c_str(), 0600), 0);
  expect_failure(path_of("pipe.jpg"), ErrorCode::unsupported,
                 "the file is a named pipe, not a regular file");
  fs::create_symlink("/dev/null", photos_ / "device.jpg");
  expect_failure(path_of("device.jpg"), ErrorCode::unsupported, "the file is a device");
}

TEST_F(DecodeStageTest, ALinkThatLeadsNowhereFails) {
  fs::create_symlink("nowhere", photos_ / "dangling.jpg");
  expect_failure(path_of("dangling.jpg"), ErrorCode::not_found, "No such file or directory");
  fs::create_symlink("loop.jpg", photos_ / "loop.jpg");
  expect_failure(path_of("loop.jpg"), ErrorCode::unreadable, "Too many levels of symbolic links");
}

TEST_F(DecodeStageTest, AFileThatMayNotBeReadFailsWithTheSizeOfTheScan) {
  const std::string path = put_picture("a.jpg", 1);
  fs::permissions(path, fs::perms::none);
  std::optional<DecodeStage> stage;
  stage.emplace(open_reader(), model_, encoder_.preprocess());
  Candidate candidate;
  candidate.record.path = path;
  candidate.record.size_bytes = 23;
  std::variant<Square, Outcome> result;
  {
    const test::Unprivileged user(directory_.path());
    if (!user.holds()) GTEST_SKIP() << "this process cannot give up its rights";
    result = stage->process(candidate);
  }
  ASSERT_TRUE(std::holds_alternative<Outcome>(result));
  const store::ImageRecord& record = std::get<Outcome>(result).record;
  EXPECT_EQ(record.error_code, ErrorCode::unreadable);
  EXPECT_EQ(record.error, "cannot open the file: Permission denied");
  EXPECT_EQ(record.size_bytes, 23u) << "so that the next run sees the same file";
}

TEST_F(DecodeStageTest, AFileThatIsTooLargeFailsWithoutBeingRead) {
  const std::string path = put_text("a.jpg", "\xFF\xD8\xFF");
  ASSERT_EQ(::truncate(path.c_str(), (1LL << 30) + 1), 0);
  expect_failure(path, ErrorCode::too_large,
                 "the file is larger than the limit of 1073741824 bytes");
}

TEST_F(DecodeStageTest, ADamagedImageFailsWithWhatTheDecoderSays) {
  auto jpeg = clipdex::test::encode_picture(image::Format::jpeg);
  jpeg.resize(jpeg.size() / 8);
  expect_failure(put_bytes("a.jpg", jpeg), ErrorCode::corrupt,
                 "the JPEG data ends before the picture does");
  auto png = clipdex::test::encode_picture(image::Format::png);
  png.resize(png.size() / 2);
  expect_failure(put_bytes("b.png", png), ErrorCode::corrupt, "the png data is broken or cut off");
  expect_failure(put_text("c.ppm", "P6\n2 2\n255\nabc"), ErrorCode::corrupt,
                 "the PNM data ends before the picture does");
  EXPECT_NE(outcome_of(path_of("a.jpg")).record.hash, ContentHash{});
}

TEST_F(DecodeStageTest, AnImageOfTooManyPixelsFailsWithBothNumbers) {
  expect_failure(put_text("a.ppm", "P6\n900000 900000\n255\nabc"), ErrorCode::too_large,
                 "810000000000 pixels");
}

TEST_F(DecodeStageTest, AFailureOfOneFileDoesNotTouchTheNext) {
  DecodeStage stage(open_reader(), model_, encoder_.preprocess());
  Candidate bad;
  bad.record.path = put_text("a.jpg", "no image");
  Candidate good;
  good.record.path = put_picture("b.jpg", 1);
  EXPECT_TRUE(std::holds_alternative<Outcome>(stage.process(bad)));
  EXPECT_TRUE(std::holds_alternative<Square>(stage.process(good)));
}

}  // namespace
}  // namespace clipdex::indexer
