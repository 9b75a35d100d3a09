/// The work behind an action server that encodes: goals in, vectors and reasons out.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "dds/action_server.hpp"
#include "dds/clip_messages.hpp"
#include "dds/node.hpp"
#include "nodes/goal_schedule.hpp"
#include "nodes/item_encoder.hpp"

namespace clipdex::nodes {

struct EncodeServiceOptions {
  std::size_t threads = 1;      ///< that encode; at least 1
  std::size_t goals_max = 256;  ///< taken in and not ended; further ones are rejected
};

/// An action server of `GetFeatures`. Threads of its own encode; the goals of all clients take
/// turns, one batch each, so that a long goal does not keep a short one waiting.
///
/// Every item is answered by one feedback, in no fixed order: with its vector, or with an empty one
/// and the reason in `extra`, whose other words are the model, the dimension and the item's place
/// in the goal. `current_progress` never goes back. Then the goal ends:
/// - as succeeded when every item was answered; `success` says whether all have vectors, and
///   `error_code` is that of the first item in the goal's list that has none;
/// - as cancelled, with `stopped`, at the next batch after the client asked for it;
/// - as aborted when the model fails, with that error, or at the end of the service, with
/// `stopped`.
class EncodeService {
 public:
  /// Offers the action at once. `encoder` must outlive the service. Throws as `ActionServer`.
  EncodeService(dds::Node& node, std::string_view action, ItemEncoder& encoder,
                const EncodeServiceOptions& options);
  /// Finishes the batches that are being encoded, and aborts the other goals.
  ~EncodeService();
  EncodeService(const EncodeService&) = delete;
  EncodeService& operator=(const EncodeService&) = delete;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace clipdex::nodes
