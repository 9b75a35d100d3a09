/// Another process in the graph of a test: `dds_test_peer`, built from tests/dds/peer.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <initializer_list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace clipdex::test {

/// A running peer. It is told what to do by lines on its stdin, and tells what it sees by lines on
/// its stdout. Killed at the end, if it has not ended before.
class Peer {
 public:
  /// Starts `dds_test_peer ARGUMENTS...`; see peer/main.cpp for what there is.
  explicit Peer(std::initializer_list<std::string> arguments);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void tell(const std::string& line);

  /// Waits until a line has come that begins with `start`. @return the line; empty if none came
  std::string wait_for_line(const std::string& start) const;

  /// All lines so far that begin with `start`.
  std::vector<std::string> lines(const std::string& start = "") const;

  /// Sends the process a signal.
  void signal(int number) const;

  /// Ends the process as a crash or the kernel would: without a word to anyone.
  void kill();

  /// Closes its stdin, on which it ends by itself. @return its exit status, -1 if it was killed
  int finish();

 private:
  std::string find(const std::string& start) const;
  void read_lines();

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> lines_;
  bool ended_ = false;  ///< its stdout is closed
  std::thread reader_;
};

}  // namespace clipdex::test
