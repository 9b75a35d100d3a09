#include "indexer/scan.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <map>

#include "indexer/small_library.hpp"
#include "indexer/unprivileged.hpp"
#include "support/places.hpp"

namespace {
/// How many entries `readdir` still gives; below 0: no limit.
std::atomic<int> entries_left = -1;
}  // namespace

/// Stands before the one of the C library, as a disk that breaks while a folder is being listed.
extern "C" dirent* readdir(DIR* stream) {
  using Function = dirent* (*)(DIR*);
  static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "readdir"));
  if (entries_left == 0) {
    errno = EIO;
    return nullptr;
  }
  if (entries_left > 0) --entries_left;
  return next(stream);
}

namespace clipdex::indexer {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

store::Root root_at(std::string path, std::vector<std::string> excludes = {}) {
  store::Root root;
  root.id = 7;
  root.path = std::move(path);
  root.excludes = std::move(excludes);
  return root;
}

/// A folder of small files to walk through.
class ScanTest : public ::testing::Test {
 protected:
  void touch(const std::string& name) const {
    clipdex::test::write_text(directory_.path() / name, "x");
  }
  void touch(std::initializer_list<std::string> names) const {
    for (const std::string& name : names) touch(name);
  }
  std::string path_of(const std::string& name) const { return (directory_.path() / name).native(); }
  void link(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, directory_.path() / name);
  }

  /// Walks the scope; what was visited, relative to the root and in that order.
  std::vector<std::string> names() {
    files_.clear();
    report_ = scan(scope_, [&](ScannedFile&& file) {
      files_.push_back(file);
      return true;
    });
    EXPECT_EQ(report_.files, files_.size());
    std::vector<std::string> names;
    for (const ScannedFile& file : files_) {
      names.push_back(file.path.substr(scope_.root.path.size() + 1));
    }
    return names;
  }

  clipdex::test::TemporaryDirectory directory_;
  ScanScope scope_{root_at(directory_.path().native()), directory_.path().native()};
  ScanReport report_;
  std::vector<ScannedFile> files_;
};

TEST_F(ScanTest, TheOrderIsDepthFirstAndByBytes) {
  touch({"b.jpg", "a.jpg", "Z.jpg", "a/z.jpg", "a/B/x.jpg", "a-1.jpg", "\xc3\xa9.jpg", "10.jpg",
         "9.jpg"});
  EXPECT_THAT(names(), ElementsAre("10.jpg", "9.jpg", "Z.jpg", "a/B/x.jpg", "a/z.jpg", "a-1.jpg",
                                   "a.jpg", "b.jpg", "\xc3\xa9.jpg"));
  EXPECT_THAT(report_.unreadable, IsEmpty());
}

TEST_F(ScanTest, AFileComesWithItsRootItsSizeAndItsTime) {
  clipdex::test::write_text(directory_.path() / "a.jpg", "12345");
  names();
  ASSERT_EQ(files_.size(), 1u);
  EXPECT_EQ(files_[0].path, path_of("a.jpg"));
  EXPECT_EQ(files_[0].root_id, 7);
  EXPECT_EQ(files_[0].stamp.size_bytes, 5u);
  EXPECT_EQ(files_[0].stamp, test::stamp_of_path(path_of("a.jpg")));
}

TEST_F(ScanTest, AnyNameIsAFileWhetherItLooksLikeAnImageOrNot) {
  touch({"notes.txt", "README", "a.jpg"});
  EXPECT_THAT(names(), ElementsAre("README", "a.jpg", "notes.txt"));
}

TEST_F(ScanTest, AnEmptyFolderGivesNoFilesAndIsNotUnreadable) {
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_THAT(report_.unreadable, IsEmpty());
}

TEST_F(ScanTest, NamesOfAnyBytesComeAsTheyAre) {
  touch({"new\nline.jpg", "\xff\xfe.jpg", "a b.jpg", "quote'\".jpg", "\xff/x.jpg", "back\\.jpg"});
  EXPECT_THAT(names(), ElementsAre("a b.jpg", "back\\.jpg", "new\nline.jpg", "quote'\".jpg",
                                   "\xff/x.jpg", "\xff\xfe.jpg"));
}

