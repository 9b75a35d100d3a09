/// From one model to another: whose vectors searches use, while a library holds those of several.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "clipdex/library.hpp"
#include "store/catalogue.hpp"

namespace clipdex::library {

/// The model that searches use until a run that fills in the vectors of `model` is through; nothing
/// when the run is no change: `model` is the active one, there is none, or the active one's vectors
/// were imported, so that nothing here makes more of them.
std::optional<store::ModelRow> model_to_replace(const store::Catalogue& catalogue,
                                                const ModelIdentity& model);

/// Makes the model the active one if every image has a vector of it; how far it is.
ModelChange change_if_complete(store::Catalogue& catalogue, const store::ModelRow& from,
                               store::ModelId to);

/// `Library::use_model` and `Library::drop_model`.
ModelChange use_model(const std::filesystem::path& library_file, std::string_view name);
std::uint64_t drop_model(const std::filesystem::path& library_file, std::string_view name);

}  // namespace clipdex::library
