#include "model/file_hashes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/directories.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"

namespace clipdex::model {
namespace {

constexpr std::uint64_t kMemoryBytesMax = 1 << 20;
constexpr std::size_t kEntriesMax = 512;
constexpr std::size_t kSha256Digits = 64;
constexpr std::int64_t kSettledAfterNs = 2'000'000'000;

struct Entry {
  FileStamp stamp;
  std::string sha256;
};

/// What earlier runs learned: a text file with one line an entry, the oldest first.
class Memory {
 public:
  /// Reads what there is; lines that make no sense are passed over.
  static Memory load(const std::filesystem::path& path) {
    Memory memory;
    const Result<FileContent> content = read_file(path, kMemoryBytesMax);
    if (!content) return memory;
    const auto* text = reinterpret_cast<const char*>(content.value().bytes.data());
    std::istringstream lines(std::string(text, content.value().bytes.size()));
    for (std::string line; std::getline(lines, line);) {
      if (auto entry = parse(line)) memory.add(std::move(*entry));
    }
    return memory;
  }

  const std::string* find(const FileStamp& stamp) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.stamp == stamp; });
    return found == entries_.end() ? nullptr : &found->sha256;
  }

  /// An entry for the same file, whatever its former content, gives way to the new one.
  void add(Entry entry) {
    std::erase_if(entries_, [&](const Entry& other) {
      return other.stamp.device == entry.stamp.device && other.stamp.inode == entry.stamp.inode;
    });
    entries_.push_back(std::move(entry));
    if (entries_.size() > kEntriesMax) entries_.erase(entries_.begin());
  }

  std::string text() const {
    std::string lines;
    for (const auto& [stamp, sha256] : entries_) {
      lines += fmt::format("{} {} {} {} {}\n", stamp.device, stamp.inode, stamp.size_bytes,
                           stamp.mtime_ns, sha256);
    }
    return lines;
  }

 private:
  static std::optional<Entry> parse(const std::string& line) {
    Entry entry;
    std::istringstream words(line);
    words >> entry.stamp.device >> entry.stamp.inode >> entry.stamp.size_bytes >>
        entry.stamp.mtime_ns >> entry.sha256;
    const bool is_hash = entry.sha256.size() == kSha256Digits &&
                         entry.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (words.fail() || !is_hash) return std::nullopt;
    return entry;
  }

  std::vector<Entry> entries_;
};

void remember(const std::filesystem::path& path, std::vector<Entry> learned) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  Memory memory = Memory::load(path);  // Again: another process may have written meanwhile.
  for (Entry& entry : learned) memory.add(std::move(entry));
  const std::string text = memory.text();
  const auto written = write_file_atomically(path, std::as_bytes(std::span(text)));
  if (!written) log_line(LogLevel::debug, written.error().message);
}

bool is_settled(const FileStamp& stamp) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  return stamp.mtime_ns < now_ns - kSettledAfterNs;
}

}  // namespace

Result<std::vector<std::string>> file_hashes(std::span<const std::filesystem::path> files) {
  static std::mutex one_writer;
  const std::lock_guard lock(one_writer);
  const std::filesystem::path cache = user_cache_directory();
  const std::filesystem::path path = cache.empty() ? cache : cache / "model_file_hashes.txt";
  const Memory memory = cache.empty() ? Memory() : Memory::load(path);
  std::vector<std::string> hashes;
  std::vector<Entry> learned;
  for (const auto& file : files) {
    // The stamp is taken before reading: a change while we read shows as another stamp next time.
    const Result<RegularFile> opened = RegularFile::open(file);
    if (!opened) return opened.error();
    const FileStamp stamp = opened.value().stamp();
    if (const std::string* known = memory.find(stamp)) {
      hashes.push_back(*known);
      continue;
    }
    Result<std::string> hash = sha256_file(file);
    if (!hash) return hash.error();
    if (is_settled(stamp)) learned.push_back({stamp, hash.value()});
    hashes.push_back(std::move(hash).value());
  }
  if (!cache.empty() && !learned.empty()) remember(path, std::move(learned));
  return hashes;
}

}  // namespace clipdex::model
