#include <cstdio>  // jpeglib.h needs it first.

#include <jerror.h>
#include <jpeglib.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "image/decoders.hpp"
#include "image/limits.hpp"

namespace clipdex::image {
namespace {

constexpr std::string_view kExifPrefix("Exif\0\0", 6);
constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr unsigned kMarkerBytesMax = 0xFFFF;
constexpr int kScansMax =
    200;  // Encoders make about ten; a thousand empty ones would take minutes.
constexpr int kTooManyScans = -1;  // Beside libjpeg's own codes, which are positive.
constexpr int kShortSideFactorMin =
    3;  // A fast decode keeps this multiple of the side that is needed.

/// The state of one decompression. libjpeg reports errors by longjmp, which skips destructors; so
/// every function between `setjmp` and libjpeg holds plain values only, and all memory belongs to
/// this object.
class Decompressor {
 public:
  explicit Decompressor(std::span<const std::byte> bytes) {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = [](j_common_ptr info) { give_up(info, info->err->msg_code); };
    errors_.base.emit_message = [](j_common_ptr info, int level) {
      // The bytes end before the picture does. Other warnings are spots that Pillow shows as well.
      if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) give_up(info, JWRN_JPEG_EOF);
    };
    if (setjmp(errors_.jump) != 0) return;
    jpeg_create_decompress(&info_);
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    progress_.progress_monitor = [](j_common_ptr info) {
      const auto* decompress = reinterpret_cast<j_decompress_ptr>(info);
      if (decompress->input_scan_number > kScansMax) give_up(info, kTooManyScans);
    };
    info_.progress = &progress_;
    jpeg_save_markers(&info_, kExifMarker, kMarkerBytesMax);
    created_ = true;
  }
  ~Decompressor() { jpeg_destroy_decompress(&info_); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// Reads up to the first scan. @return false when libjpeg gave up
  bool read_header() {
    if (!created_ || setjmp(errors_.jump) != 0) return false;
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  /// Decodes into `raster`, which it sizes. @return false when libjpeg gave up
  bool read_pixels(int side_needed, bool may_scale, Raster& raster) {
    if (!prepare(side_needed, may_scale)) return false;
    raster.width = static_cast<int>(info_.output_width);
    raster.height = static_cast<int>(info_.output_height);
    row_bytes_ = std::size_t{info_.output_width} * 3;
    raster.rgb.resize(row_bytes_ * info_.output_height);
    if (info_.out_color_space == JCS_CMYK) ink_.resize(std::size_t{info_.output_width} * 4);
    return read_rows(raster.rgb.data());
  }

  Exif exif() const {
    for (auto* marker = info_.marker_list; marker != nullptr; marker = marker->next) {
      const std::string_view text(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (marker->marker == kExifMarker && text.starts_with(kExifPrefix)) {
        return read_exif(std::as_bytes(std::span(marker->data, marker->data_length)));
      }
    }
    return {};
  }

  int width() const { return static_cast<int>(info_.image_width); }
  int height() const { return static_cast<int>(info_.image_height); }

  /// Why a step returned false.
  Error error() const {
    switch (errors_.code) {
      case JWRN_JPEG_EOF:
        return {ErrorCode::corrupt, "the JPEG data ends before the picture does"};
      case JERR_BAD_PRECISION:
      case JERR_SOF_UNSUPPORTED:
      case JERR_CONVERSION_NOTIMPL:
      case JERR_ARITH_NOTIMPL:
      case JERR_NOT_COMPILED:
        return {ErrorCode::unsupported, "this kind of JPEG cannot be decoded: " + reason()};
      case kTooManyScans:
        return {ErrorCode::too_large,
                fmt::format("the JPEG has more scans than the limit of {}", kScansMax)};
      case JERR_OUT_OF_MEMORY:
        return {ErrorCode::too_large, "the JPEG needs more memory than there is"};
      default:
        return {ErrorCode::corrupt, "the JPEG data is broken: " + reason()};
    }
  }

 private:
  struct Errors {
    jpeg_error_mgr base{};  // First, so that libjpeg's pointer to it is a pointer to all.
    std::jmp_buf jump{};
    int code = 0;
  };

  [[noreturn]] static void give_up(j_common_ptr info, int code) {
    auto* errors = reinterpret_cast<Errors*>(info->err);
    errors->code = code;
    std::longjmp(errors->jump, 1);
  }

  bool prepare(int side_needed, bool may_scale) {
    if (setjmp(errors_.jump) != 0) return false;
    const bool has_ink = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = has_ink ? JCS_CMYK : JCS_RGB;
    info_.dct_method = JDCT_ISLOW;
    info_.do_fancy_upsampling = TRUE;
    info_.scale_denom = 8;
    info_.scale_num = may_scale ? eighths(side_needed) : 8;
    jpeg_start_decompress(&info_);
    return true;
  }

  /// The strongest scaling by a power of two that keeps the short side long enough. (The ratios
  /// between exist too, and cost more than they save: only these have fast transforms.)
  unsigned eighths(int side_needed) const {
    const std::int64_t short_side = std::min(info_.image_width, info_.image_height);
    const std::int64_t keep = std::int64_t{side_needed} * kShortSideFactorMin;
    unsigned result = 1;
    while (result < 8 && short_side * result / 8 < keep) result *= 2;
    return result;
  }

  bool read_rows(std::uint8_t* to) {
    if (setjmp(errors_.jump) != 0) return false;
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = ink_.empty() ? to + info_.output_scanline * row_bytes_ : ink_.data();
      std::uint8_t* rgb = to + info_.output_scanline * row_bytes_;
      jpeg_read_scanlines(&info_, &row, 1);
      if (!ink_.empty()) ink_to_rgb(rgb);
    }
    return true;
  }

  /// CMYK in a JPEG is stored inverted, as Adobe's programs write it, with or without their marker.
  void ink_to_rgb(std::uint8_t* rgb) {
    for (std::uint8_t& value : ink_) value = static_cast<std::uint8_t>(255 - value);
    cmyk_to_rgb(ink_, {rgb, row_bytes_});
  }

  std::string reason() const {
    std::array<char, JMSG_LENGTH_MAX> text{};
    auto* info = reinterpret_cast<j_common_ptr>(const_cast<jpeg_decompress_struct*>(&info_));
    errors_.base.format_message(info, text.data());
    return text.data();
  }

  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
  Errors errors_;
  bool created_ = false;
  std::size_t row_bytes_ = 0;
  std::vector<std::uint8_t> ink_;  ///< one row of a CMYK picture
};

}  // namespace

Result<Stored> decode_jpeg(std::span<const std::byte> bytes, const DecodeOptions& options) {
  Decompressor jpeg(bytes);
  if (!jpeg.read_header()) return jpeg.error();
  if (auto error = refuse_size(jpeg.width(), jpeg.height(), options.pixels_max)) return *error;
  Stored stored{.pixels = {}, .width = jpeg.width(), .height = jpeg.height(), .exif = jpeg.exif()};
  const bool may_scale = options.fidelity == Fidelity::fast;
  if (!jpeg.read_pixels(options.side_needed, may_scale, stored.pixels)) return jpeg.error();
  return stored;
}

}  // namespace clipdex::image
