/// One writer at a time, across processes: a lock on `FILE.lock` beside the library.
#pragma once

#include <filesystem>

namespace clipdex::store {

/// Holds the writer lock of a library for as long as it lives. Movable.
///
/// The lock is flock(2) on the file's open description: the kernel releases it when the process
/// ends, however it ends, and a second lock within the same process is refused as well. The lock
/// file stays where it is, because removing it would let two processes lock two files of the same
/// name. In it stand the process id, the command and the time of whoever holds it, for the message
/// of those who do not.
class WriterLock {
 public:
  /// Takes the lock or throws `Exception` at once: `busy` naming the process that has it, or
  /// `write_failed` or `disk_full` when the lock file cannot be written.
  explicit WriterLock(const std::filesystem::path& library);
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  ~WriterLock();

 private:
  int descriptor_ = -1;
};

}  // namespace clipdex::store
