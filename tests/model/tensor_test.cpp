#include "model/tensor.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace clipdex::model {
namespace {

using ::testing::ElementsAre;

TEST(Tensor, FloatsComeBackAsTheyWentIn) {
  const std::vector<float> items{1, -2.5F, 0, 3};
  const auto tensor = float_tensor(items, {2, 2});
  EXPECT_EQ(dims_of(tensor), (Dims{2, 2}));
  EXPECT_EQ(floats_of(tensor), items);
  EXPECT_FALSE(integers_of(tensor));
}

TEST(Tensor, HalvesBecomeFloats) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::FLOAT16);
  tensor.add_dims(6);
  for (const int half : {0x3C00, 0xC000, 0x0001, 0x7BFF, 0x8000, 0x7C00})
    tensor.add_int32_data(half);
  EXPECT_THAT(*floats_of(tensor), ElementsAre(1.0F, -2.0F, std::ldexp(1.0F, -24), 65504.0F, -0.0F,
                                              std::numeric_limits<float>::infinity()));
}

TEST(Tensor, IntegersOfBothSizesAreRead) {
  EXPECT_EQ(integers_of(integer_tensor(std::vector<std::int64_t>{7, -1}, {2})), (Dims{7, -1}));
  EXPECT_EQ(integers_of(int32_tensor(std::vector<std::int32_t>{5}, {})), Dims{5});
}

TEST(Tensor, DataThatDoesNotFillTheShapeIsNotRead) {
  EXPECT_FALSE(floats_of(float_tensor(std::vector<float>{1, 2}, {3})));
  onnx::TensorProto typed;
  typed.set_data_type(onnx::TensorProto::FLOAT);
  typed.add_dims(2);
  typed.add_float_data(1);
  EXPECT_FALSE(floats_of(typed));
  typed.add_float_data(2);
  EXPECT_THAT(*floats_of(typed), ElementsAre(1, 2));
}

TEST(Tensor, ACausalMaskHidesExactlyWhatComesBehind) {
  constexpr float kLowest = std::numeric_limits<float>::lowest();
  constexpr float kInfinite = -std::numeric_limits<float>::infinity();
  EXPECT_TRUE(is_causal_mask(std::vector<float>{0, kLowest, 0, 0}, 2));
  EXPECT_TRUE(is_causal_mask(std::vector<float>{0, kInfinite, 0, 0, 0, -1e4F, 0, 0}, 2));
  EXPECT_FALSE(is_causal_mask(std::vector<float>{0, 0, 0, 0}, 2));
  EXPECT_FALSE(is_causal_mask(std::vector<float>{0, kLowest, -1, 0}, 2));
  EXPECT_FALSE(is_causal_mask(std::vector<float>{0, std::nanf(""), 0, 0}, 2));
  EXPECT_FALSE(is_causal_mask(std::vector<float>{0}, 1));
  EXPECT_FALSE(is_causal_mask(std::vector<float>{0, kLowest, 0}, 2));
}

TEST(Tensor, AttributesComeBackOrGiveWhatStandsInForThem) {
  onnx::NodeProto node;
  set_attribute(node, "axis", std::int64_t{-1});
  set_attribute(node, "epsilon", 0.5F);
  set_attribute(node, "mode", std::string_view("tanh"));
  set_attribute(node, "perm", Dims{1, 0});
  EXPECT_EQ(int_attribute(node, "axis", 3), -1);
  EXPECT_EQ(int_attribute(node, "other", 3), 3);
  EXPECT_EQ(float_attribute(node, "epsilon", 1), 0.5F);
  EXPECT_EQ(text_attribute(node, "mode"), "tanh");
  EXPECT_EQ(text_attribute(node, "other"), "");
  EXPECT_EQ(ints_attribute(node, "perm"), (Dims{1, 0}));
}

}  // namespace
}  // namespace clipdex::model
