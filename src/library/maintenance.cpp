#include "library/maintenance.hpp"

#include "library/model_locator.hpp"
#include "store/catalogue.hpp"

namespace clipdex::library {

std::vector<store::Finding> check(const std::filesystem::path& library_file, bool repair) {
  return store::check_library(library_file, repair);
}

store::ImportReport import_into(const std::filesystem::path& library_file,
                                const std::filesystem::path& source) {
  store::Catalogue catalogue = store::Catalogue::open(library_file, store::Access::write);
  return store::import_togetheros(catalogue, source);
}

std::vector<encode::Check> examine_model(std::string_view directory_or_name) {
  return encode::examine_package(locate_model(directory_or_name).value_or_throw());
}

}  // namespace clipdex::library
