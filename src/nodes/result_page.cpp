#include "nodes/result_page.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/file.hpp"
#include "base/utf8.hpp"
#include "clipdex/error.hpp"
#include "library/result_folder.hpp"
#include "nodes/node_process.hpp"

namespace clipdex::nodes {
namespace fs = std::filesystem;
namespace {

// By this a page is known for one of ours, which may be replaced.
constexpr std::string_view kMark = R"(<meta name="generator" content="clipdex clip_manage">)";
constexpr std::uint64_t kPageBytesMax = 64 << 20;

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --back: #f6f6f4; --card: #fff; --text: #1c1c1a; --dim: #6b6b66;
  --line: #e0e0dc; --mark: #0b63c5; }
@media (prefers-color-scheme: dark) { :root { --back: #161618; --card: #222226; --text: #ececea;
  --dim: #a0a09a; --line: #36363c; --mark: #7db8ff; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem clamp(1rem, 4vw, 3rem); background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
header p { margin: .25rem 0 1.5rem; color: var(--dim); }
ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr));
  gap: 1rem; margin: 0; padding: 0; list-style: none; }
li { display: flex; flex-direction: column; overflow: hidden; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; }
img { display: block; width: 100%; height: 13rem; object-fit: contain; background: var(--back);
  color: var(--dim); font-size: .8rem; }
li p { margin: 0; padding: .6rem .8rem 0; }
li p:last-child { padding-bottom: .8rem; color: var(--dim); font-size: .8rem;
  overflow-wrap: anywhere; }
b { color: var(--mark); }
.score { float: right; font-variant-numeric: tabular-nums; }
)";

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : printable(to_valid_utf8(text))) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

/// Every byte but those that a URL may hold as they are (RFC 3986, section 2.3), so that names that
/// are not UTF-8 work, too.
std::string url_encoded(std::string_view name) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string url;
  for (const char c : name) {
    if (kPlain.find(c) != std::string_view::npos) {
      url += c;
    } else {
      url += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return url;
}

std::string format_hit(const Hit& hit) {
  const std::string url = url_encoded(library::result_link_name(hit));
  return fmt::format(
      "<li>\n<a href=\"{0}\"><img src=\"{0}\" alt=\"{1}\" loading=\"lazy\"></a>\n"
      "<p><b>{2}</b><span class=\"score\">similarity {3:.4f}</span></p>\n<p>{4}</p>\n</li>\n",
      url, escaped(fs::path(hit.path).filename().native()), hit.rank, hit.score, escaped(hit.path));
}

/// A page of somebody else stays; a link that leads out of the folder is one, too.
void require_ours(const fs::path& page) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(page, error);
  if (status.type() == fs::file_type::not_found) return;
  if (fs::is_regular_file(status)) {
    const FileContent content = read_file(page, kPageBytesMax).value_or_throw();
    const std::string_view text(reinterpret_cast<const char*>(content.bytes.data()),
                                content.bytes.size());
    if (text.find(kMark) != std::string_view::npos) return;
  }
  throw Exception(ErrorCode::write_failed,
                  fmt::format("{} is there already and was not made by clipdex; move it away, or "
                              "name another result_folder",
                              to_valid_utf8(page.native())));
}

}  // namespace

std::string format_result_page(std::string_view query, std::span<const Hit> hits) {
  const std::string title = escaped(query);
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n{}\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n"
      "<p>{} image{}, the most similar first</p>\n</header>\n<ol>\n",
      kMark, title, kStyle, title, hits.size(), hits.size() == 1 ? "" : "s");
  for (const Hit& hit : hits) page += format_hit(hit);
  return page + "</ol>\n</body>\n</html>\n";
}

void write_result_page(const fs::path& folder, std::string_view query, std::span<const Hit> hits) {
  const fs::path page = folder / "index.html";
  require_ours(page);
  const std::string text = format_result_page(query, hits);
  write_file_atomically(page, std::as_bytes(std::span(text))).value_or_throw();
}

}  // namespace clipdex::nodes
