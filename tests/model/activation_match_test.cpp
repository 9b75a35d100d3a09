#include "model/activation_match.hpp"

#include <gtest/gtest.h>

#include "support/graph_builder.hpp"

namespace clipdex::model {
namespace {

/// x → Relu → "v" → the activation → y.
class ActivationMatch : public ::testing::Test {
 protected:
  ActivationMatch() {
    build_.input("x", {2});
    build_.node("Relu", {"x"}, "v");
    build_.number("one", 1);
    build_.number("half", 0.5F);
    build_.number("root", 1.41421356F);
    build_.number("quick", 1.702F);
  }

  std::string found(const std::string& output = "y") {
    build_.output(output, {2});
    const auto activation = match_activation(build_.graph(), "v");
    return activation && activation->output == output ? activation->name : "";
  }

  test::GraphBuilder build_;
};

TEST_F(ActivationMatch, KnowsQuickGelu) {
  build_.node("Mul", {"v", "quick"}, "a");
  build_.node("Sigmoid", {"a"}, "b");
  build_.node("Mul", {"v", "b"}, "y");
  EXPECT_EQ(found(), "quick_gelu");
}

TEST_F(ActivationMatch, KnowsGeluInEveryOrder) {
  build_.node("Div", {"v", "root"}, "a");
  build_.node("Erf", {"a"}, "b");
  build_.node("Add", {"b", "one"}, "c");
  build_.node("Mul", {"v", "half"}, "d");
  build_.node("Mul", {"d", "c"}, "y");
  EXPECT_EQ(found(), "gelu");
}

TEST_F(ActivationMatch, KnowsTheOperator) {
  build_.node("Gelu", {"v"}, "y");
  EXPECT_EQ(found(), "gelu");
}

TEST_F(ActivationMatch, KnowsGeluByTanh) {
  build_.node("Pow", {"v", build_.number("three", 3)}, "a");
  build_.node("Mul", {"a", build_.number("small", 0.044715F)}, "b");
  build_.node("Add", {"v", "b"}, "c");
  build_.node("Mul", {"c", build_.number("pi", 0.7978845608F)}, "d");
  build_.node("Tanh", {"d"}, "e");
  build_.node("Add", {"e", "one"}, "f");
  build_.node("Mul", {"v", "half"}, "g");
  build_.node("Mul", {"g", "f"}, "y");
  EXPECT_EQ(found(), "gelu_tanh");
}

TEST_F(ActivationMatch, AnotherFactorIsAnotherFunction) {
  build_.node("Mul", {"v", build_.number("other", 1.71F)}, "a");
  build_.node("Sigmoid", {"a"}, "b");
  build_.node("Mul", {"v", "b"}, "y");
  EXPECT_EQ(found(), "");
}

TEST_F(ActivationMatch, WhatOthersTakeStays) {
  build_.node("Mul", {"v", "quick"}, "a");
  build_.node("Sigmoid", {"a"}, "b");
  build_.node("Mul", {"v", "b"}, "y");
  build_.node("Neg", {"b"}, "outside");
  EXPECT_EQ(found(), "");
}

}  // namespace
}  // namespace clipdex::model
