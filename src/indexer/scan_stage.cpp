#include "indexer/scan_stage.hpp"

#include <optional>
#include <utility>

namespace clipdex::indexer {

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
  const bool failed = known->state == store::ImageState::failed;
  if (!same_file || lacks_vector || (failed && retry_failed)) return candidate;

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
