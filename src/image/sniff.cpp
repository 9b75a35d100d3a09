#include <algorithm>
#include <array>

#include "image/decode.hpp"
#include "image/tiff_tags.hpp"

namespace clipdex::image {
namespace {

using namespace std::string_view_literals;

/// Bytes that a format begins with, at a fixed place.
struct Signature {
  std::size_t position;
  std::string_view bytes;
  Format format;
};

// Raw formats that look like TIFF stand before it.
constexpr std::array kSignatures{
    Signature{0, "\xFF\xD8\xFF"sv, Format::jpeg},
    Signature{0, "\x89PNG\r\n\x1A\n"sv, Format::png},
    Signature{0, "GIF87a"sv, Format::gif},
    Signature{0, "GIF89a"sv, Format::gif},
    Signature{0, "\0\0\0\x0CjP  \r\n\x87\n"sv, Format::jp2},
    Signature{0, "\xFF\x4F\xFF\x51"sv, Format::jp2},  // A bare JPEG 2000 codestream.
    Signature{0, "\0\0\0\x0CJXL \r\n\x87\n"sv, Format::jxl},
    Signature{0, "\xFF\x0A"sv, Format::jxl},  // A bare JPEG XL codestream.
    Signature{0, "FUJIFILMCCD-RAW"sv, Format::raw},
    Signature{0, "FOVb"sv, Format::raw},   // Sigma X3F.
    Signature{0, "\0MRM"sv, Format::raw},  // Minolta MRW.
    Signature{0, "IIU\0"sv, Format::raw},  // Panasonic RW2.
    Signature{0, "IIRO"sv, Format::raw},   // Olympus ORF.
    Signature{0, "IIRS"sv, Format::raw},
    Signature{0, "MMOR"sv, Format::raw},
    Signature{6, "HEAPCCDR"sv, Format::raw},  // Canon CRW.
    Signature{8, "CR\x02\0"sv, Format::raw},  // Canon CR2.
    Signature{0, "II+\0"sv, Format::tiff},    // BigTIFF.
    Signature{0, "MM\0+"sv, Format::tiff},
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::uint32_t u32_little(std::string_view head, std::size_t position) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(head[position + i]);
  return value;
}

std::uint32_t u32_big(std::string_view head, std::size_t position) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<std::uint8_t>(head[position + i]);
  return value;
}

/// "BM" alone starts many texts; the size of the information header after it must be one that
/// exists.
bool is_bmp(std::string_view head) {
  if (!head.starts_with("BM") || head.size() < 18) return false;
  const std::uint32_t header_bytes = u32_little(head, 14);
  return header_bytes == 12 || header_bytes == 16 || (header_bytes >= 40 && header_bytes <= 124);
}

/// P1 to P6; white space and a number or comment must follow.
bool is_pnm(std::string_view head) {
  if (head.size() < 4 || head[0] != 'P' || head[1] < '1' || head[1] > '6') {
    return false;
  }
  const auto next = std::find_if_not(head.begin() + 2, head.end(), is_space);
  return next != head.begin() + 2 && next != head.end() &&
         (*next == '#' || (*next >= '0' && *next <= '9'));
}

/// The ISO base media file format (ISO/IEC 14496-12): the brands in the first box say what is
/// inside.
std::optional<Format> sniff_media(std::string_view head) {
  if (head.size() < 16 || head.substr(4, 4) != "ftyp") return std::nullopt;
  const std::size_t end = std::min<std::size_t>(u32_big(head, 0), head.size());
  for (std::size_t position = 8; position + 4 <= end; position += 4) {
    const std::string_view brand = head.substr(position, 4);
    if (brand == "crx ") return Format::raw;  // Canon CR3.
    for (const auto known :
         {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2", "msf1", "avif", "avis"}) {
      if (brand == known) return Format::heif;
    }
    if (position == 8) position += 4;  // The version stands between the first brand and the others.
  }
  return std::nullopt;
}

/// Whether a TIFF holds what a camera's sensor saw. Makers' names alone do not tell: photographs
/// that were edited and saved as TIFF keep them.
bool is_raw_tiff(const TiffTags& tags) {
  constexpr std::uint16_t kTagNewSubfileType = 254;
  constexpr std::uint16_t kTagPhotometric = 262;
  constexpr std::uint16_t kTagMake = 271;
  constexpr std::uint16_t kTagSubDirectories = 330;
  constexpr std::uint16_t kTagDngVersion = 50706;
  constexpr std::uint32_t kReducedImage = 1;
  constexpr std::uint32_t kColourFilterArray = 32803;
  constexpr std::uint32_t kLinearRaw = 34892;

  const std::uint32_t main = tags.first_directory();
  if (tags.find(main, kTagDngVersion)) return true;
  const std::uint32_t photometric = tags.number(main, kTagPhotometric).value_or(0);
  if (photometric == kColourFilterArray || photometric == kLinearRaw) return true;
  // NEF, ARW and their like: a small preview comes first, the sensor's data in a directory below.
  return tags.number(main, kTagNewSubfileType) == kReducedImage && tags.find(main, kTagMake) &&
         tags.find(main, kTagSubDirectories);
}

/// Removes one prolog item (declaration, comment, document type) that starts with `open`.
/// @return false when the text does not start with it, or it is not closed
bool skip_item(std::string_view& text, std::string_view open, std::string_view close) {
  if (!text.starts_with(open)) return false;
  const std::size_t end = text.find(close, open.size());
  if (end == std::string_view::npos) return false;
  text.remove_prefix(end + close.size());
  return true;
}

/// A document type may hold declarations in brackets, and those may hold '>'.
bool skip_document_type(std::string_view& text) {
  if (!text.starts_with("<!DOCTYPE")) return false;
  const std::size_t bracket = text.find_first_of("[>");
  const bool has_subset = bracket != std::string_view::npos && text[bracket] == '[';
  if (has_subset && !skip_item(text, "<!DOCTYPE", "]")) return false;
  const std::size_t end = text.find('>');
  if (end == std::string_view::npos) return false;
  text.remove_prefix(end + 1);
  return true;
}

/// An XML document whose root element is `svg`, with or without a namespace prefix.
bool is_svg(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  do {
    text.remove_prefix(static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_space) - text.begin()));
  } while (skip_item(text, "<?", "?>") || skip_item(text, "<!--", "-->") ||
           skip_document_type(text));
  if (!text.starts_with('<')) return false;
  std::string_view name = text.substr(1, text.find_first_of(" \t\r\n/>", 1) - 1);
  if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
    name.remove_prefix(colon + 1);
  }
  return name == "svg";
}

}  // namespace

std::string_view format_name(Format format) noexcept {
  constexpr std::array kNames{"jpeg"sv, "png"sv, "webp"sv, "tiff"sv, "bmp"sv, "gif"sv,
                              "pnm"sv,  "jp2"sv, "jxl"sv,  "heif"sv, "svg"sv, "raw"sv};
  return kNames[static_cast<std::size_t>(format)];
}

std::optional<Format> sniff(std::span<const std::byte> head) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  for (const Signature& signature : kSignatures) {
    if (text.size() >= signature.position &&
        text.substr(signature.position).starts_with(signature.bytes)) {
      return signature.format;
    }
  }
  if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WEBP") {
    return Format::webp;
  }
  if (text.starts_with("II*\0"sv) || text.starts_with("MM\0*"sv)) {
    const std::optional<TiffTags> tags = TiffTags::open(head);
    return tags && is_raw_tiff(*tags) ? Format::raw : Format::tiff;
  }
  if (const std::optional<Format> media = sniff_media(text)) return media;
  if (is_bmp(text)) return Format::bmp;
  if (is_pnm(text)) return Format::pnm;
  if (is_svg(text)) return Format::svg;
  return std::nullopt;
}

}  // namespace clipdex::image