TEST_F(ScanTest, AVisitorThatAnswersFalseEndsTheWalk) {
  touch({"a.jpg", "b/c.jpg", "b/d.jpg", "e.jpg"});
  std::vector<std::string> seen;
  const ScanReport report = scan(scope_, [&](ScannedFile&& file) {
    seen.push_back(file.path);
    return seen.size() < 2;
  });
  EXPECT_THAT(seen, ElementsAre(path_of("a.jpg"), path_of("b/c.jpg")));
  EXPECT_EQ(report.files, 2u);
}

TEST_F(ScanTest, AScopeThatIsNotThereOrIsNoFolderIsUnreadable) {
  touch("file");
  for (const std::string name : {"gone", "file"}) {
    scope_.folder = path_of(name);
    EXPECT_THAT(names(), IsEmpty());
    EXPECT_THAT(report_.unreadable, ElementsAre(path_of(name)));
  }
}

TEST_F(ScanTest, AFolderInsideARootIsWalkedAloneWithTheRootsPatterns) {
  touch({"a.jpg", "in/b.jpg", "in/draft/c.jpg", "in/d.jpg", "inside/e.jpg"});
  scope_.folder = path_of("in");
  scope_.root.excludes = {"/in/draft", "/d.jpg"};
  EXPECT_THAT(names(), ElementsAre("in/b.jpg", "in/d.jpg")) << "a leading / means the root's begin";
}

// --- what is left out ---

/// For each default pattern a name that it leaves out.
const std::map<std::string, std::string>& default_names() {
  static const std::map<std::string, std::string> names{
      {".git", ".git"},
      {".svn", ".svn"},
      {".hg", ".hg"},
      {"node_modules", "node_modules"},
      {"@eaDir", "@eaDir"},
      {"#recycle", "#recycle"},
      {"#snapshot", "#snapshot"},
      {"$RECYCLE.BIN", "$RECYCLE.BIN"},
      {".Trash", ".Trash"},
      {".Trash-*", ".Trash-1000"},
      {"lost+found", "lost+found"},
      {".thumbnails", ".thumbnails"},
      {"Thumbs.db", "Thumbs.db"},
      {".cache", ".cache"},
      {"__pycache__", "__pycache__"},
      {"System Volume Information", "System Volume Information"}};
  return names;
}

TEST_F(ScanTest, EachDefaultPatternLeavesItsFolderOutAtAnyDepthEvenWhenHiddenFilesAreIn) {
  scope_.root.hidden_files = true;
  touch("keep.jpg");
  for (const auto& [pattern, name] : default_names()) {
    SCOPED_TRACE(pattern);
    touch({name + "/a.jpg", "deep/er/" + name + "/b/c.jpg", "file/" + name});
    EXPECT_THAT(names(), ElementsAre("keep.jpg"));
  }
}

TEST_F(ScanTest, EveryDefaultPatternIsAmongThoseTested) {
  std::vector<std::string> tested;
  for (const auto& [pattern, name] : default_names()) tested.push_back(pattern);
  EXPECT_THAT(tested, ::testing::UnorderedElementsAreArray(default_excludes()));
}

TEST_F(ScanTest, NamesThatOnlyResembleADefaultPatternAreTaken) {
  scope_.root.hidden_files = true;
  touch({".github/a.jpg", "cache/a.jpg", "my node_modules/a.jpg", "Trash/a.jpg", "Thumbs.db.jpg"});
  EXPECT_EQ(names().size(), 5u);
}

TEST_F(ScanTest, HiddenFilesAndFoldersAreTakenOnlyWhenTheRootSaysSo) {
  touch({".a.jpg", ".b/c.jpg", "d/.e.jpg", "d/f.jpg", "g.h.jpg", "i..jpg"});
  EXPECT_THAT(names(), ElementsAre("d/f.jpg", "g.h.jpg", "i..jpg"));
  scope_.root.hidden_files = true;
  EXPECT_THAT(names(),
              ElementsAre(".a.jpg", ".b/c.jpg", "d/.e.jpg", "d/f.jpg", "g.h.jpg", "i..jpg"));
}

TEST_F(ScanTest, ARootInsideAHiddenFolderIsNotHiddenItself) {
  touch({".pictures/node_modules/a.jpg", ".pictures/node_modules/.b.jpg"});
  scope_.root.path = scope_.folder = path_of(".pictures/node_modules");
  EXPECT_THAT(names(), ElementsAre("a.jpg"));
}

