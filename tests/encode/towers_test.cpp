#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "encode/encoders.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

TEST(Towers, LoadEachTowerOnlyWhenItIsAskedFor) {
  const test::TemporaryDirectory directory;
  const auto copy = test::copy_model("immich", directory.path());
  const model::Package package = model::read_package(copy).value_or_throw();
  test::write_text(copy / "visual/model.onnx", "broken");
  const auto towers = make_towers(package, Tuning::latency);
  EXPECT_EQ(towers->text().dimension(), 16U);
  EXPECT_THROW(towers->image(), Exception);
}

TEST(Towers, TryAgainAfterAFailure) {
  const test::TemporaryDirectory directory;
  const auto copy = test::copy_model("immich", directory.path());
  const auto towers = make_towers(model::read_package(copy).value_or_throw(), Tuning::throughput);
  std::filesystem::rename(copy / "visual/model.onnx", copy / "aside");
  EXPECT_THROW(towers->image(), Exception);
  std::filesystem::rename(copy / "aside", copy / "visual/model.onnx");
  EXPECT_EQ(towers->image().dimension(), 16U);
}

TEST(Towers, GiveOneObjectToAllThreads) {
  const auto package =
      model::read_package(test::test_models_directory() / "immich").value_or_throw();
  const auto towers = make_towers(package, Tuning::throughput);
  std::vector<ImageEncoder*> seen(4);
  std::vector<std::thread> threads;
  for (ImageEncoder*& encoder : seen) {
    threads.emplace_back([&] { encoder = &towers->image(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const ImageEncoder* encoder : seen) EXPECT_EQ(encoder, seen.front());
}

}  // namespace
}  // namespace clipdex::encode
