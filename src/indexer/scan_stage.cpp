#include "indexer/scan_stage.hpp"

#include <optional>
#include <utility>

namespace clipdex::indexer {
namespace {

/// Whether a file may do better the next time without having changed: what stood in its way was not
/// in its bytes. Permissions and the folders that an encoder elsewhere sees change without a trace.
bool may_pass(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::unsupported:
    case ErrorCode::corrupt:
    case ErrorCode::too_large:
    case ErrorCode::wrong_model:
      return false;
    case ErrorCode::not_found:
    case ErrorCode::unreadable:
    case ErrorCode::busy:
    case ErrorCode::disk_full:
    case ErrorCode::write_failed:
    case ErrorCode::stopped:
    case ErrorCode::internal:
      return true;
  }
  return false;
}

}  // namespace

std::variant<Candidate, Outcome> classify(const store::Catalogue& library, store::ModelId model,
                                          bool retry_failed, ScannedFile&& file) {
  Candidate candidate;
  candidate.record.path = std::move(file.path);
  candidate.record.root_id = file.root_id;
  candidate.record.size_bytes = file.stamp.size_bytes;
  candidate.record.mtime_ns = file.stamp.mtime_ns;
  const std::optional<store::KnownFile> known = library.find_path(candidate.record.path, model);
  if (!known) return candidate;
  candidate.known_id = known->id;

  const bool same_file = known->size_bytes == candidate.record.size_bytes &&
                         known->mtime_ns == candidate.record.mtime_ns;
  const bool lacks_vector = known->state == store::ImageState::ready && !known->has_vector;
  // A link that leads nowhere has no stamp; it failed for that, and would again.
  const bool leads_nowhere = file.stamp == FileStamp{};
  const bool to_retry = known->state == store::ImageState::failed &&
                        (retry_failed || (may_pass(known->error_code) && !leads_nowhere));
  if (!same_file || lacks_vector || to_retry) return candidate;

  Outcome outcome;
  outcome.verdict = Verdict::unchanged;
  outcome.record = std::move(candidate.record);
  outcome.record.state = known->state;
  outcome.known_id = known->id;
  return outcome;
}

std::vector<ScanReport> scan_scopes(const IndexJob& job, const EmitFile& emit) {
  const store::Catalogue library = job.open_reader();
  std::vector<ScanReport> reports;
  bool go_on = true;
  for (const ScanScope& scope : job.scopes) {
    if (!go_on) break;
    reports.push_back(scan(scope, [&](ScannedFile&& file) {
      go_on = emit(classify(library, job.model, job.retry_failed, std::move(file)));
      return go_on;
    }));
  }
  return reports;
}

void emit_again(std::vector<Candidate>& candidates, const EmitFile& emit) {
  for (Candidate& candidate : candidates) {
    if (!emit(std::move(candidate))) return;
  }
}

}  // namespace clipdex::indexer
