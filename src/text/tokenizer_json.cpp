#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <utility>

#include "base/file.hpp"
#include "text/json_fields.hpp"
#include "text/pipeline_tokenizer.hpp"
#include "text/tokenizer.hpp"
#include "text/tokenizer_parts.hpp"

namespace clipdex::text {
namespace {

/// The largest tokenizer.json in use (256,000 tokens, indented) is about 34 MB.
constexpr std::uint64_t kFileBytesMax = std::uint64_t{256} << 20;

std::vector<AddedToken> read_added_tokens(const JsonFields& root) {
  std::vector<AddedToken> tokens;
  if (!root.find("added_tokens")) return tokens;
  for (const simdjson::dom::element part : root.array("added_tokens")) {
    const JsonFields fields(part, "one of its added_tokens");
    tokens.push_back({.content = std::string(fields.text("content")),
                      .single_word = fields.flag_or("single_word", false),
                      .lstrip = fields.flag_or("lstrip", false),
                      .rstrip = fields.flag_or("rstrip", false),
                      .normalized = fields.flag_or("normalized", true)});
  }
  return tokens;
}

Pipeline read_pipeline(simdjson::dom::element document) {
  const JsonFields root(document, "its content");
  Pipeline pipeline;
  const auto normalizer = root.find("normalizer");
  const auto pre_tokenizer = root.find("pre_tokenizer");
  const auto post_processor = root.find("post_processor");
  // A step that is missing or null does nothing, which is what an empty sequence does.
  pipeline.normalizer = normalizer ? make_normalizer(*normalizer)
                                   : std::make_unique<const NormalizerSequence>(
                                         std::vector<std::unique_ptr<const Normalizer>>{});
  pipeline.pre_tokenizer = pre_tokenizer ? make_pre_tokenizer(*pre_tokenizer)
                                         : std::make_unique<const PreTokenizerSequence>(
                                               std::vector<std::unique_ptr<const PreTokenizer>>{});
  if (post_processor) pipeline.post_processor = make_post_processor(*post_processor);
  pipeline.model = make_token_model(root.element("model"));
  pipeline.added_tokens = read_added_tokens(root);
  return pipeline;
}

/// @param is_padded  the bytes behind the text may be read too, as far as simdjson looks ahead;
///                   otherwise simdjson makes a copy that has them
Result<std::unique_ptr<const Tokenizer>> parse(std::string_view json, bool is_padded,
                                               std::string_view name) {
  constexpr std::string_view kFetchAgain = "fetch the file again from where the model came from";
  if (json.empty()) json = "";  // An empty file maps to null, which simdjson must not be given.
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (const auto error = parser.parse(json.data(), json.size(), !is_padded).get(document);
      error != simdjson::SUCCESS) {
    return Error{ErrorCode::corrupt, fmt::format("{} is not JSON ({}); {}", name,
                                                 simdjson::error_message(error), kFetchAgain)};
  }
  try {
    return {std::make_unique<const PipelineTokenizer>(read_pipeline(document))};
  } catch (const Exception& exception) {
    if (exception.code() == ErrorCode::unsupported) {
      return Error{ErrorCode::unsupported,
                   fmt::format("{} needs {}, which this version of clipdex does not know; use a "
                               "model with another tokenizer",
                               name, exception.what())};
    }
    return Error{exception.code(), fmt::format("{} is not a whole tokenizer: {}; {}", name,
                                               exception.what(), kFetchAgain)};
  }
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> parse_tokenizer_json(std::string_view json,
                                                              std::string_view name) {
  return parse(json, false, name);
}

Result<std::unique_ptr<const Tokenizer>> load_tokenizer_json(const std::filesystem::path& path) {
  const Result<MappedFile> file = MappedFile::open(path);
  if (!file) return file.error();
  const std::span<const std::byte> bytes = file.value().bytes();
  if (bytes.size() > kFileBytesMax) {
    return Error{ErrorCode::too_large,
                 fmt::format("{} has {} bytes, and a tokenizer may have {}; give the "
                             "tokenizer.json of a model",
                             path.native(), bytes.size(), kFileBytesMax)};
  }
  // Mapped memory ends with a page, and what is left of the last one is the padding; only where too
  // little is left must the text be copied, which costs a cold start about two milliseconds.
  const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t unused_bytes = (page_bytes - bytes.size() % page_bytes) % page_bytes;
  return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
               unused_bytes >= simdjson::SIMDJSON_PADDING, path.native());
}

}  // namespace clipdex::text
