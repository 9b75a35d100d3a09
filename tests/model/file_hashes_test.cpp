#include "model/file_hashes.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <thread>

#include "base/hash.hpp"
#include "support/cache_home.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::model {
namespace {

using ::testing::HasSubstr;

class FileHashes : public ::testing::Test {
 protected:
  /// Writes a file whose time of change is always the same, and long past.
  std::filesystem::path write(const std::string& name, std::string_view text) {
    const auto path = files_.path() / name;
    test::write_text(path, text);
    const timespec old{.tv_sec = 1'000'000'000, .tv_nsec = 0};
    const timespec times[2] = {old, old};
    ::utimensat(AT_FDCWD, path.c_str(), times, 0);
    return path;
  }

  std::string hash(const std::filesystem::path& path) {
    return file_hashes(std::span(&path, 1)).value_or_throw().front();
  }

  std::filesystem::path memory() const { return cache_.path() / "clipdex/model_file_hashes.txt"; }

  test::TemporaryCacheHome cache_;
  test::TemporaryDirectory files_;
};

TEST_F(FileHashes, AreThoseOfTheContentInTheOrderAskedFor) {
  const std::vector<std::filesystem::path> paths{write("b", "two"), write("a", "one")};
  const auto hashes = file_hashes(paths).value_or_throw();
  EXPECT_THAT(hashes, ::testing::ElementsAre(sha256_hex("two"), sha256_hex("one")));
}

TEST_F(FileHashes, AreRememberedByDeviceInodeSizeAndTime) {
  const auto path = write("a", "one");
  EXPECT_EQ(hash(path), sha256_hex("one"));
  write("a", "two");  // The same inode, size and time: only a read could tell.
  EXPECT_EQ(hash(path), sha256_hex("one"));
  write("a", "three");
  EXPECT_EQ(hash(path), sha256_hex("three"));
}

TEST_F(FileHashes, OfAFileThatJustChangedAreNotRemembered) {
  const auto path = files_.path() / "fresh";
  test::write_text(path, "one");
  EXPECT_EQ(hash(path), sha256_hex("one"));
  EXPECT_FALSE(std::filesystem::exists(memory()));
}

TEST_F(FileHashes, DoNotNeedTheMemory) {
  const auto path = write("a", "one");
  test::write_text(memory(), "\xFF\nnonsense 1 2\n1 2 3 4 5\n" + std::string(3000, '9'));
  EXPECT_EQ(hash(path), sha256_hex("one")) << "with a broken memory";
  std::filesystem::remove_all(memory().parent_path());
  test::write_text(memory().parent_path(), "a file where the directory should be");
  EXPECT_EQ(hash(path), sha256_hex("one")) << "with a memory that cannot be written";
}

TEST_F(FileHashes, ForgetTheOldestBeyondTheLimit) {
  std::vector<std::filesystem::path> paths;
  for (int number = 0; number < 600; ++number) paths.push_back(write(std::to_string(number), "x"));
  ASSERT_TRUE(file_hashes(paths));
  const std::string text = test::read_text(memory());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 512);
}

TEST_F(FileHashes, MayBeAskedForByManyThreads) {
  std::vector<std::filesystem::path> paths;
  for (int number = 0; number < 8; ++number) {
    paths.push_back(write(std::to_string(number), std::to_string(number)));
  }
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) EXPECT_EQ(hash(paths[3]), sha256_hex("3"));
      EXPECT_TRUE(file_hashes(paths));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(FileHashes, SayWhichFileIsMissing) {
  const std::vector<std::filesystem::path> paths{write("a", "one"), files_.path() / "gone"};
  const auto hashes = file_hashes(paths);
  ASSERT_FALSE(hashes);
  EXPECT_EQ(hashes.error().code, ErrorCode::not_found);
  EXPECT_THAT(hashes.error().message, HasSubstr((files_.path() / "gone").native()));
}

}  // namespace
}  // namespace clipdex::model
