#include "indexer/decode_stage.hpp"

#include <algorithm>
#include <utility>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "indexer/scan.hpp"

namespace clipdex::indexer {
namespace {

/// No photograph is larger; the file is held in memory while it is decoded.
constexpr std::uint64_t kFileBytesMax = 1ULL << 30;

Outcome make_outcome(Verdict verdict, Candidate candidate) {
  Outcome outcome;
  outcome.verdict = verdict;
  outcome.record = std::move(candidate.record);
  outcome.known_id = candidate.known_id;
  return outcome;
}

Outcome not_an_image(Candidate candidate, bool is_empty) {
  if (has_image_name(candidate.record.path)) {
    return failed_outcome(
        std::move(candidate),
        {ErrorCode::corrupt, is_empty ? "the file is empty (0 bytes)"
                                      : "its content is that of no known image format"});
  }
  Outcome outcome = make_outcome(Verdict::not_image, std::move(candidate));
  outcome.record.state = store::ImageState::not_image;
  return outcome;
}

bool has_vector(const std::vector<store::SameContent>& twins) {
  return std::any_of(twins.begin(), twins.end(),
                     [](const store::SameContent& twin) { return twin.has_vector; });
}

/// What the system says about a path names the path again; the report names it once, in front.
std::string without_path(std::string message, const std::string& path) {
  if (const std::size_t at = message.find(path); at != std::string::npos) {
    message.replace(at, path.size(), "the file");
  }
  return message;
}

}  // namespace

DecodeStage::DecodeStage(store::Catalogue library, store::ModelId model,
                         std::optional<image::PreprocessSpec> preprocess)
    : library_(std::move(library)), model_(model), preprocess_(preprocess) {}

std::variant<Square, Outcome> DecodeStage::process(Candidate candidate) {
  store::ImageRecord& record = candidate.record;
  Result<FileContent> content = read_file(record.path, kFileBytesMax);
  if (!content) {
    Error error = std::move(content).error();
    error.message = without_path(std::move(error.message), record.path);
    return failed_outcome(std::move(candidate), std::move(error));
  }
  const std::span<const std::byte> bytes = content.value().bytes;
  record.size_bytes = content.value().stamp.size_bytes;
  record.mtime_ns = content.value().stamp.mtime_ns;
  if (!image::sniff(bytes)) return not_an_image(std::move(candidate), bytes.empty());

  record.hash = content_hash(bytes);
  if (has_vector(library_.find_content(record.hash, model_))) {
    return make_outcome(Verdict::same_content, std::move(candidate));
  }
  // An encoder that reads the file itself needs no pixels from here, so the smallest decode will
  // do; it still tells size and time, and that the file is whole.
  Result<image::Decoded> decoded =
      preprocess_ ? image::decode_square(bytes, *preprocess_, image::Fidelity::fast)
                  : image::decode(bytes, {.fidelity = image::Fidelity::fast, .side_needed = 1});
  if (!decoded) return failed_outcome(std::move(candidate), std::move(decoded).error());
  record.width = decoded.value().width;
  record.height = decoded.value().height;
  record.taken_at_s = decoded.value().taken_at_s;
  if (!preprocess_) return Square{std::move(candidate), {}};
  return Square{std::move(candidate), std::move(decoded.value().pixels)};
}

}  // namespace clipdex::indexer
