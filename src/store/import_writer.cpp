#include "store/import_writer.hpp"

#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include "store/schema.hpp"

namespace clipdex::store {
namespace {

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;
constexpr std::int64_t kTimestampMsMax =
    std::numeric_limits<std::int64_t>::max() / kNanosecondsPerMillisecond;
constexpr std::uint64_t kBatchRows = 4000;  // Some megabytes: what a stop or a crash may cost.

/// @return false when the vector has no direction.
bool scale_to_unit(std::span<float> vector) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  const double norm = std::sqrt(squares);
  if (!std::isfinite(norm) || norm == 0) return false;
  for (float& value : vector) value = static_cast<float>(value / norm);
  return true;
}

}  // namespace

ImportWriter::ImportWriter(Catalogue& library, ModelId model, const std::filesystem::path& base,
                           std::uint64_t total, const ProgressCallback& progress)
    : library_(library),
      base_(std::filesystem::absolute(base)),
      total_(total),
      progress_(progress) {
  report_.model = model;
}

void ImportWriter::add(std::string_view path, std::int64_t made_at_ms, std::span<float> vector) {
  if (path.empty()) return refuse("it has no path");
  if (path.find("://") != std::string_view::npos) return refuse("its url is not a path");
  if (path.find('\0') != std::string_view::npos) return refuse("its path holds a zero byte");
  if (vector.empty()) return refuse("it has no vector");
  if (!scale_to_unit(vector)) {
    return refuse("its vector has no direction (zero, infinite or not a number)");
  }
  if (!batch_) batch_.emplace(library_);
  const bool is_time = made_at_ms >= 0 && made_at_ms <= kTimestampMsMax;
  const std::string_view refusal = store(resolve(path), is_time ? made_at_ms : 0, vector);
  if (!refusal.empty()) return refuse(refusal);
  count_row();
}

void ImportWriter::refuse(std::string_view reason) {
  ++report_.refused[std::string(reason)];
  count_row();
}

ImportReport ImportWriter::finish() {
  if (batch_) batch_->commit();
  batch_.reset();
  return std::move(report_);
}

void ImportWriter::count_row() {
  ++done_;
  if (done_ % kBatchRows != 0) return;
  if (batch_) batch_->commit();
  batch_.reset();
  if (!progress_) return;
  Progress progress;
  progress.stage = Stage::store;
  progress.done = done_;
  progress.total = total_;
  progress.total_is_final = true;
  report_.stopped = progress_(progress) == ProgressReply::stop;
}

/// The path as a scan of its folder would find it: absolute, its folder without links.
std::string ImportWriter::resolve(std::string_view path) {
  const std::filesystem::path whole = (base_ / std::filesystem::path(path)).lexically_normal();
  const auto [entry, is_new] = folders_.try_emplace(whole.parent_path().native());
  if (is_new) {
    std::error_code error;
    entry->second = std::filesystem::weakly_canonical(whole.parent_path(), error);
    if (error) entry->second = whole.parent_path();
  }
  return (entry->second / whole.filename()).native();
}

/// @return the reason why not; empty when the vector is in the library.
std::string_view ImportWriter::store(std::string path, std::int64_t made_at_ms,
                                     std::span<const float> vector) {
  const std::optional<KnownFile> known = library_.find_path(path, report_.model);
  if (known && known->has_vector) {
    ++report_.known;
    return {};
  }
  if (known && known->state != ImageState::ready)
    return "the library knows that its file is no image";
  // Of a file that was never read, the time is only that of another import's vector.
  const bool was_read = known && known->size_bytes != static_cast<std::uint64_t>(kSizeUnknown);
  if (was_read && known->mtime_ns > made_at_ms * kNanosecondsPerMillisecond)
    return "its file was changed after its vector was made";
  const ImageId id = known ? known->id : put_new(std::move(path), made_at_ms);
  library_.put_vector(id, report_.model, vector);
  ++report_.imported;
  return {};
}

ImageId ImportWriter::put_new(std::string path, std::int64_t made_at_ms) {
  ImageRecord record;
  record.path = std::move(path);
  record.size_bytes = static_cast<std::uint64_t>(kSizeUnknown);  // So that indexing reads the file.
  // The best there is for after: and before:.
  record.mtime_ns = made_at_ms * kNanosecondsPerMillisecond;
  record.vectors_made_at_ms = made_at_ms;
  return library_.put_image(record);
}

}  // namespace clipdex::store
