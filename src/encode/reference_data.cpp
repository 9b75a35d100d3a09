#include "encode/reference_data.hpp"

#include <fmt/format.h>

#include <numeric>
#include <system_error>

#include "model/json_file.hpp"

namespace clipdex::encode {
namespace {

using nlohmann::json;

ReferenceData parse(const json& object, const std::filesystem::path& directory) {
  ReferenceData data;
  for (const json& item : object.value("texts", json::array())) {
    data.texts.push_back({.text = item.at("text").get<std::string>(),
                          .ids = item.at("ids").get<std::vector<text::TokenId>>(),
                          .vector = item.at("vector").get<Embedding>()});
  }
  for (const json& item : object.value("images", json::array())) {
    data.images.push_back({.file = directory / item.at("file").get<std::string>(),
                           .vector = item.at("vector").get<Embedding>()});
  }
  return data;
}

}  // namespace

Result<std::optional<ReferenceData>> read_reference_data(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "expected.json";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::optional<ReferenceData>();
  try {
    return std::optional(parse(model::read_json_object(path), directory));
  } catch (const Exception& exception) {
    return exception.error();
  } catch (const json::exception& error) {
    return Error{ErrorCode::corrupt,
                 fmt::format("{} does not have the form of reference data ({}); remove it or "
                             "download it again",
                             path.native(), error.what())};
  }
}

double cosine(const Embedding& one, const Embedding& other) {
  if (one.size() != other.size()) return 0;
  return std::inner_product(one.begin(), one.end(), other.begin(), 0.0);
}

}  // namespace clipdex::encode
