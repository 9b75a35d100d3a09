/// A disk that runs full at a chosen write.
#pragma once

namespace clipdex::test {

/// While it lives, every SQLite file that this process opens is on a disk that `run_full_after` can
/// fill. One at a time. Any number of threads may work with such files; make it and end it while
/// none does.
class FailingDisk {
 public:
  FailingDisk();
  ~FailingDisk();
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  /// Lets `writes` more writes succeed; each one after them finds no room.
  void run_full_after(int writes);
  /// Makes room again.
  void make_room();
  /// Whether a write has failed since `run_full_after`.
  bool ran_full() const;
};

}  // namespace clipdex::test