TEST_F(ScanTest, TheUsersPatternsAreLeftOut) {
  touch({"2023/a.jpg", "2023/b.png", "2024/raw/c.jpg", "raw/d.jpg", "x/2023/e.jpg", "f.jpg"});
  scope_.root.excludes = {"*.png", "/2023", "raw/**"};
  EXPECT_THAT(names(), ElementsAre("f.jpg", "x/2023/e.jpg"));
  scope_.root.excludes = {path_of("x"), "202[4-9]", "?.png", ""};
  EXPECT_THAT(names(), ElementsAre("2023/a.jpg", "f.jpg", "raw/d.jpg"));
}

TEST(IsExcluded, PatternsApplyBelowTheRootOnly) {
  const store::Root root = root_at("/home/raw", {"raw", "/tmp"});
  EXPECT_FALSE(is_excluded(root, "/home/raw/a.jpg"));
  EXPECT_TRUE(is_excluded(root, "/home/raw/raw/a.jpg"));
  EXPECT_TRUE(is_excluded(root, "/home/raw/tmp/a.jpg"));
  EXPECT_FALSE(is_excluded(root, "/home/raw/x/tmp/a.jpg"));
}

TEST(IsExcluded, TheRootDirectoryOfTheSystemMayBeARoot) {
  const store::Root root = root_at("/", {"/proc"});
  EXPECT_TRUE(is_excluded(root, "/proc/a.jpg"));
  EXPECT_TRUE(is_excluded(root, "/.hidden"));
  EXPECT_TRUE(is_excluded(root, "/mnt/lost+found"));
  EXPECT_FALSE(is_excluded(root, "/mnt/proc/a.jpg"));
}

TEST(HasImageName, IsDecidedByTheExtensionInAnyCase) {
  for (const char* name : {"/a.jpg", "/a.JPEG", "/b.c.Png", "/a.heic", "/a.AVIF", "/a.webp",
                           "/a.tif", "/a.svg", "/a.CR3", "/a.dng", "/d.x/a.gif", "/\xff.bmp"}) {
    EXPECT_TRUE(has_image_name(name)) << name;
  }
  for (const char* name :
       {"/a", "/a.txt", "/a.jpg.bak", "/jpg", "/a.jpg/readme", "/a.", "/a.jpg ", "", "/a.mp4"}) {
    EXPECT_FALSE(has_image_name(name)) << name;
  }
}

// --- links, pipes and other things that are no files ---

TEST_F(ScanTest, LoopsOfLinksEndAndEachFileComesOnce) {
  touch({"a/b/c.jpg", "d.jpg"});
  link("..", "a/b/up");
  link(directory_.path(), "a/whole");
  link("self", "self");
  EXPECT_THAT(names(), ElementsAre("a/b/c.jpg", "d.jpg"));
  EXPECT_THAT(report_.unreadable, IsEmpty());
}

TEST_F(ScanTest, AFolderThatIsReachedTwiceIsEnteredWhereItComesFirst) {
  touch("real/a.jpg");
  link("real", "link");
  link("real", "z");
  EXPECT_THAT(names(), ElementsAre("link/a.jpg"));
}

TEST_F(ScanTest, LinksOutOfTheFolderAreFollowed) {
  const clipdex::test::TemporaryDirectory elsewhere;
  clipdex::test::write_text(elsewhere.path() / "in" / "a.jpg", "four");
  link(elsewhere.path() / "in", "folder");
  link(elsewhere.path() / "in" / "a.jpg", "file.jpg");
  EXPECT_THAT(names(), ElementsAre("file.jpg", "folder/a.jpg"));
  EXPECT_EQ(files_[0].stamp.size_bytes, 4u) << "of the file, not of the link";
}

TEST_F(ScanTest, WhatIsNoFileIsHandedOnWhenItsNamePromisesAnImage) {
  fs::create_directory(directory_.path() / "folder.jpg");
  touch("folder.jpg/inside.jpg");
  ASSERT_EQ(::mkfifo(path_of("pipe.jpg").c_str(), 0600), 0);
  link("nowhere", "dangling.jpg");
  link("loop.jpg", "loop.jpg");
  EXPECT_THAT(names(), ElementsAre("dangling.jpg", "folder.jpg", "folder.jpg/inside.jpg",
                                   "loop.jpg", "pipe.jpg"));
  EXPECT_EQ(files_[0].stamp, FileStamp{}) << "nothing is known of what is not there";
  EXPECT_THAT(report_.unreadable, IsEmpty());
}

