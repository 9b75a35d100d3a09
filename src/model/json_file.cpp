#include "model/json_file.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "clipdex/error.hpp"

namespace clipdex::model {

nlohmann::json parse_json_object(std::string_view text, std::string_view file) {
  nlohmann::json value;
  try {
    value = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw Exception(ErrorCode::corrupt,
                    fmt::format("{} is not valid JSON (the mistake is near byte {}); download the "
                                "model again",
                                file, error.byte));
  } catch (const nlohmann::json::out_of_range&) {
    throw Exception(
        ErrorCode::corrupt,
        fmt::format("{} holds a number that is out of range; download the model again", file));
  }
  if (!value.is_object()) {
    throw Exception(ErrorCode::corrupt,
                    fmt::format("{} holds JSON but no object; download the model again", file));
  }
  return value;
}

nlohmann::json read_json_object(const std::filesystem::path& path) {
  const FileContent content = read_file(path, kDescriptionBytesMax).value_or_throw();
  const auto* text = reinterpret_cast<const char*>(content.bytes.data());
  return parse_json_object({text, content.bytes.size()}, path.native());
}

}  // namespace clipdex::model
