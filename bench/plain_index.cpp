// The loop that indexing is compared with: one thread takes one image after the other through a
// full decode, an exact resize and ONNX Runtime with a batch of one and default settings; nothing
// is stored. usage: bench_plain_index MODEL_DIRECTORY FOLDER
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <vector>

#include "base/file.hpp"
#include "image/decode.hpp"
#include "image/resize.hpp"
#include "model/package.hpp"

namespace {

namespace fs = std::filesystem;
namespace image = clipdex::image;

constexpr std::uint64_t kFileBytesMax = 1 << 28;

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// The image tower, called with one image at a time.
class Tower {
 public:
  Tower(const fs::path& graph, int side)
      : session_(environment_, graph.c_str(), one_thread()), dims_{1, 3, side, side} {}

  std::vector<float> encode(std::vector<float>& planes) {
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const Ort::Value input = Ort::Value::CreateTensor<float>(memory, planes.data(), planes.size(),
                                                             dims_.data(), dims_.size());
    const char* const input_name = input_.get();
    const char* const output_name = output_.get();
    const auto outputs =
        session_.Run(Ort::RunOptions{nullptr}, &input_name, &input, 1, &output_name, 1);
    const float* values = outputs.front().GetTensorData<float>();
    const std::size_t size = outputs.front().GetTensorTypeAndShapeInfo().GetElementCount();
    std::vector<float> vector(values, values + size);
    double squares = 0;
    for (const float x : vector) squares += double{x} * double{x};
    for (float& x : vector) x = static_cast<float>(double{x} / std::sqrt(squares));
    return vector;
  }

 private:
  static Ort::SessionOptions one_thread() {
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1);
    return options;
  }

  Ort::Env environment_;
  Ort::Session session_;
  std::array<std::int64_t, 4> dims_;
  Ort::AllocatorWithDefaultOptions allocator_;
  Ort::AllocatedStringPtr input_ = session_.GetInputNameAllocated(0, allocator_);
  Ort::AllocatedStringPtr output_ = session_.GetOutputNameAllocated(0, allocator_);
};

void index(const fs::path& directory, const fs::path& folder) {
  const auto package = clipdex::model::read_package(directory).value_or_throw();
  const image::PreprocessSpec& spec = package.preprocess;
  Tower tower(package.visual_graph, spec.size);
  std::vector<float> planes(std::size_t{3} * static_cast<std::size_t>(spec.size * spec.size));
  std::vector<std::vector<float>> vectors;
  double decode_s = 0;
  double encode_s = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const double began = cpu_seconds();
    const auto bytes = clipdex::read_file(entry.path(), kFileBytesMax).value_or_throw().bytes;
    const auto decoded =
        image::decode(bytes, {.fidelity = image::Fidelity::exact}).value_or_throw();
    image::normalise(image::resize_and_crop(decoded.pixels, spec), spec, planes);
    const double prepared = cpu_seconds();
    vectors.push_back(tower.encode(planes));
    decode_s += prepared - began;
    encode_s += cpu_seconds() - prepared;
  }
  // The words of clipdex's own summary, so that one reader does for both.
  std::printf("encoded %zu images (CPU: decode %.1f s, encode %.1f s, store 0.0 s)\n",
              vectors.size(), decode_s, encode_s);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bench_plain_index MODEL_DIRECTORY FOLDER\n", stderr);
    return 2;
  }
  try {
    index(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_plain_index: %s\n", error.what());
    return 3;
  }
}
