#include "dds/shared_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <thread>

#include "support/places.hpp"

namespace clipdex::dds {
namespace {

using ::testing::AllOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Optional;

class SharedMemoryTest : public ::testing::Test {
 protected:
  /// A segment whose first word says how far its maker came.
  void put(const std::string& name, std::uint32_t state, std::size_t bytes = 64) {
    std::string content(bytes, '\0');
    if (bytes >= sizeof(state))
      content.replace(0, sizeof(state), reinterpret_cast<char*>(&state), 4);
    std::ofstream(directory_.path() / name, std::ios::binary) << content;
  }
  std::optional<std::string> problem(std::uint32_t domain) {
    return shared_memory_problem(domain, directory_.path());
  }

  test::TemporaryDirectory directory_;
};

TEST_F(SharedMemoryTest, WithoutSegmentsThereIsNoProblem) {
  EXPECT_THAT(problem(0), Eq(std::nullopt));
}

TEST_F(SharedMemoryTest, ADirectoryThatDoesNotExistIsNoProblem) {
  EXPECT_THAT(shared_memory_problem(0, directory_.path() / "absent"), Eq(std::nullopt));
}

TEST_F(SharedMemoryTest, ASoundSegmentIsNoProblem) {
  put("fastrtps_port7410", 2);
  EXPECT_THAT(problem(0), Eq(std::nullopt));
}

TEST_F(SharedMemoryTest, AHalfMadePortIsNamed) {
  put("fastrtps_port7411", 1);
  EXPECT_THAT(problem(0), Optional(AllOf(HasSubstr("fastrtps_port7411"), HasSubstr("half made"))));
}

TEST_F(SharedMemoryTest, AnEmptyPortIsHalfMade) {
  put("fastrtps_port7411", 0, 0);
  EXPECT_THAT(problem(0), Optional(HasSubstr("fastrtps_port7411")));
}

TEST_F(SharedMemoryTest, PortsOfOtherDomainsAndOtherFilesDoNotMatter) {
  put("fastrtps_port7399", 0);
  put("fastrtps_port7650", 0);        // Domain 1.
  put("fastrtps_port7411_el", 0, 0);  // A lock.
  put("fastrtps_0123456789abcdef", 0);
  put("something_else", 0);
  EXPECT_THAT(problem(0), Eq(std::nullopt));
  EXPECT_THAT(problem(1), Optional(HasSubstr("fastrtps_port7650")));
}

TEST_F(SharedMemoryTest, APortThatIsBeingMadeIsWaitedFor) {
  put("fastrtps_port7411", 1);
  std::thread maker([&] { put("fastrtps_port7411", 2); });
  const auto found = problem(0);
  maker.join();
  EXPECT_THAT(found, Eq(std::nullopt));
}

TEST_F(SharedMemoryTest, TooLittleRoomIsAProblem) {
  if (!std::filesystem::exists("/proc/self")) GTEST_SKIP() << "there is no /proc here";
  // A file system on which nothing is ever free.
  EXPECT_THAT(shared_memory_problem(0, "/proc/self"), ::testing::Ne(std::nullopt));
}

}  // namespace
}  // namespace clipdex::dds
