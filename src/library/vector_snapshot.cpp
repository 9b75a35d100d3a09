#include "library/vector_snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "vectors/dot_product.hpp"
#include "vectors/snapshot_writer.hpp"

namespace clipdex::library {
namespace fs = std::filesystem;
namespace {

vectors::SnapshotKey key_of(const store::VectorState& state, const store::ModelRow& model) {
  return {.model = model.identity, .generation = state.generation, .token = state.snapshot_token};
}

ContentHash new_token() {
  std::random_device random;
  ContentHash token{};
  for (std::uint8_t& byte : token) byte = static_cast<std::uint8_t>(random());
  return token;
}

/// The snapshot beside the library if its key fits.
std::optional<vectors::Snapshot> fitting_snapshot(const store::Catalogue& catalogue,
                                                  const store::ModelRow& model) {
  const store::VectorState state = catalogue.vector_state();
  if (state.snapshot_token == ContentHash{}) return std::nullopt;
  Result<vectors::Snapshot> snapshot = vectors::Snapshot::open(snapshot_path(catalogue.file()));
  if (!snapshot || !snapshot.value().has_key(key_of(state, model))) return std::nullopt;
  return std::move(snapshot).value();
}

fs::perms permissions_of(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  constexpr fs::perms kOwnerOnly = fs::perms::owner_read | fs::perms::owner_write;
  return error ? kOwnerOnly : status.permissions();
}

/// The library learns of the snapshot when the file is whole and in its place: until then it knows
/// another one, which is not there, and nobody uses any.
void write_snapshot(store::Catalogue& catalogue, const store::ModelRow& model) {
  store::VectorState state;
  state.snapshot_token = new_token();
  {
    const store::Catalogue::ReadView view(catalogue);
    state.generation = catalogue.vector_state().generation;
    vectors::SnapshotWriter writer(snapshot_path(catalogue.file()), key_of(state, model),
                                   catalogue.vector_count(model.id),
                                   permissions_of(catalogue.file()));
    catalogue.visit_vectors(
        model.id, [&](ImageId id, std::span<const float> vector) { writer.add(id, vector); });
    writer.finish();
  }
  catalogue.set_snapshot_token(state.snapshot_token);
}

/// Why a snapshot is not what the library holds; empty when it is.
std::string difference(const vectors::Snapshot& snapshot, const store::Catalogue& catalogue,
                       store::ModelId model) {
  if (std::string fault = snapshot.check_planes(); !fault.empty()) return fault;
  const std::size_t stride = vectors::float_stride(snapshot.dimension());
  // The library gives its vectors in ascending order of id, which the rows have in each list alone.
  std::vector<std::uint32_t> order(snapshot.rows());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t row) { return snapshot.ids()[row]; });
  std::size_t next = 0;
  std::size_t differing = 0;
  catalogue.visit_vectors(model, [&](ImageId id, std::span<const float> vector) {
    const std::size_t row = next < order.size() ? order[next] : 0;
    const bool same =
        next < order.size() && snapshot.ids()[row] == id &&
        std::ranges::equal(snapshot.floats().subspan(row * stride, vector.size()), vector);
    differing += same ? 0U : 1U;
    ++next;
  });
  if (differing == 0 && next == snapshot.rows()) return {};
  return fmt::format("{} of its {} vectors are not those of the library", differing,
                     snapshot.rows());
}

}  // namespace

fs::path snapshot_path(const fs::path& library_file) { return library_file.native() + ".vectors"; }

std::shared_ptr<const vectors::VectorIndex> open_snapshot(const store::Catalogue& catalogue,
                                                          const store::ModelRow& model,
                                                          vectors::FirstStage first) {
  std::optional<vectors::Snapshot> snapshot = fitting_snapshot(catalogue, model);
  if (!snapshot) return nullptr;
  return std::make_shared<vectors::ScanIndex>(*std::move(snapshot),
                                              vectors::ScanOptions{.first = first});
}

void refresh_snapshot(store::Catalogue& catalogue, std::uint64_t rows_min) {
  const fs::path path = snapshot_path(catalogue.file());
  std::error_code ignored;
  try {
    const std::optional<store::ModelRow> active = catalogue.active_model();
    if (!active || catalogue.vector_count(active->id) < rows_min) {
      fs::remove(path, ignored);
      return;
    }
    if (fitting_snapshot(catalogue, *active)) return;
    fs::remove(path, ignored);  // Nobody opens it any more, and its room may be needed.
    write_snapshot(catalogue, *active);
  } catch (const Exception& exception) {
    log_line(LogLevel::warning,
             fmt::format("the snapshot of the vectors could not be written, so searches will take "
                         "longer to start: {}",
                         exception.what()));
  }
}

std::vector<store::Finding> check_snapshot(const fs::path& library_file) {
  const store::Catalogue catalogue = store::Catalogue::open(library_file, store::Access::read);
  const store::Catalogue::ReadView view(catalogue);
  const std::optional<store::ModelRow> active = catalogue.active_model();
  if (!active) return {};
  std::string fault;
  Result<vectors::Snapshot> snapshot = vectors::Snapshot::open(snapshot_path(library_file));
  if (!snapshot) {
    if (snapshot.error().code != ErrorCode::corrupt) return {};
    fault = snapshot.error().message;
  } else if (snapshot.value().has_key(key_of(catalogue.vector_state(), *active))) {
    fault = difference(snapshot.value(), catalogue, active->id);
  }
  if (fault.empty()) return {};
  return {{.what = fmt::format("fault in the snapshot of the vectors ({})", fault),
           .count = 1,
           .repaired = false,
           .remedy = "run 'clipdex fsck --repair', which writes it anew"}};
}

}  // namespace clipdex::library
