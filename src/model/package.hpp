/// A model package: a directory that holds everything needed to turn images and texts into vectors.
/// This room reads what lies on disk; it runs nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/error.hpp"
#include "image/raster.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::model {

enum class Layout { immich, transformers_js, rclip, tower_pair, chinese_clip, togetheros };

/// The name of a layout for people: "Immich", "transformers.js", "rclip" and so on. Static
/// lifetime.
std::string_view layout_name(Layout layout) noexcept;

enum class TokenizerKind { tokenizer_json, clip_bpe, bert_vocabulary };

/// A form of a package that the optimiser wrote beside it, proved to make the same vectors.
struct Variant {
  std::filesystem::path directory;  ///< absolute
  std::filesystem::path visual_graph;
  std::filesystem::path textual_graph;
  bool text_stops_at_end = false;  ///< its text tower is given ids up to the end of the text alone
};

/// What was found in a directory. A plain value; the files may change or vanish afterwards.
/// A package has the text tower, and all but that of TogetheROS have the image tower too.
struct Package {
  std::filesystem::path directory;  ///< absolute
  std::string name;                 ///< the directory's own name
  Layout layout = Layout::immich;
  std::filesystem::path visual_graph;   ///< ONNX file of the image tower; empty: there is none
  std::filesystem::path textual_graph;  ///< ONNX file of the text tower
  std::filesystem::path tokenizer_file;
  TokenizerKind tokenizer_kind = TokenizerKind::tokenizer_json;
  image::PreprocessSpec preprocess;
  text::TextSpec text;
  bool is_demo = false;              ///< the small bundled model; every output that uses it says so
  std::optional<Variant> variant{};  ///< runs in the place of the graphs; see model/variant.hpp

  bool has_image_tower() const { return !visual_graph.empty(); }

  /// The graphs that run. The identity is that of the originals in any case.
  const std::filesystem::path& visual_to_run() const {
    return variant ? variant->visual_graph : visual_graph;
  }
  const std::filesystem::path& textual_to_run() const {
    return variant ? variant->textual_graph : textual_graph;
  }
};

/// Recognises the layout of a directory by its files and reads its descriptions.
/// Errors: `not_found` (no such directory, or a file of the layout is missing; the message names
/// the file), `unsupported` (no layout fits; the message lists what was looked for), `corrupt` (a
/// description cannot be parsed; names file and place).
Result<Package> read_package(const std::filesystem::path& directory);

/// The identity of the embedding space: SHA-256 over the graphs with their external data, the
/// tokenizer and the specs, as 64 hexadecimal digits; for TogetheROS' text encoder
/// `kTogetherosIdentity`, that of the vectors which the box's own image encoder makes. Neither the
/// path nor the time of a file takes part. File hashes are remembered in the user's cache directory
/// by device, inode, size and time, so that only the first call reads the files. Errors:
/// `not_found`, `unreadable`.
Result<std::string> package_hash(const Package& package);

/// Every file that takes part in the identity, external data of the graphs included, in a fixed
/// order.
Result<std::vector<std::filesystem::path>> package_files(const Package& package);

/// Loads the tokenizer that the package names. Errors: those of the loaders in text/tokenizer.hpp.
Result<std::unique_ptr<const text::Tokenizer>> load_tokenizer(const Package& package);

}  // namespace clipdex::model
