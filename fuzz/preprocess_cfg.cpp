// Any bytes as the descriptions of a model package: they are read or refused. What is read is a
// picture that the rest of the program can make, and two readings agree.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/preprocess.hpp"
#include "model/text_spec.hpp"

namespace {

void read_twice(clipdex::Result<clipdex::image::PreprocessSpec> (*parse)(std::string_view,
                                                                         std::string_view),
                std::string_view input) {
  const auto spec = parse(input, "input");
  if (!spec) return;
  const int size = spec.value().size;
  if (size < 1 || size > clipdex::model::kImageSizeMax) std::abort();
  if (parse(input, "input").value() != spec.value()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  read_twice(clipdex::model::parse_open_clip_preprocess, input);
  read_twice(clipdex::model::parse_hugging_face_preprocess, input);
  clipdex::model::find_token_id(input, "<|endoftext|>");
  return 0;
}
