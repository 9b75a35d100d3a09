#include <gtest/gtest.h>

#include <string>

#include "image/decode.hpp"
#include "support/dng.hpp"
#include "support/images.hpp"

namespace clipdex::image {
namespace {

using namespace std::string_literals;
using test::bytes_of;

std::optional<Format> sniff_text(const std::string& head) { return sniff(bytes_of(head)); }

TEST(Sniff, KnowsEveryFormatFromItsFirst4096Bytes) {
  for (const Format format :
       {Format::jpeg, Format::png, Format::webp, Format::tiff, Format::bmp, Format::gif,
        Format::pnm, Format::jp2, Format::jxl, Format::heif, Format::svg}) {
    auto bytes = test::encode_picture(format);
    if (bytes.empty()) continue;  // This machine cannot write it; the signatures below still count.
    bytes.resize(std::min<std::size_t>(bytes.size(), 4096));
    EXPECT_EQ(sniff(bytes), format) << format_name(format);
  }
}

TEST(Sniff, NamesEveryFormat) {
  EXPECT_EQ(format_name(Format::jpeg), "jpeg");
  EXPECT_EQ(format_name(Format::bmp), "bmp");
  EXPECT_EQ(format_name(Format::jxl), "jxl");
  EXPECT_EQ(format_name(Format::raw), "raw");
}

TEST(Sniff, KnowsTheBrandsOfTheMediaContainer) {
  const auto box = [](const std::string& brands) {
    return "\0\0\0"s + static_cast<char>(8 + brands.size()) + "ftyp" + brands;
  };
  EXPECT_EQ(sniff_text(box("heic\0\0\0\0mif1"s)), Format::heif);
  EXPECT_EQ(sniff_text(box("avif\0\0\0\0"s)), Format::heif);
  EXPECT_EQ(sniff_text(box("MiHB\0\0\0\0MiHEmif1"s)), Format::heif);
  EXPECT_EQ(sniff_text(box("crx \0\0\0\1isom"s)), Format::raw);
  EXPECT_EQ(sniff_text(box("isom\0\0\2\0isommp41"s)), std::nullopt);
  // A version that spells a brand is no brand.
  EXPECT_EQ(sniff_text(box("isommif1mp41"s)), std::nullopt);
}

TEST(Sniff, KnowsBareCodestreamsAndContainers) {
  EXPECT_EQ(sniff_text("\xFF\x0A rest"), Format::jxl);
  EXPECT_EQ(sniff_text("\0\0\0\x0CJXL \r\n\x87\n"s), Format::jxl);
  EXPECT_EQ(sniff_text("\xFF\x4F\xFF\x51 rest"), Format::jp2);
  EXPECT_EQ(sniff_text("\0\0\0\x0CjP  \r\n\x87\n"s), Format::jp2);
}

TEST(Sniff, TellsCameraRawFromTiff) {
  EXPECT_EQ(sniff(test::make_dng({})), Format::raw);
  EXPECT_EQ(sniff_text("II*\0\x10\0\0\0CR\x02\0"s), Format::raw);
  EXPECT_EQ(sniff_text("IIRO\x08\0\0\0"s), Format::raw);
  EXPECT_EQ(sniff_text("IIU\0\x18\0\0\0"s), Format::raw);
  EXPECT_EQ(sniff_text("FUJIFILMCCD-RAW 0201"), Format::raw);
  EXPECT_EQ(sniff_text("II\x1A\0\0\0HEAPCCDR"s), Format::raw);
  EXPECT_EQ(sniff_text("\0MRM\0\0\0\0"s), Format::raw);
  EXPECT_EQ(sniff_text("II*\0\x10\0\0\0"s), Format::tiff);
  EXPECT_EQ(sniff_text("MM\0+\0\x08\0\0"s), Format::tiff);
  // A small preview first, a maker, and a directory below: NEF and ARW look like this.
  const auto entry = [](char low, char high) {
    return ""s + low + high + "\x04\0\x01\0\0\0\x01\0\0\0"s;
  };
  const std::string nef =
      "II*\0\x08\0\0\0\x03\0"s + entry('\xFE', 0) + entry('\x0F', 1) + entry('\x4A', 1);
  EXPECT_EQ(sniff_text(nef), Format::raw);
  const std::string scan = "II*\0\x08\0\0\0\x02\0"s + entry('\xFE', 0) + entry('\x0F', 1);
  EXPECT_EQ(sniff_text(scan), Format::tiff);
}

TEST(Sniff, FindsTheRootOfAnSvgBehindItsProlog) {
  for (const char* text :
       {"<svg/>", "<svg>", "<svg width='1'>", "  \n<svg xmlns='x'>",
        "\xEF\xBB\xBF<?xml version='1.0'?><svg>", "<!-- <html> --><svg>",
        "<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE svg PUBLIC 'a' 'b'>\n<svg>",
        "<!DOCTYPE svg [ <!ENTITY a \"<b>\"> ]>\n<svg>", "<s:svg xmlns:s='x'>"}) {
    EXPECT_EQ(sniff_text(text), Format::svg) << text;
  }
  for (const char* text : {"<svgx>", "<html><svg></html>", "svg", "<", "<!-- <svg>", "<?xml <svg>",
                           "<!DOCTYPE svg", "<!DOCTYPE html><html>"}) {
    EXPECT_EQ(sniff_text(text), std::nullopt) << text;
  }
}

TEST(Sniff, IsNotTakenInByTexts) {
  for (const char* text : {"", "B", "BM", "BMW drives past.", "BMW drives past a very long house.",
                           "P1", "P1 is free", "P5\n", "PK\3\4", "GIF88a", "RIFF....WAVE", "II",
                           "MM", "II*", "\xFF", "\xFF\xD8", "\x89PNG"}) {
    EXPECT_EQ(sniff_text(text), std::nullopt) << text;
  }
}

TEST(Sniff, KnowsPnmAndBmpByWhatFollows) {
  EXPECT_EQ(sniff_text("P1\n# a comment\n1 1\n0"), Format::pnm);
  EXPECT_EQ(sniff_text("P6 1 1 255 abc"), Format::pnm);
  EXPECT_EQ(sniff_text("P7\nWIDTH 1"), std::nullopt);
  EXPECT_EQ(sniff_text("BM............\x28\0\0\0"s), Format::bmp);
  EXPECT_EQ(sniff_text("BM............\x0C\0\0\0"s), Format::bmp);
}

}  // namespace
}  // namespace clipdex::image
