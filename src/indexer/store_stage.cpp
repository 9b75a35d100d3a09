#include "indexer/store_stage.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace clipdex::indexer {
namespace {

constexpr std::size_t kFailuresReportedMax = 1000;

bool is_gone(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

}  // namespace

StoreStage::StoreStage(store::Catalogue& library, store::ModelId model, IndexReport& report)
    : library_(library), model_(model), report_(report) {}

void StoreStage::store(Outcome outcome) {
  if (outcome.verdict == Verdict::unchanged) {
    count_unchanged(outcome.record.state);
    mark_seen(outcome.known_id);
    return;  // Nothing to write, so no batch is opened for it.
  }
  if (!batch_) {
    batch_.emplace(library_);
    batch_began_ = std::chrono::steady_clock::now();
  }
  put(std::move(outcome));
  if (++batch_items_ >= kBatchItemsMax ||
      std::chrono::steady_clock::now() - batch_began_ >= kBatchTimeMax) {
    flush();
  }
}

void StoreStage::flush() {
  if (!batch_) return;
  batch_->commit();
  batch_.reset();
  batch_items_ = 0;
}

void StoreStage::put(Outcome outcome) {
  switch (outcome.verdict) {
    case Verdict::same_content:
      put_same_content(std::move(outcome));
      return;
    case Verdict::encoded: {
      const ImageId id = library_.put_image(outcome.record);
      library_.put_vector(id, model_, outcome.vector);
      mark_seen(id);
      ++(outcome.known_id != 0 ? report_.changed : report_.added);
      ++report_.encoded;
      return;
    }
    case Verdict::failed:
      mark_seen(library_.put_image(outcome.record));
      note_failure(outcome);
      return;
    case Verdict::not_image:
      mark_seen(library_.put_image(outcome.record));
      ++report_.not_images;
      return;
    case Verdict::unchanged:
      return;
  }
}

void StoreStage::put_same_content(Outcome outcome) {
  store::ImageRecord& record = outcome.record;
  // Asked again, of the connection that writes: what the decode stage saw may have changed since.
  std::vector<store::SameContent> twins = library_.find_content(record.hash, model_);
  std::erase_if(twins, [](const store::SameContent& twin) { return !twin.has_vector; });
  if (twins.empty()) {
    deferred_.push_back({std::move(record), outcome.known_id});
    return;
  }
  for (const store::SameContent& twin : twins) {
    if (twin.path != record.path) continue;
    library_.touch_image(twin.id, record.size_bytes, record.mtime_ns);
    mark_seen(twin.id);
    ++report_.unchanged;  // Touched, or copied over itself: the content is what counts.
    return;
  }
  record.width = twins.front().width;
  record.height = twins.front().height;
  record.taken_at_s = twins.front().taken_at_s;
  for (const store::SameContent& twin : twins) {
    if (was_seen(twin.id) || !is_gone(twin.path)) continue;
    library_.move_image(twin.id, record);
    mark_seen(twin.id);
    ++report_.moved;
    return;
  }
  const ImageId id = library_.put_image(record);
  library_.copy_vectors(twins.front().id, id);
  mark_seen(id);
  ++report_.copied;
}

std::vector<Candidate> StoreStage::take_deferred() { return std::exchange(deferred_, {}); }

void StoreStage::count_unchanged(store::ImageState state) {
  ++(state == store::ImageState::not_image ? report_.not_images : report_.unchanged);
  if (state == store::ImageState::failed) ++report_.failed_before;
}

void StoreStage::note_failure(const Outcome& outcome) {
  ++report_.failed;
  if (report_.failures.size() < kFailuresReportedMax) {
    report_.failures.push_back(
        {outcome.record.path, outcome.record.error_code, outcome.record.error});
  }
}

bool StoreStage::was_seen(ImageId id) const {
  const auto index = static_cast<std::size_t>(id);
  return index < seen_.size() && seen_[index];
}

void StoreStage::mark_seen(ImageId id) {
  const auto index = static_cast<std::size_t>(id);
  if (index >= seen_.size()) seen_.resize(index + index / 2 + 64);
  seen_[index] = true;
}

}  // namespace clipdex::indexer
