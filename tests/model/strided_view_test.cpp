#include "model/strided_view.hpp"

#include <gtest/gtest.h>

namespace clipdex::model {
namespace {

using Dims = std::vector<std::int64_t>;

TEST(StridedView, DifferentChainsThatDoTheSameAreEqual) {
  StridedView direct = StridedView::whole(Dims{3, 7, 8});
  ASSERT_TRUE(direct.reshape(Dims{3, 7, 2, 4}));
  ASSERT_TRUE(direct.transpose(Dims{0, 2, 1, 3}));
  // By way of the rows in front, as PyTorch's attention does it.
  StridedView around = StridedView::whole(Dims{3, 7, 8});
  ASSERT_TRUE(around.transpose(Dims{1, 0, 2}));
  ASSERT_TRUE(around.reshape(Dims{7, 6, 4}));
  ASSERT_TRUE(around.transpose(Dims{1, 0, 2}));
  ASSERT_TRUE(around.reshape(Dims{3, 2, 7, 4}));
  EXPECT_EQ(direct, around);
  EXPECT_EQ(direct.dims(), (Dims{3, 2, 7, 4}));
}

TEST(StridedView, HeadsAndDepthSwappedAreAnotherView) {
  StridedView one = StridedView::whole(Dims{3, 7, 16});
  StridedView other = one;
  ASSERT_TRUE(one.reshape(Dims{3, 7, 4, 4}) && one.transpose(Dims{0, 2, 1, 3}));
  ASSERT_TRUE(other.reshape(Dims{3, 7, 4, 4}) && other.transpose(Dims{0, 3, 1, 2}));
  EXPECT_EQ(one.dims(), other.dims());
  EXPECT_NE(one, other);
}

TEST(StridedView, APartOfAnAxisBeginsElsewhere) {
  StridedView first = StridedView::whole(Dims{2, 12});
  StridedView second = first;
  ASSERT_TRUE(first.slice(1, 0, 4));
  ASSERT_TRUE(second.slice(1, 4, 8));
  EXPECT_NE(first, second);
  StridedView parts = StridedView::whole(Dims{2, 12});
  ASSERT_TRUE(parts.reshape(Dims{2, 3, 4}) && parts.slice(1, 1, 2) && parts.reshape(Dims{2, 4}));
  EXPECT_EQ(parts, second);
}

TEST(StridedView, AxesOfOneItemComeAndGo) {
  StridedView view = StridedView::whole(Dims{2, 1, 3});
  ASSERT_TRUE(view.reshape(Dims{1, 2, 3, 1}));
  ASSERT_TRUE(view.reshape(Dims{2, 3}));
  EXPECT_EQ(view, StridedView::whole(Dims{2, 3}));
}

TEST(StridedView, SaysWhatItCannotShow) {
  const StridedView whole = StridedView::whole(Dims{2, 3});
  for (const Dims& dims : {Dims{4}, Dims{3, 3}, Dims{2, 0}, Dims{2, 3, 2}, Dims{}}) {
    StridedView view = whole;
    EXPECT_FALSE(view.reshape(dims)) << dims.size();
  }
  StridedView view = whole;
  EXPECT_FALSE(view.transpose(Dims{0}));
  EXPECT_FALSE(view.transpose(Dims{0, 2}));
  EXPECT_FALSE(view.slice(2, 0, 1));
  EXPECT_FALSE(view.slice(1, 1, 1));
  EXPECT_FALSE(view.slice(1, 2, 4));
  ASSERT_TRUE(view.transpose(Dims{1, 0}) && view.reshape(Dims{6}));
  EXPECT_FALSE(view.slice(0, 1, 3)) << "items that do not step on evenly";
}

}  // namespace
}  // namespace clipdex::model
