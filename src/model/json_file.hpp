/// The small JSON files of a model package, read within bounds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

namespace clipdex::model {

/// No description of a model is near this size; tokenizers are not read through here.
inline constexpr std::uint64_t kDescriptionBytesMax = 16 << 20;

/// Parses a JSON object. @param file names the text in messages.
/// Throws `Exception`: `corrupt` (no JSON, says at which byte; or not an object).
nlohmann::json parse_json_object(std::string_view text, std::string_view file);

/// Reads a file that holds a JSON object. Throws `Exception`: as above, and those of `read_file`.
nlohmann::json read_json_object(const std::filesystem::path& path);

}  // namespace clipdex::model
