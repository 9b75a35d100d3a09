#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <utility>

#include "base/file.hpp"
#include "text/byte_alphabet.hpp"
#include "text/byte_pair.hpp"
#include "text/pipeline_tokenizer.hpp"
#include "text/tokenizer.hpp"

namespace clipdex::text {
namespace {

constexpr std::uint64_t kFileBytesMax = std::uint64_t{16} << 20;  // the original has 1.4 MB packed
constexpr std::size_t kUnpackedBytesMax = std::size_t{16} << 20;  // and 3.2 MB unpacked
constexpr std::string_view kStart = "<|startoftext|>";
constexpr std::string_view kEnd = "<|endoftext|>";
constexpr std::string_view kWordEnd = "</w>";
constexpr std::string_view kClipWords =
    R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";

Exception corrupt(std::string clause) { return {ErrorCode::corrupt, std::move(clause)}; }

/// Owns zlib's state for one stream.
class Inflater {
 public:
  explicit Inflater(std::string_view packed) {
    // zlib never writes through next_in; its interface is older than const.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    constexpr int kAnyGzip = 15 + 16;
    if (inflateInit2(&stream_, kAnyGzip) != Z_OK) {
      throw Exception(ErrorCode::internal, "zlib did not start");
    }
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends the next part to `text`; false at the end of the stream.
  bool append_to(std::string& text) {
    std::array<char, 65536> part;
    stream_.next_out = reinterpret_cast<Bytef*>(part.data());
    stream_.avail_out = static_cast<uInt>(part.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    text.append(part.data(), part.size() - stream_.avail_out);
    if (status == Z_STREAM_END) return false;
    if (status == Z_BUF_ERROR) throw corrupt("it ends in the middle of its packed data");
    if (status != Z_OK) throw corrupt("its packed data is damaged");
    if (text.size() > kUnpackedBytesMax) {
      throw corrupt(fmt::format("it unpacks to more than {} bytes", kUnpackedBytesMax));
    }
    return true;
  }

 private:
  z_stream stream_{};
};

/// Splits lines off a packed or plain text. The file lists five times as many merges as CLIP takes,
/// so unpacking goes no further than the reader.
class LineReader {
 public:
  explicit LineReader(std::string_view bytes) {
    if (bytes.starts_with("\x1F\x8B")) {
      inflater_.emplace(bytes);
    } else {
      text_ = bytes;
    }
  }

  /// The next line without its end, valid until the next call; nothing behind the last one.
  std::optional<std::string_view> next() {
    std::size_t end = text_.find('\n', at_);
    while (end == std::string::npos && inflater_) {
      const std::size_t searched = text_.size();
      if (!inflater_->append_to(text_)) inflater_.reset();
      end = text_.find('\n', searched);
    }
    if (at_ >= text_.size()) return std::nullopt;
    const std::string_view line = std::string_view(text_).substr(at_, end - at_);
    at_ = end == std::string::npos ? text_.size() : end + 1;
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  }

 private:
  std::optional<Inflater> inflater_;
  std::string text_;
  std::size_t at_ = 0;
};

using Merges = std::vector<std::pair<std::string, std::string>>;

Merges read_merges(std::string_view bytes, std::size_t merge_count) {
  LineReader lines(bytes);
  lines.next();  // The first line names the version.
  Merges merges;
  merges.reserve(merge_count);
  while (merges.size() < merge_count) {
    const std::optional<std::string_view> line = lines.next();
    if (!line) {
      throw corrupt(
          fmt::format("it lists {} merges of the {} that CLIP takes", merges.size(), merge_count));
    }
    const std::size_t space = line->find(' ');
    if (space == std::string_view::npos || line->find(' ', space + 1) != std::string_view::npos) {
      throw corrupt(fmt::format("its merge number {} is not two tokens with a space between",
                                merges.size() + 1));
    }
    merges.emplace_back(line->substr(0, space), line->substr(space + 1));
  }
  return merges;
}

/// The order of the vocabulary is what gives the ids: the byte characters, the same at the end of a
/// word, what the merges make, and the two special tokens.
Vocabulary make_vocabulary(const Merges& merges) {
  Vocabulary vocabulary;
  vocabulary.reserve(2 * byte_alphabet().size() + merges.size() + 2, 8 * merges.size() + 2048);
  TokenId next_id = 0;
  for (const std::string_view suffix : {std::string_view(), kWordEnd}) {
    for (const std::uint8_t byte : bytes_in_vocabulary_order()) {
      vocabulary.add(byte_alphabet()[byte] + std::string(suffix), next_id++);
    }
  }
  for (const auto& [left, right] : merges) vocabulary.add(left + right, next_id++);
  vocabulary.add(kStart, next_id++);
  vocabulary.add(kEnd, next_id++);
  return vocabulary;
}

/// The steps as CLIP's tokenizer.json states them, its difference between the two special tokens
/// included: the end token is known only as written, the start token in any case.
Pipeline make_pipeline(const Merges& merges) {
  Vocabulary vocabulary = make_vocabulary(merges);
  const TokenId start_id = vocabulary.find(kStart).value();
  const TokenId end_id = vocabulary.find(kEnd).value();
  BytePairOptions options;
  options.end_of_word_suffix = kWordEnd;
  options.unknown_id = end_id;
  auto model =
      std::make_unique<BytePairModel>(std::move(vocabulary), std::move(options), merges.size());
  for (const auto& [left, right] : merges) model->add_merge(left, right);

  std::vector<std::unique_ptr<const Normalizer>> normalizers;
  normalizers.push_back(std::make_unique<UnicodeNormalizer>(UnicodeNormalizer::Form::nfc));
  normalizers.push_back(std::make_unique<ReplaceNormalizer>(compile_regex(R"(\s+)"), " "));
  normalizers.push_back(std::make_unique<LowercaseNormalizer>());
  std::vector<std::unique_ptr<const PreTokenizer>> pre_tokenizers;
  pre_tokenizers.push_back(
      std::make_unique<SplitPreTokenizer>(compile_regex(kClipWords), SplitBehavior::removed, true));
  pre_tokenizers.push_back(std::make_unique<ByteLevelPreTokenizer>(false, true));

  Pipeline pipeline;
  pipeline.normalizer = std::make_unique<NormalizerSequence>(std::move(normalizers));
  pipeline.pre_tokenizer = std::make_unique<PreTokenizerSequence>(std::move(pre_tokenizers));
  pipeline.model = std::move(model);
  pipeline.post_processor = PostProcessor({{.is_text = false, .ids = {start_id}},
                                           {.is_text = true, .ids = {}},
                                           {.is_text = false, .ids = {end_id}}});
  pipeline.added_tokens = {{.content = std::string(kStart), .normalized = true},
                           {.content = std::string(kEnd), .normalized = false}};
  return pipeline;
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> parse_clip_bpe(std::string_view bytes,
                                                        std::string_view name,
                                                        std::size_t merge_count) {
  try {
    return {
        std::make_unique<const PipelineTokenizer>(make_pipeline(read_merges(bytes, merge_count)))};
  } catch (const Exception& exception) {
    return Error{exception.code(),
                 fmt::format("{} is not CLIP's list of merges: {}; fetch "
                             "bpe_simple_vocab_16e6.txt.gz again from where the model came from",
                             name, exception.what())};
  }
}

Result<std::unique_ptr<const Tokenizer>> load_clip_bpe(const std::filesystem::path& path) {
  const Result<FileContent> content = read_file(path, kFileBytesMax);
  if (!content) return content.error();
  const std::vector<std::byte>& bytes = content.value().bytes;
  return parse_clip_bpe({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.native());
}

}  // namespace clipdex::text
