#include "indexer/encode_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "store/rows.hpp"
#include "support/fake_encoders.hpp"

namespace clipdex::indexer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A square of one colour whose file is called like its number.
Square square(int number) {
  Square square;
  square.candidate.record.path = std::to_string(number);
  square.candidate.known_id = number * 10;
  square.pixels = {8, 8, std::vector<std::uint8_t>(8 * 8 * 3, static_cast<std::uint8_t>(number))};
  return square;
}

Embedding grey_vector(int number) { return clipdex::test::colour_vector(number, number, number); }

std::vector<std::string> paths_of(const std::vector<Square>& squares) {
  std::vector<std::string> paths;
  for (const Square& square : squares) paths.push_back(square.candidate.record.path);
  return paths;
}

TEST(TakeBatch, IsFullWhenEnoughSquaresWait) {
  BoundedQueue<Square> squares("squares", 10);
  for (int i = 0; i < 5; ++i) squares.push(square(i));
  EXPECT_THAT(paths_of(take_batch(squares, 3)), ElementsAre("0", "1", "2"));
}

TEST(TakeBatch, IsSmallRatherThanWaitingForMore) {
  BoundedQueue<Square> squares("squares", 10);
  squares.push(square(0));
  squares.push(square(1));
  EXPECT_THAT(paths_of(take_batch(squares, 8)), ElementsAre("0", "1"));
}

TEST(TakeBatch, WaitsForAFirstSquare) {
  BoundedQueue<Square> squares("squares", 10);
  std::thread producer([&] { squares.push(square(7)); });
  EXPECT_THAT(paths_of(take_batch(squares, 8)), ElementsAre("7"));
  producer.join();
}

TEST(TakeBatch, DrainsAClosedQueueAndThenIsEmpty) {
  BoundedQueue<Square> squares("squares", 10);
  for (int i = 0; i < 3; ++i) squares.push(square(i));
  squares.close();
  EXPECT_THAT(paths_of(take_batch(squares, 2)), ElementsAre("0", "1"));
  EXPECT_THAT(paths_of(take_batch(squares, 2)), ElementsAre("2"));
  EXPECT_THAT(take_batch(squares, 2), IsEmpty());
}

TEST(EncodeBatch, MakesOneCallAndGivesEachFileItsOwnVector) {
  clipdex::test::FakeImageEncoder encoder;
  std::vector<Square> batch;
  for (const int number : {200, 10, 90}) batch.push_back(square(number));
  batch[1].candidate.record.width = 640;
  const std::vector<Outcome> outcomes = encode_batch(encoder, std::move(batch));
  EXPECT_THAT(encoder.batch_sizes(), ElementsAre(3));
  ASSERT_EQ(outcomes.size(), 3u);
  std::size_t i = 0;
  for (const int number : {200, 10, 90}) {
    EXPECT_EQ(outcomes[i].verdict, Verdict::encoded);
    EXPECT_EQ(outcomes[i].record.path, std::to_string(number));
    EXPECT_EQ(outcomes[i].known_id, number * 10);
    EXPECT_EQ(outcomes[i].vector, grey_vector(number));
    ++i;
  }
  EXPECT_EQ(outcomes[1].record.width, 640);
  EXPECT_EQ(outcomes[1].record.state, store::ImageState::ready);
}

TEST(EncodeBatch, OfNothingGivesNothing) {
  clipdex::test::FakeImageEncoder encoder;
  EXPECT_THAT(encode_batch(encoder, {}), IsEmpty());
}

TEST(EncodeBatch, PassesOnWhatTheEncoderThrows) {
  clipdex::test::FakeImageEncoder encoder;
  encoder.fail_after(0, {ErrorCode::corrupt, "the graph gives no finite vector"});
  std::vector<Square> batch;
  batch.push_back(square(1));
  const Error error = store::test::error_of([&] { encode_batch(encoder, std::move(batch)); });
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_EQ(error.message, "the graph gives no finite vector");
}

}  // namespace
}  // namespace clipdex::indexer
