#include "base/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/worker_group.hpp"

namespace clipdex {
namespace {

TEST(BoundedQueue, ItemsComeOutInOrderAndTheRestAfterClosing) {
  BoundedQueue<int> queue("numbers", 4);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  queue.close();
  EXPECT_FALSE(queue.push(3));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_FALSE(queue.is_drained());
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_TRUE(queue.is_drained());
}

TEST(BoundedQueue, AFullQueueMakesTheProducerWaitUntilItIsCancelled) {
  BoundedQueue<int> queue("numbers", 1);
  ASSERT_TRUE(queue.push(1));
  bool pushed = true;
  std::thread producer([&] { pushed = queue.push(2); });
  queue.cancel();
  producer.join();
  EXPECT_FALSE(pushed);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

TEST(WorkerGroup, TheFirstFailureReachesTheOwnerAndReleasesTheOthers) {
  BoundedQueue<int> queue("numbers", 1);
  WorkerGroup workers([&] { queue.cancel(); });
  workers.start([&] { (void)queue.pop(); });
  workers.start([] { throw std::runtime_error("broken"); });
  EXPECT_THROW(workers.join_and_rethrow(), std::runtime_error);
}

}  // namespace
}  // namespace clipdex
