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
#include "image/resize.hpp"

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

constexpr std::size_t kRowsAtOnce = 16;  // As many as libjpeg has ready at a time.
/// Columns that are decoded on each side beyond those needed: at the border of what is decoded the
/// upsampling of colour lacks its neighbours, and a mirrored picture may need one column more.
constexpr int kMargin = 8;

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

  /// Decodes into `stored`. @return false when libjpeg gave up
  bool read_pixels(int side_needed, bool may_scale, const PreprocessSpec* spec, Stored& stored) {
    if (!prepare(side_needed, may_scale)) return false;
    stored.whole_width = static_cast<int>(info_.output_width);
    if (spec != nullptr && !leave_out_columns(*spec, stored.left)) return false;
    Raster& raster = stored.pixels;
    raster.width = static_cast<int>(info_.output_width);
    raster.height = static_cast<int>(info_.output_height);
    // Rows are appended, since zeroing a large raster first costs as much as filling it.
    raster.rgb.reserve(std::size_t{info_.output_width} * 3 * info_.output_height);
    const std::size_t row_bytes =
        std::size_t{info_.output_width} * static_cast<std::size_t>(info_.output_components);
    rows_.resize(kRowsAtOnce * row_bytes);
    for (std::size_t i = 0; i < kRowsAtOnce; ++i) row_pointers_[i] = &rows_[i * row_bytes];
    return read_rows(raster.rgb);
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

  /// Restricts the output to the columns that `spec` needs, whichever way the picture is turned.
  bool leave_out_columns(const PreprocessSpec& spec, int& left) {
    // A progressive picture may be smoothed across blocks, and most of its time goes elsewhere.
    if (info_.progressive_mode != FALSE) return true;
    // Where colour is four times as coarse and the picture is scaled, libjpeg-turbo 2.1 gives other
    // pixels than without the crop.
    if (info_.max_h_samp_factor > 2 || info_.max_v_samp_factor > 2) return true;
    const int width = static_cast<int>(info_.output_width);
    const Window needed = samples_needed(width, static_cast<int>(info_.output_height), spec);
    const int margin = std::min(needed.first, width - needed.first - needed.count) - kMargin;
    if (margin <= 0) return true;
    auto first = static_cast<JDIMENSION>(margin);
    auto count = static_cast<JDIMENSION>(width - 2 * margin);
    if (!crop(first, count)) return false;
    left = static_cast<int>(first);
    return true;
  }

  /// libjpeg begins at a block, so that `first` may become smaller and `count` larger.
  bool crop(JDIMENSION& first, JDIMENSION& count) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_crop_scanline(&info_, &first, &count);
    return true;
  }

  bool read_rows(std::vector<std::uint8_t>& rgb) {
    if (setjmp(errors_.jump) != 0) return false;
    while (info_.output_scanline < info_.output_height) {
      append_rows(jpeg_read_scanlines(&info_, row_pointers_.data(), kRowsAtOnce), rgb);
    }
    return true;
  }

  void append_rows(std::size_t count, std::vector<std::uint8_t>& rgb) {
    const std::size_t samples = count * info_.output_width;
    if (info_.out_color_space != JCS_CMYK) {
      rgb.insert(rgb.end(), rows_.begin(),
                 rows_.begin() + static_cast<std::ptrdiff_t>(samples * 3));
      return;
    }
    // CMYK in a JPEG is stored inverted, as Adobe's programs write it, with or without their
    // marker.
    const auto ink = std::span(rows_).first(samples * 4);
    for (std::uint8_t& value : ink) value = static_cast<std::uint8_t>(255 - value);
    const std::size_t before = rgb.size();
    rgb.resize(before + samples * 3);
    cmyk_to_rgb(ink, std::span(rgb).subspan(before));
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
  std::vector<std::uint8_t> rows_;  ///< `kRowsAtOnce` rows as libjpeg gives them
  std::array<JSAMPROW, kRowsAtOnce> row_pointers_{};
};

}  // namespace

Result<Stored> decode_jpeg(std::span<const std::byte> bytes, const DecodeOptions& options,
                           const PreprocessSpec* spec) {
  Decompressor jpeg(bytes);
  if (!jpeg.read_header()) return jpeg.error();
  if (auto error = refuse_size(jpeg.width(), jpeg.height(), options.pixels_max)) return *error;
  Stored stored;
  stored.width = jpeg.width();
  stored.height = jpeg.height();
  stored.exif = jpeg.exif();
  const bool may_scale = options.fidelity == Fidelity::fast;
  if (!jpeg.read_pixels(options.side_needed, may_scale, spec, stored)) return jpeg.error();
  return stored;
}

}  // namespace clipdex::image
