/// How a long operation tells where it is, and how its caller stops it.
#pragma once

#include <cstdint>
#include <functional>

namespace clipdex {

/// What an operation is doing; indexing scans and stores at the same time, and reports `store`.
enum class Stage { scan, store, finish };

/// A snapshot of a running operation.
struct Progress {
  Stage stage = Stage::scan;
  std::uint64_t done = 0;         ///< files that need no more work in this run
  std::uint64_t total = 0;        ///< files seen so far; final once `total_is_final`
  bool total_is_final = false;    ///< the scan is over, so time left can be told
  std::uint64_t failed = 0;       ///< files of this run that could not be indexed
  double encoded_per_second = 0;  ///< images encoded per second since the first one; 0 before it
};

enum class ProgressReply { go_on, stop };

/// Called from one thread at a time, at least every 200 ms while work goes on. Answering `stop`
/// lets the operation finish what is in flight, commit it and return normally with what was done.
/// Must not throw.
using ProgressCallback = std::function<ProgressReply(const Progress&)>;

}  // namespace clipdex
