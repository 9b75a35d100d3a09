#include "support/failing_disk.hpp"

#include <sqlite3.h>

#include <limits>
#include <map>
#include <mutex>

namespace clipdex::test {
namespace {

constexpr int kUnlimited = std::numeric_limits<int>::max();
constexpr const char* kName = "clipdex-failing-disk";

/// Guards everything below, except the real disk itself.
std::mutex mutex;
int writes_left = kUnlimited;
bool has_failed = false;
sqlite3_vfs* real_disk = nullptr;
sqlite3_vfs failing_disk;

/// The methods of an open file as SQLite's own system layer has them, by the address of our copy.
std::map<const sqlite3_io_methods*, const sqlite3_io_methods*> real_methods;
/// Our copies, by the address of the originals.
std::map<const sqlite3_io_methods*, sqlite3_io_methods> copies;

int write_or_fail(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const sqlite3_io_methods* real = nullptr;
  {
    const std::lock_guard lock(mutex);
    if (writes_left == 0) {
      has_failed = true;
      return SQLITE_FULL;
    }
    if (writes_left != kUnlimited) --writes_left;
    real = real_methods.at(file->pMethods);
  }
  return real->xWrite(file, bytes, size, offset);
}

int open_file(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* flags_out) {
  const int code = real_disk->xOpen(real_disk, name, file, flags, flags_out);
  if (code != SQLITE_OK) return code;
  const std::lock_guard lock(mutex);
  const auto [entry, is_new] = copies.try_emplace(file->pMethods, *file->pMethods);
  if (is_new) {
    entry->second.xWrite = write_or_fail;
    real_methods[&entry->second] = file->pMethods;
  }
  file->pMethods = &entry->second;
  return SQLITE_OK;
}

}  // namespace

FailingDisk::FailingDisk() {
  make_room();
  real_disk = sqlite3_vfs_find(nullptr);
  failing_disk = *real_disk;
  failing_disk.zName = kName;
  failing_disk.xOpen = open_file;
  sqlite3_vfs_register(&failing_disk, 1);
}

FailingDisk::~FailingDisk() {
  sqlite3_vfs_unregister(&failing_disk);
  sqlite3_vfs_register(real_disk, 1);
}

void FailingDisk::run_full_after(int writes) {
  const std::lock_guard lock(mutex);
  writes_left = writes;
  has_failed = false;
}

void FailingDisk::make_room() {
  const std::lock_guard lock(mutex);
  writes_left = kUnlimited;
}

bool FailingDisk::ran_full() const {
  const std::lock_guard lock(mutex);
  return has_failed;
}

}  // namespace clipdex::test
