#include "library/maintenance.hpp"

#include "library/model_locator.hpp"
#include "store/catalogue.hpp"

namespace clipdex::library {

void require_file_name(const std::filesystem::path& library_file) {
  if (!library_file.empty()) return;
  throw Exception(ErrorCode::invalid_argument,
                  "the name of the library file is empty; name one, such as clip.db");
}

std::vector<store::Finding> check(const std::filesystem::path& library_file, bool repair) {
  require_file_name(library_file);
  return store::check_library(library_file, repair);
}

store::ImportReport import_into(const std::filesystem::path& library_file,
                                const std::filesystem::path& source) {
  require_file_name(library_file);
  // Opening a library for writing makes it, and a mistyped source must leave nothing behind.
  store::require_togetheros_file(source);
  store::Catalogue catalogue = store::Catalogue::open(library_file, store::Access::write);
  return store::import_togetheros(catalogue, source);
}

std::vector<encode::Check> examine_model(std::string_view directory_or_name) {
  return encode::examine_package(locate_model(directory_or_name).value_or_throw());
}

}  // namespace clipdex::library
