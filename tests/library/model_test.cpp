#include "clipdex/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>
#include <utility>

#include "model/package.hpp"
#include "support/library_scene.hpp"

namespace clipdex {
namespace {

namespace fs = std::filesystem;
using test::throws_error;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ModelTest : public test::LibraryScene {};

double length_of(const Embedding& vector) {
  double squares = 0;
  for (const float x : vector) squares += double{x} * double{x};
  return std::sqrt(squares);
}

TEST_F(ModelTest, TheDemoModelIsTheDefault) {
  const Model model("");
  EXPECT_EQ(model.name(), "demo");
  EXPECT_TRUE(model.is_demo());
  EXPECT_FALSE(Model(small_model().native()).is_demo());
}

TEST_F(ModelTest, TextsAndImagesBecomeUnitVectorsOfOneDimension) {
  Model model(small_model().native());
  const Embedding text = model.encode_text("a cat");
  const Embedding image = model.encode_image(test::album("photo_cat.jpg")).value_or_throw();
  EXPECT_EQ(text.size(), model.identity().dimension);
  EXPECT_EQ(image.size(), text.size());
  EXPECT_NEAR(length_of(text), 1, 1e-5);
  EXPECT_NEAR(length_of(image), 1, 1e-5);
  EXPECT_NE(text, model.encode_text("a dog"));
}

TEST_F(ModelTest, TheIdentityIsThatOfThePackage) {
  const Model model(small_model().native());
  const auto package = model::read_package(small_model()).value_or_throw();
  EXPECT_EQ(model.identity().hash, model::package_hash(package).value_or_throw());
  const Model other((test::test_models_directory() / "immich-other-seed").native());
  EXPECT_NE(other.identity(), model.identity());
}

TEST_F(ModelTest, ATextThatWasCutIsTold) {
  Model model(small_model().native());
  bool was_cut = true;
  model.encode_text("a cat", &was_cut);
  EXPECT_FALSE(was_cut);
  std::string text = "a";
  for (int i = 0; i < 300; ++i) text += " a";
  model.encode_text(text, &was_cut);
  EXPECT_TRUE(was_cut);
}

TEST_F(ModelTest, AFileThatIsNoImageIsAnErrorThatNamesIt) {
  Model model(small_model().native());
  test::write_text(home_ / "words.jpg", "no image at all");
  const Result<Embedding> words = model.encode_image(home_ / "words.jpg");
  ASSERT_FALSE(words);
  EXPECT_THAT(words.error().message, HasSubstr((home_ / "words.jpg").native() + ": "));
  const Result<Embedding> missing = model.encode_image(home_ / "missing.jpg");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr((home_ / "missing.jpg").native()));
}

TEST_F(ModelTest, WhatIsNoModelIsRefusedAtOnce) {
  EXPECT_THAT([] { Model("nosuch"); },
              throws_error(ErrorCode::not_found, "there is no model called 'nosuch'"));
  EXPECT_THAT([&] { Model(home_.native()); },
              throws_error(ErrorCode::unsupported, "is no model package that clipdex knows"));
}

TEST_F(ModelTest, OnlyTheTowerThatIsNeededIsLoaded) {
  const fs::path copy = test::copy_model("immich", home_);
  Model model(copy.native());
  test::write_text(copy / "visual/model.onnx", "broken");
  EXPECT_FALSE(model.encode_text("a cat").empty());
  EXPECT_THROW(model.encode_image(test::album("photo_cat.jpg")), Exception);
}

TEST_F(ModelTest, ManyThreadsGetTheSameVectors) {
  Model model(small_model().native());
  const Model alone(small_model().native());
  std::vector<Embedding> vectors(4);
  std::vector<ModelIdentity> identities(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    threads.emplace_back([&, i] {
      vectors[i] = model.encode_text("a cat");
      identities[i] = model.identity();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Embedding& vector : vectors) EXPECT_EQ(vector, vectors.front());
  for (const ModelIdentity& identity : identities) EXPECT_EQ(identity, alone.identity());
}

TEST_F(ModelTest, AMovedObjectKeepsItsModel) {
  Model first(small_model().native());
  const Embedding vector = first.encode_text("a cat");
  Model second(std::move(first));
  EXPECT_EQ(second.encode_text("a cat"), vector);
  Model third("");
  third = std::move(second);
  EXPECT_EQ(third.name(), "immich");
}

}  // namespace
}  // namespace clipdex
