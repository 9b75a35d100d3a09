/// The client side of encoding: one or several action servers of `GetFeatures` behind one blocking
/// call that loses no item.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "clipdex/error.hpp"
#include "clipdex/types.hpp"
#include "dds/node.hpp"
#include "nodes/item_encoder.hpp"

namespace clipdex::nodes {

struct EncoderPoolOptions {
  ItemEncoder::Kind kind = ItemEncoder::Kind::image;
  std::vector<std::string> actions;  ///< names of action servers, at least one

  /// How long to wait for a server to come or to come back, and for one that is there to say
  /// anything.
  std::chrono::milliseconds timeout{30'000};

  // What follows is for tests; the defaults suit every network.
  std::chrono::milliseconds quiet_min{5'000};  ///< a goal that had feedback may pause this long
  std::chrono::milliseconds settle{250};       ///< feedback may come this long after the result
  std::chrono::milliseconds rest{500};         ///< before a server that refused is asked again
};

/// What became of one item.
struct RemoteAnswer {
  Result<Embedding> vector;            ///< of unit length, whatever the server sent
  std::optional<ModelIdentity> label;  ///< as the server said it; old servers say none
  std::string server;                  ///< the name of its action
};

/// Sends items to servers and collects what they say. The rules:
///
/// - An item is answered by feedback, with a vector or a reason. Results of goals carry nothing
///   that is needed, so servers that never send one do as well as others.
/// - Items of a goal that ended, or has long been quiet, without a word about them are sent again,
///   three times at most; then their answer is an error.
/// - Goals of a server that went away or says nothing go to the others, or wait for its return.
/// - Feedback of a goal that is over goes nowhere.
///
/// Thread-safe: each calling thread has one goal in flight, at the server with the fewest.
class EncoderPool {
 public:
  static constexpr std::size_t kItemsMax = 32;  ///< of one goal
  static constexpr int kResendsMax = 3;         ///< of one item that got no answer

  /// Throws `invalid_argument` for no servers, one that is named twice, or a name that cannot be.
  EncoderPool(dds::Node& node, EncoderPoolOptions options);
  ~EncoderPool();
  EncoderPool(const EncoderPool&) = delete;
  EncoderPool& operator=(const EncoderPool&) = delete;

  /// Absolute names of the servers, in the order given.
  const std::vector<std::string>& servers() const noexcept;

  /// Waits until a server is there; then a little longer for the others, if there are any.
  /// @return the places in `servers()` of those that are there; at least one
  /// Throws `not_found` when none comes within the time-out.
  std::vector<std::size_t> wait_for_servers();

  /// One answer per item, in order. Blocks until all are there. Throws `not_found` (no server came
  /// or came back), `busy` (they take goals and say nothing, or refuse them), the server's own
  /// error when it gives up one goal after the other, and `stopped`.
  std::vector<RemoteAnswer> encode(std::span<const std::string> items);

  /// As `encode`, at one server only. Items that are open when it goes away have `not_found`.
  std::vector<RemoteAnswer> encode_at(std::size_t server, std::span<const std::string> items);

  /// From now on nothing waits long: calls of `encode` end when what they have in flight is
  /// answered, or throw `stopped` instead of waiting.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex::nodes
