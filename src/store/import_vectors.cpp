#include "store/import_vectors.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace clipdex::store {
namespace {

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

/// Takes the first line off a text that is not empty; its end, "\n" or "\r\n", goes with it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t count_lines(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) take_line(text);
  return count;
}

}  // namespace

Result<VectorSource> VectorSource::open(const std::filesystem::path& vectors,
                                        const std::filesystem::path& paths) {
  const Result<RegularFile> stamped = RegularFile::open(vectors);
  if (!stamped) return stamped.error();
  Result<NpyFile> array = NpyFile::open(vectors);
  if (!array) return array.error();
  Result<MappedFile> lines = MappedFile::open(paths);
  if (!lines) return lines.error();
  const std::size_t count = count_lines(text_of(lines.value()));
  if (count != array.value().rows()) {
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{} holds {} vectors, but {} has {} lines; it must name one file a "
                             "line, in the order of the vectors",
                             vectors.native(), array.value().rows(), paths.native(), count)};
  }
  return VectorSource(std::move(array).value(), std::move(lines).value(),
                      std::filesystem::absolute(paths).parent_path(),
                      stamped.value().stamp().mtime_ns / kNanosecondsPerMillisecond);
}

ImportReport VectorSource::import_into(Catalogue& library, ModelId model,
                                       const ProgressCallback& progress) const {
  ImportWriter writer(library, model, base_, vectors_.rows(), progress);
  std::vector<float> vector(vectors_.dimension());
  std::string_view rest = text_of(paths_);
  for (std::size_t row = 0; row < vectors_.rows() && !writer.stopped(); ++row) {
    vectors_.read_row(row, vector);
    writer.add(take_line(rest), made_at_ms_, vector);
  }
  return writer.finish();
}

}  // namespace clipdex::store
