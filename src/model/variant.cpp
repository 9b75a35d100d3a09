#include "model/variant.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/log.hpp"
#include "model/file_hashes.hpp"
#include "model/json_file.hpp"
#include "model/onnx_file.hpp"

namespace clipdex::model {
namespace {

constexpr std::string_view kVisual = "visual.onnx";
constexpr std::string_view kTextual = "textual.onnx";

std::string remedy(const Package& package) {
  return fmt::format("; make it again with: clipdex model optimize {}", package.directory.native());
}

std::map<std::string, std::string> hashes_in(const nlohmann::json& object) {
  std::map<std::string, std::string> hashes;
  for (const auto& [name, hash] : object.items()) hashes[name] = hash.get<std::string>();
  return hashes;
}

Manifest manifest_of(const nlohmann::json& json) {
  Manifest manifest;
  manifest.program_version = json.at("program").get<std::string>();
  manifest.text_stops_at_end = json.at("text_stops_at_end").get<bool>();
  manifest.originals = hashes_in(json.at("originals"));
  manifest.files = hashes_in(json.at("files"));
  for (const auto& pass : json.at("passes")) {
    manifest.passes.push_back({.tower = pass.at("tower").get<std::string>(),
                               .name = pass.at("name").get<std::string>(),
                               .applied = pass.at("applied").get<bool>(),
                               .detail = pass.at("detail").get<std::string>()});
  }
  for (const auto& proof : json.at("proofs")) {
    manifest.proofs.push_back({.tower = proof.at("tower").get<std::string>(),
                               .count = proof.at("count").get<std::uint64_t>(),
                               .median = proof.at("median").get<double>(),
                               .worst = proof.at("worst").get<double>(),
                               .median_min = proof.at("median_min").get<double>(),
                               .worst_min = proof.at("worst_min").get<double>()});
  }
  return manifest;
}

/// Why the files of a variant are not those that its manifest names; empty when they are.
std::string fault_in_files(const std::filesystem::path& directory, const Manifest& manifest) {
  std::vector<std::filesystem::path> paths;
  std::vector<std::string> wanted;
  for (const auto& [name, hash] : manifest.files) {
    if (std::filesystem::path(name).filename() != name) return "its manifest names other places";
    paths.push_back(directory / name);
    wanted.push_back(hash);
  }
  for (const std::string_view name : {kVisual, kTextual}) {
    if (!manifest.files.contains(std::string(name))) return fmt::format("it has no {}", name);
    // What a graph keeps its weights in must be among the files that were checked.
    const auto graph = read_onnx_file(directory / name);
    if (!graph) return graph.error().message;
    for (const auto& location : graph.value().external_data) {
      if (!manifest.files.contains(location.native())) return "its manifest names other weights";
    }
  }
  const auto hashes = file_hashes(paths);
  if (!hashes) return hashes.error().message;
  return hashes.value() == wanted ? "" : "its files are not those that were proved";
}

}  // namespace

std::string_view precision_name(ModelPrecision precision) noexcept {
  switch (precision) {
    case ModelPrecision::automatic:
      return "";
    case ModelPrecision::int8:
      return "int8";
    case ModelPrecision::float32:
      return "float32";
  }
  return "";
}

std::filesystem::path variant_directory(const Package& package, ModelPrecision precision) {
  return package.directory / "optimized" / precision_name(precision);
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view file) {
  try {
    const nlohmann::json json = parse_json_object(text, file);
    if (json.value("format", nlohmann::json()) != kManifestFormat) {
      return Error{ErrorCode::unsupported,
                   fmt::format("{} is of a format that this program does not know", file)};
    }
    return manifest_of(json);
  } catch (const Exception& exception) {
    return exception.error();
  } catch (const nlohmann::json::exception& error) {
    return Error{ErrorCode::corrupt,
                 fmt::format("{} is no manifest of a variant ({})", file, error.what())};
  }
}

Result<Manifest> read_manifest(const std::filesystem::path& file) {
  const Result<FileContent> content = read_file(file, kDescriptionBytesMax);
  if (!content) return content.error();
  const auto* text = reinterpret_cast<const char*>(content.value().bytes.data());
  return parse_manifest({text, content.value().bytes.size()}, file.native());
}

std::string manifest_text(const Manifest& manifest) {
  nlohmann::ordered_json json;
  json["format"] = kManifestFormat;
  json["program"] = manifest.program_version;
  json["text_stops_at_end"] = manifest.text_stops_at_end;
  json["originals"] = manifest.originals;
  json["files"] = manifest.files;
  json["passes"] = nlohmann::ordered_json::array();
  for (const PassRecord& pass : manifest.passes) {
    json["passes"].push_back(nlohmann::ordered_json{{"tower", pass.tower},
                                                    {"name", pass.name},
                                                    {"applied", pass.applied},
                                                    {"detail", pass.detail}});
  }
  json["proofs"] = nlohmann::ordered_json::array();
  for (const ProofRecord& proof : manifest.proofs) {
    json["proofs"].push_back(nlohmann::ordered_json{{"tower", proof.tower},
                                                    {"count", proof.count},
                                                    {"median", proof.median},
                                                    {"worst", proof.worst},
                                                    {"median_min", proof.median_min},
                                                    {"worst_min", proof.worst_min}});
  }
  return json.dump(1) + "\n";
}

Result<std::map<std::string, std::string>> original_hashes(const Package& package) {
  const auto files = package_files(package);
  if (!files) return files.error();
  const auto hashes = file_hashes(files.value());
  if (!hashes) return hashes.error();
  std::map<std::string, std::string> by_name;
  for (std::size_t place = 0; place < files.value().size(); ++place) {
    by_name[files.value()[place].lexically_relative(package.directory).native()] =
        hashes.value()[place];
  }
  return by_name;
}

Result<Variant> open_variant(const Package& package, ModelPrecision precision) {
  const std::filesystem::path directory = variant_directory(package, precision);
  std::error_code ignored;
  if (!std::filesystem::exists(directory, ignored)) {
    return Error{ErrorCode::not_found,
                 fmt::format("{} has no {} variant; make it with: clipdex model optimize {}",
                             package.name, precision_name(precision), package.directory.native())};
  }
  const auto broken = [&](std::string_view why) {
    return Error{ErrorCode::corrupt,
                 fmt::format("{} cannot be used: {}{}", directory.native(), why, remedy(package))};
  };
  const Result<Manifest> manifest = read_manifest(directory / "manifest.json");
  if (!manifest) return broken(manifest.error().message);
  const auto originals = original_hashes(package);
  if (!originals) return broken(originals.error().message);
  if (originals.value() != manifest.value().originals) {
    return broken("it was made from other files than those of the model now");
  }
  if (const std::string fault = fault_in_files(directory, manifest.value()); !fault.empty()) {
    return broken(fault);
  }
  return Variant{.directory = directory,
                 .visual_graph = directory / kVisual,
                 .textual_graph = directory / kTextual,
                 .text_stops_at_end = manifest.value().text_stops_at_end};
}

Result<Package> with_variant(Package package, ModelPrecision precision) {
  const bool is_float32 = precision == ModelPrecision::float32;
  Result<Variant> variant =
      open_variant(package, is_float32 ? ModelPrecision::float32 : ModelPrecision::int8);
  package.variant.reset();
  if (variant) {
    package.variant = std::move(variant).value();
  } else if (precision == ModelPrecision::int8) {
    return variant.error();
  } else if (variant.error().code != ErrorCode::not_found) {
    log_line(LogLevel::warning, variant.error().message);
  }
  return package;
}

}  // namespace clipdex::model
