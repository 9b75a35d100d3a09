/// How an object that is destroyed makes sure that none of its callbacks runs afterwards.
#pragma once

#include <mutex>

namespace clipdex::dds {

/// Lets callbacks through, one at a time, until it is closed. Thread-safe.
///
/// Closing waits for the callback that is running, so whoever closes must hold no lock that the
/// callback takes. A callback may close its own gate; it runs to its end, and no further one does.
class CallbackGate {
 public:
  /// Calls `callback` while the gate is open. @return whether it was
  template <class Callback>
  bool pass(Callback&& callback) {
    const std::lock_guard lock(mutex_);
    if (open_) callback();
    return open_;
  }

  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }

 private:
  std::recursive_mutex mutex_;  // Recursive, for a callback that closes its own gate.
  bool open_ = true;
};

}  // namespace clipdex::dds