TEST_F(ScanTest, WhatIsNoFileAndHasAnotherNameIsPassedOver) {
  fs::create_directory(directory_.path() / "folder");
  ASSERT_EQ(::mkfifo(path_of("pipe").c_str(), 0600), 0);
  link("nowhere", "dangling");
  link("loop", "loop");
  link("/dev/null", "device");
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_THAT(report_.unreadable, IsEmpty());
}

// --- folders that keep their content to themselves ---

TEST_F(ScanTest, AFolderThatMayNotBeListedIsReportedAndTheRestIsWalked) {
  touch({"a.jpg", "locked/b.jpg", "z.jpg"});
  fs::permissions(directory_.path() / "locked", fs::perms::none);
  {
    const test::Unprivileged user(directory_.path());
    if (!user.holds()) GTEST_SKIP() << "this process cannot give up its rights";
    EXPECT_THAT(names(), ElementsAre("a.jpg", "z.jpg"));
  }
  EXPECT_THAT(report_.unreadable, ElementsAre(path_of("locked")));
  fs::permissions(directory_.path() / "locked", fs::perms::owner_all);
}

TEST_F(ScanTest, AFolderWhoseEntriesMayNotBeLookedAtIsReportedOnce) {
  touch({"locked/below/a.jpg", "locked/b.jpg", "locked/c.jpg", "z.jpg"});
  fs::permissions(directory_.path() / "locked", fs::perms(0444));
  {
    const test::Unprivileged user(directory_.path());
    if (!user.holds()) GTEST_SKIP() << "this process cannot give up its rights";
    EXPECT_THAT(names(), ElementsAre("z.jpg"));
  }
  EXPECT_THAT(report_.unreadable, ElementsAre(path_of("locked")));
  fs::permissions(directory_.path() / "locked", fs::perms::owner_all);
}

TEST_F(ScanTest, ALinkIntoAFolderOutOfReachIsReportedSoThatItsRowsAreKept) {
  const clipdex::test::TemporaryDirectory elsewhere;
  clipdex::test::write_text(elsewhere.path() / "in" / "a.jpg", "x");
  fs::permissions(elsewhere.path(), fs::perms::none);
  touch("z.jpg");
  link(elsewhere.path() / "in", "folder");
  link(elsewhere.path() / "in" / "a.jpg", "picture.jpg");
  {
    const test::Unprivileged user(directory_.path());
    if (!user.holds()) GTEST_SKIP() << "this process cannot give up its rights";
    EXPECT_THAT(names(), ElementsAre("z.jpg"));
  }
  EXPECT_THAT(report_.unreadable, ElementsAre(path_of("folder"), path_of("picture.jpg")));
  fs::permissions(elsewhere.path(), fs::perms::owner_all);
}

TEST_F(ScanTest, AFolderWhoseListingBreaksOffIsReportedAndNotTakenForAShorterOne) {
  touch({"a.jpg", "b.jpg", "c.jpg"});
  entries_left = 3;
  EXPECT_THAT(names(), IsEmpty());
  entries_left = -1;
  EXPECT_THAT(report_.unreadable, ElementsAre(directory_.path().native()));
  EXPECT_EQ(names().size(), 3u) << "the next run finds it mended";
}

TEST_F(ScanTest, AFolderDeeperThanAPathMayBeLongIsReported) {
  const std::string name(200, 'd');
  fs::path folder = directory_.path();
  const int start = ::open(".", O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::chdir(folder.c_str()), 0);
  for (int i = 0; i < 25; ++i) {
    ASSERT_EQ(::mkdir(name.c_str(), 0700), 0);
    ASSERT_EQ(::chdir(name.c_str()), 0);
  }
  ASSERT_EQ(::fchdir(start), 0);
  ::close(start);
  EXPECT_THAT(names(), IsEmpty());
  ASSERT_EQ(report_.unreadable.size(), 1u);
  EXPECT_LT(report_.unreadable[0].size(), 4096u);
  EXPECT_TRUE(report_.unreadable[0].ends_with("/" + name));
}

}  // namespace
}  // namespace clipdex::indexer
