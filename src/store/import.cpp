#include "store/import.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "clipdex/error.hpp"
#include "store/connection.hpp"
#include "store/library_file.hpp"
#include "store/schema.hpp"

namespace clipdex::store {
namespace {

constexpr const char* kModelName = "TogetheROS clip_encode_image (imported)";
constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;
constexpr std::int64_t kTimestampMsMax =
    std::numeric_limits<std::int64_t>::max() / kNanosecondsPerMillisecond;
constexpr int kBatchRowsMax = 1000;

/// One row that can be imported.
struct Item {
  std::string path;
  std::int64_t made_at_ms = 0;
  std::vector<float> vector;
};

std::unique_ptr<Connection> open_source(const std::filesystem::path& source) {
  require_regular_file(source, fmt::format("there is no file {} to import", source.native()));
  auto connection = std::make_unique<Connection>(source, Connection::Mode::untouched);
  if (recognise(*connection) != FileKind::togetheros) {
    throw Exception(
        ErrorCode::unsupported,
        fmt::format("{} is no clip.db of the TogetheROS box (it has no table ClipItems), so it "
                    "cannot be imported",
                    source.native()));
  }
  return connection;
}

/// The bytes a vector has in most rows; 0 when no row has one.
std::int64_t usual_vector_size(Connection& source) {
  return Query(source,
               "SELECT length(feature) FROM ClipItems WHERE length(feature) > 0 AND "
               "length(feature) % 4 = 0 "
               "AND coalesce(type, 1) <> 0 "
               "GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
      .only_integer();
}

std::optional<std::vector<float>> unit_vector(std::span<const std::byte> bytes) {
  std::vector<float> vector(bytes.size() / sizeof(float));
  std::memcpy(vector.data(), bytes.data(), bytes.size());
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  const double norm = std::sqrt(squares);
  if (!std::isfinite(norm) || norm == 0) return std::nullopt;
  for (float& value : vector) value = static_cast<float>(value / norm);
  return vector;
}

/// The path of a `url` as a scan of its folder would find it: absolute, its folder without links.
class PathResolver {
 public:
  explicit PathResolver(const std::filesystem::path& source)
      : base_(std::filesystem::absolute(source).parent_path()) {}

  std::string resolve(std::string_view url) {
    const std::filesystem::path path = (base_ / std::filesystem::path(url)).lexically_normal();
    const auto [entry, is_new] = folders_.try_emplace(path.parent_path().native());
    if (is_new) {
      std::error_code error;
      entry->second = std::filesystem::weakly_canonical(path.parent_path(), error);
      if (error) entry->second = path.parent_path();
    }
    return (entry->second / path.filename()).native();
  }

 private:
  std::filesystem::path base_;
  std::unordered_map<std::string, std::filesystem::path> folders_;
};

class Import {
 public:
  Import(Catalogue& library, const std::filesystem::path& source)
      : library_(library), source_(open_source(source)), resolver_(source) {}

  ImportReport run() {
    vector_bytes_ = static_cast<std::size_t>(usual_vector_size(*source_));
    if (vector_bytes_ != 0) ensure_model();
    Query rows(*source_, "SELECT url, timestamp, type, feature FROM ClipItems ORDER BY id");
    std::optional<Catalogue::Transaction> batch;
    for (int count = 0; rows.step(); ++count) {
      if (count % kBatchRowsMax == 0) {
        if (batch) batch->commit();
        batch.emplace(library_);
      }
      Result<Item> item = read(rows);
      const std::string refusal = item ? store(item.value()) : item.error().message;
      if (!refusal.empty()) ++report_.refused[refusal];
    }
    if (batch) batch->commit();
    return report_;
  }

 private:
  void ensure_model() {
    const ModelIdentity identity{.hash = std::string(kTogetherosIdentity),
                                 .dimension = vector_bytes_ / sizeof(float)};
    report_.model = library_.ensure_model(identity, kModelName, "");
    if (!library_.active_model()) library_.set_active_model(report_.model);
  }

  Result<Item> read(const Query& row) {
    const auto refuse = [](const char* reason) { return Error{ErrorCode::unsupported, reason}; };
    const std::string_view url = row.text(0);
    const std::span<const std::byte> feature = row.blob(3);
    if (!row.is_null(2) && row.integer(2) == 0) return refuse("it is a text, not an image");
    if (url.empty()) return refuse("it has no path");
    if (url.find("://") != std::string_view::npos) return refuse("its url is not a path");
    if (feature.empty()) return refuse("it has no vector");
    if (feature.size() != vector_bytes_) return refuse("its vector has another size than most");
    std::optional<std::vector<float>> vector = unit_vector(feature);
    if (!vector) return refuse("its vector has no direction (zero, infinite or not a number)");
    const std::int64_t made_at_ms = row.integer(1);
    const bool is_time = made_at_ms >= 0 && made_at_ms <= kTimestampMsMax;
    return Item{resolver_.resolve(url), is_time ? made_at_ms : 0, *std::move(vector)};
  }

  /// @return the reason why not; empty when the vector is in the library.
  std::string store(const Item& item) {
    const std::int64_t made_at_ns = item.made_at_ms * kNanosecondsPerMillisecond;
    const std::optional<KnownFile> known = library_.find_path(item.path, report_.model);
    if (known && known->has_vector) {
      ++report_.known;
      return {};
    }
    if (known && known->state != ImageState::ready)
      return "the library knows that its file is no image";
    if (known && known->mtime_ns > made_at_ns)
      return "its file was changed after its vector was made";
    const ImageId id = known ? known->id : put_new(item, made_at_ns);
    library_.put_vector(id, report_.model, item.vector);
    ++report_.imported;
    return {};
  }

  ImageId put_new(const Item& item, std::int64_t made_at_ns) {
    ImageRecord record;
    record.path = item.path;
    record.size_bytes =
        static_cast<std::uint64_t>(kSizeUnknown);  // So that indexing reads the file.
    record.mtime_ns = made_at_ns;                  // The best there is for after: and before:.
    record.vectors_made_at_ms = item.made_at_ms;
    return library_.put_image(record);
  }

  Catalogue& library_;
  std::unique_ptr<Connection> source_;
  PathResolver resolver_;
  std::size_t vector_bytes_ = 0;
  ImportReport report_;
};

}  // namespace

void require_togetheros_file(const std::filesystem::path& source) { open_source(source); }

bool is_togetheros_file(const std::filesystem::path& file) {
  try {
    require_togetheros_file(file);
    return true;
  } catch (const Exception&) {
    return false;
  }
}

ImportReport import_togetheros(Catalogue& library, const std::filesystem::path& source) {
  return Import(library, source).run();
}

}  // namespace clipdex::store
