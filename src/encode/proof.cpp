#include "encode/proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "encode/reference_data.hpp"

namespace clipdex::encode {
namespace {

constexpr std::array<std::string_view, 28> kThings{"a red car",
                                                   "a dog",
                                                   "a cat on a sofa",
                                                   "two children",
                                                   "the sea",
                                                   "a wooden table",
                                                   "a city at night",
                                                   "an old man",
                                                   "a bicycle",
                                                   "snow on mountains",
                                                   "a plate of food",
                                                   "a bird in the sky",
                                                   "a diagram with arrows",
                                                   "a page of text",
                                                   "a map",
                                                   "a guitar",
                                                   "flowers",
                                                   "a train",
                                                   "a kitchen",
                                                   "a robot",
                                                   "a white horse",
                                                   "a street sign",
                                                   "a crowd",
                                                   "a boat on a lake",
                                                   "a screenshot",
                                                   "a birthday cake",
                                                   "a bridge",
                                                   "a football match"};
constexpr std::array<std::string_view, 2> kFrames{"{}", "a blurry photo of {}, seen from above"};
constexpr std::array<std::string_view, 40> kMore{"",
                                                 "a",
                                                 "42",
                                                 "!?",
                                                 "DSC_0042.JPG",
                                                 "Where did I park?",
                                                 "sunset, orange clouds & palm trees",
                                                 "the receipt from the hardware store",
                                                 "my passport",
                                                 "café à Paris",
                                                 "naïve drawing",
                                                 "une voiture rouge",
                                                 "ein Hund im Schnee",
                                                 "красная машина",
                                                 "赤い車",
                                                 "빨간 자동차",
                                                 "red car -night",
                                                 "black and white portrait of a woman with a hat",
                                                 "close-up of a circuit board",
                                                 "handwriting on a whiteboard",
                                                 "红色的汽车",
                                                 "一只猫",
                                                 "一只狗在草地上",
                                                 "海边的日落",
                                                 "一张木桌",
                                                 "夜晚的城市",
                                                 "一位老人",
                                                 "自行车",
                                                 "雪山",
                                                 "一盘食物",
                                                 "天空中的鸟",
                                                 "带箭头的流程图",
                                                 "一页文字",
                                                 "地图",
                                                 "吉他",
                                                 "花",
                                                 "火车",
                                                 "厨房",
                                                 "机器人",
                                                 "小女孩在公园里放风筝"};

}  // namespace

Agreement compare(std::span<const Embedding> one, std::span<const Embedding> other) {
  std::vector<double> cosines;
  for (std::size_t place = 0; place < one.size(); ++place) {
    cosines.push_back(cosine(one[place], other[place]));
  }
  if (cosines.empty()) return {};
  std::sort(cosines.begin(), cosines.end());
  return {.count = cosines.size(),
          .median = cosines[(cosines.size() - 1) / 2],
          .worst = cosines.front()};
}

std::string describe(const Agreement& agreement) {
  return fmt::format("cosine {:.7f} median, {:.7f} worst of {}", agreement.median, agreement.worst,
                     agreement.count);
}

std::vector<Embedding> encode_all(ImageEncoder& encoder, std::span<const image::Raster> pictures,
                                  const Tick& tick) {
  std::vector<Embedding> vectors;
  while (!pictures.empty()) {
    tick();
    const std::size_t count = std::min(pictures.size(), encoder.batch_best());
    for (Embedding& vector : encoder.encode(pictures.first(count))) {
      vectors.push_back(std::move(vector));
    }
    pictures = pictures.subspan(count);
  }
  return vectors;
}

std::vector<Embedding> encode_all(TextEncoder& encoder, std::span<const std::string> texts,
                                  const Tick& tick) {
  std::vector<Embedding> vectors;
  for (const std::string& text : texts) {
    tick();
    vectors.push_back(encoder.encode(text).vector);
  }
  return vectors;
}

std::vector<image::Raster> made_up_pictures(int size, int count) {
  std::vector<image::Raster> pictures(static_cast<std::size_t>(count));
  std::uint32_t noise = 1;
  for (int number = 0; number < count; ++number) {
    image::Raster& picture = pictures[static_cast<std::size_t>(number)];
    picture = {.width = size, .height = size, .rgb = {}};
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        for (int channel = 0; channel < 3; ++channel) {
          noise = noise * 1664525 + 1013904223;  // the generator of Numerical Recipes
          const int wave = (x * (number + 1) + y * (count - number) + channel * 85) & 0xFF;
          picture.rgb.push_back(static_cast<std::uint8_t>((wave + (noise >> 27)) & 0xFF));
        }
      }
    }
  }
  return pictures;
}

std::vector<std::string> proof_texts() {
  std::vector<std::string> texts;
  for (const std::string_view frame : kFrames) {
    for (const std::string_view thing : kThings) {
      texts.push_back(fmt::format(fmt::runtime(frame), thing));
    }
  }
  texts.insert(texts.end(), kMore.begin(), kMore.end());
  std::string endless;
  for (int word = 0; word < 2000; ++word) endless += "and then ";
  texts.push_back(std::move(endless));
  return texts;
}

}  // namespace clipdex::encode
