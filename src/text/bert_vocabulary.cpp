// BERT's vocab.txt, as Chinese-CLIP brings it: a token a line, whose number is its id. Everything
// else is as it was for all models that are published in this form.
#include <fmt/format.h>

#include <utility>

#include "base/file.hpp"
#include "text/bert_normalizer.hpp"
#include "text/pipeline_tokenizer.hpp"
#include "text/tokenizer_parts.hpp"
#include "text/word_piece.hpp"

namespace clipdex::text {
namespace {

constexpr std::uint64_t kFileBytesMax = 16 << 20;
constexpr std::string_view kStart = "[CLS]";
constexpr std::string_view kEnd = "[SEP]";
constexpr std::string_view kUnknown = "[UNK]";

Vocabulary read_lines(std::string_view text) {
  Vocabulary vocabulary;
  TokenId id = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    vocabulary.add(line, id++);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return vocabulary;
}

TokenId require_id(const Vocabulary& vocabulary, std::string_view token) {
  if (const auto id = vocabulary.find(token)) return *id;
  throw Exception(ErrorCode::corrupt, fmt::format("it has no line {}", token));
}

Pipeline make_pipeline(Vocabulary vocabulary) {
  const TokenId start = require_id(vocabulary, kStart);
  const TokenId end = require_id(vocabulary, kEnd);
  WordPieceOptions options;
  options.unknown_id = require_id(vocabulary, kUnknown);
  Pipeline pipeline;
  for (const std::string_view special :
       {std::string_view("[PAD]"), kUnknown, kStart, kEnd, std::string_view("[MASK]")}) {
    if (vocabulary.find(special)) {
      pipeline.added_tokens.push_back({.content = std::string(special), .normalized = false});
    }
  }
  pipeline.normalizer = std::make_unique<BertNormalizer>(BertNormalizerOptions{});
  pipeline.pre_tokenizer = make_bert_pre_tokenizer();
  pipeline.model = std::make_unique<WordPieceModel>(std::move(vocabulary), std::move(options));
  pipeline.post_processor = PostProcessor({{.is_text = false, .ids = {start}},
                                           {.is_text = true, .ids = {}},
                                           {.is_text = false, .ids = {end}}});
  return pipeline;
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> parse_bert_vocabulary(std::string_view bytes,
                                                               std::string_view name) {
  try {
    return {std::make_unique<const PipelineTokenizer>(make_pipeline(read_lines(bytes)))};
  } catch (const Exception& exception) {
    return Error{
        exception.code(),
        fmt::format("{} is not BERT's list of tokens: {}; fetch vocab.txt again from where "
                    "the model came from",
                    name, exception.what())};
  }
}

Result<std::unique_ptr<const Tokenizer>> load_bert_vocabulary(const std::filesystem::path& path) {
  const Result<FileContent> content = read_file(path, kFileBytesMax);
  if (!content) return content.error();
  const std::vector<std::byte>& bytes = content.value().bytes;
  return parse_bert_vocabulary({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                               path.native());
}

}  // namespace clipdex::text
