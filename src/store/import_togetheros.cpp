#include "store/import_togetheros.hpp"

#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "clipdex/error.hpp"
#include "store/connection.hpp"
#include "store/library_file.hpp"
#include "store/schema.hpp"

namespace clipdex::store {
namespace {

constexpr const char* kModelName = "TogetheROS clip_encode_image (imported)";

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

/// The space of the box's vectors in the library; it becomes the active one if there is none.
ModelId ensure_space(Catalogue& library, std::size_t dimension) {
  const ModelIdentity identity{.hash = std::string(kTogetherosIdentity), .dimension = dimension};
  const ModelId model = library.ensure_model(identity, kModelName, "");
  if (!library.active_model()) library.set_active_model(model);
  return model;
}

/// One row: url, timestamp, type, feature.
void add_row(const Query& row, std::vector<float>& vector, ImportWriter& writer) {
  const std::span<const std::byte> feature = row.blob(3);
  if (!row.is_null(2) && row.integer(2) == 0) return writer.refuse("it is a text, not an image");
  if (feature.empty()) return writer.add(row.text(0), row.integer(1), {});
  if (feature.size() != vector.size() * sizeof(float)) {
    return writer.refuse("its vector has another size than most");
  }
  std::memcpy(vector.data(), feature.data(), feature.size());
  writer.add(row.text(0), row.integer(1), vector);
}

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

ImportReport import_togetheros(Catalogue& library, const std::filesystem::path& source,
                               const ProgressCallback& progress) {
  const std::unique_ptr<Connection> file = open_source(source);
  const auto dimension = static_cast<std::size_t>(usual_vector_size(*file)) / sizeof(float);
  const ModelId model = dimension == 0 ? 0 : ensure_space(library, dimension);
  const auto total = Query(*file, "SELECT count(*) FROM ClipItems").only_integer();
  ImportWriter writer(library, model, std::filesystem::absolute(source).parent_path(),
                      static_cast<std::uint64_t>(total), progress);
  std::vector<float> vector(dimension);
  Query rows(*file, "SELECT url, timestamp, type, feature FROM ClipItems ORDER BY id");
  while (!writer.stopped() && rows.step()) add_row(rows, vector, writer);
  return writer.finish();
}

}  // namespace clipdex::store
