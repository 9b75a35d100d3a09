#include "nodes/manage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "base/utf8.hpp"
#include "clipdex/library.hpp"
#include "dds/logger.hpp"
#include "library/inspect.hpp"
#include "library/result_folder.hpp"
#include "nodes/encoder_pool.hpp"
#include "nodes/node_process.hpp"
#include "nodes/remote_encoder.hpp"
#include "nodes/result_page.hpp"

namespace clipdex::nodes {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kProbeFiles = 16;
constexpr std::size_t kProbeFilesLookedAt = 10'000;
constexpr unsigned kGoalsPerServer = 2;  // One is encoded while the next is on its way.
constexpr std::chrono::seconds kProgressInterval{5};
constexpr std::size_t kFailuresShown = 20;
constexpr std::int64_t kTopkMax = 1'000'000;
constexpr double kTimeoutSecondsMax = 86'400;

/// Ends the waiting of a pool when a stop is asked for, as long as it lives.
class StopsPool {
 public:
  StopsPool(StopSignal& stop, EncoderPool& pool) : stop_(stop) {
    stop_.on_stop([&pool] { pool.stop(); });
  }
  ~StopsPool() { stop_.on_stop({}); }
  StopsPool(const StopsPool&) = delete;
  StopsPool& operator=(const StopsPool&) = delete;

 private:
  StopSignal& stop_;
};

EncoderPoolOptions image_pool(const ManageParameters& parameters) {
  EncoderPoolOptions options;
  options.kind = ItemEncoder::Kind::image;
  options.actions = parameters.image_servers;
  options.timeout = parameters.timeout;
  return options;
}

EncoderPoolOptions text_pool(const ManageParameters& parameters) {
  EncoderPoolOptions options;
  options.kind = ItemEncoder::Kind::text;
  options.actions = {parameters.text_server};
  options.timeout = parameters.timeout;
  return options;
}

/// Adds the first images of a folder that can be read here.
void add_readable_images(const fs::path& folder, std::vector<std::string>& files) {
  std::error_code error;
  std::size_t looked_at = 0;
  auto entries = fs::recursive_directory_iterator(
      folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (files.size() >= kProbeFiles || ++looked_at > kProbeFilesLookedAt) return;
    std::error_code ignored;
    const bool is_hidden = entries->path().filename().native().starts_with('.');
    if (is_hidden && entries->is_directory(ignored)) entries.disable_recursion_pending();
    if (is_hidden || !entries->is_regular_file(ignored)) continue;
    if (library::preview_picture(entries->path(), 1, 1)) files.push_back(entries->path().native());
  }
}

/// The library's status, if there is a library.
std::optional<LibraryStatus> status_if_present(const Library& library) {
  try {
    return library.status();
  } catch (const Exception& error) {
    if (error.code() != ErrorCode::not_found) throw;
    return std::nullopt;
  }
}

/// Takes the space of the library's vectors; for a new library, that of the encoders. @return
/// whether it is known; if not, there is nothing to encode.
bool learn_space(dds::Logger& logger, RemoteEncoder& encoder, const Library& library,
                 const std::vector<fs::path>& folders) {
  if (const std::optional<LibraryStatus> status = status_if_present(library)) {
    for (const LibraryStatus::ModelStatus& model : status->models) {
      if (!model.active) continue;
      encoder.assume(model.identity, model.name, status->file.native());
      return true;
    }
  }
  if (folders.empty()) {
    throw Exception(ErrorCode::invalid_argument,
                    "a new library needs a folder of images; give storage_folder");
  }
  std::vector<std::string> files;
  for (const fs::path& folder : folders) {
    // Servers have a working directory of their own.
    std::error_code error;
    const fs::path absolute = fs::canonical(folder, error);
    if (error || !fs::is_directory(absolute, error)) return true;  // The library says it better.
    add_readable_images(absolute, files);
  }
  if (files.empty()) return false;
  encoder.probe(files);
  logger.info("the encoders make vectors of " + describe_space(encoder.identity()));
  return true;
}

ProgressCallback report_to(dds::Logger& logger, const StopSignal& stop) {
  auto next = std::make_shared<std::chrono::steady_clock::time_point>(
      std::chrono::steady_clock::now() + kProgressInterval);
  return [&logger, &stop, next](const Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= *next) {
      *next = now + kProgressInterval;
      logger.info(fmt::format("{} of {} files, {:.1f} images/s, {} failed", progress.done,
                              progress.total, progress.encoded_per_second, progress.failed));
    }
    return stop.is_requested() ? ProgressReply::stop : ProgressReply::go_on;
  };
}

void log_report(dds::Logger& logger, const IndexReport& report) {
  const std::size_t shown = std::min(report.failures.size(), kFailuresShown);
  for (std::size_t i = 0; i < shown; ++i) {
    logger.warn(fmt::format("{}: {}", to_valid_utf8(report.failures[i].path),
                            to_valid_utf8(report.failures[i].message)));
  }
  if (report.failed > shown) {
    logger.warn(
        fmt::format("and {} more files failed; see them all with: clipdex status "
                    "--failures",
                    report.failed - shown));
  }
  for (const std::string& notice : report.notices) logger.warn(notice);
  logger.info(fmt::format(
      "new {}, changed {}, moved {}, copied {}, unchanged {}, removed {}, failed {}; {} encoded in "
      "{:.1f} s",
      report.added, report.changed, report.moved, report.copied, report.unchanged, report.removed,
      report.failed, report.encoded, report.elapsed_s));
  if (report.failed_before > 0) {
    logger.info(
        fmt::format("{} of the unchanged failed before; they are read again when they change",
                    report.failed_before));
  }
  if (report.stopped) {
    logger.warn("stopped; everything so far is stored, and the same command goes on from here");
  }
}

int finish_storing(dds::Logger& logger, std::uint64_t images, bool is_whole) {
  logger.info(fmt::format("Storage finish, current num of database: {}.", images));
  return is_whole ? kDone : kSomeFailedOrStopped;
}

SpacedVector encode_query(dds::Node& node, StopSignal& stop, const ManageParameters& parameters) {
  const bool is_text = parameters.image.empty();
  EncoderPool pool(node, is_text ? text_pool(parameters) : image_pool(parameters));
  const StopsPool stops(stop, pool);
  return encode_one(pool, is_text ? parameters.text : fs::absolute(parameters.image).native());
}

/// A sentence with the remedy, since search_vector knows nothing of nodes.
void require_space(const LibraryStatus& status, const ModelIdentity& space, bool is_text) {
  std::string made_by;
  for (const LibraryStatus::ModelStatus& model : status.models) {
    if (model.identity == space) return;
    if (model.active) made_by = fmt::format("{} ({})", model.name, describe_space(model.identity));
  }
  throw Exception(
      ErrorCode::wrong_model,
      fmt::format("the query's vector ({}) cannot be compared with those of {}, which were made by "
                  "{}; run {} with the model that filled the library, or fill another db_file",
                  describe_space(space), status.file.native(), made_by,
                  is_text ? "the text encoder" : "the image encoder"));
}

std::optional<std::string> refuse_unless(bool is_right, std::string_view wanted) {
  if (is_right) return std::nullopt;
  return std::string(wanted);
}

dds::ParameterDescription described(std::string text) { return {std::move(text), true, {}}; }

}  // namespace

ManageParameters declare_manage_parameters(dds::Parameters& declared) {
  using dds::ParameterValue;
  ManageParameters values;
  const auto integer_in = [](std::int64_t least, std::int64_t most, const char* wanted) {
    return [least, most, wanted](const ParameterValue& value) {
      const std::int64_t number = std::get<std::int64_t>(value);
      return refuse_unless(number >= least && number <= most, wanted);
    };
  };
  const auto real_in = [](double least, double most, const char* wanted) {
    return [least, most, wanted](const ParameterValue& value) {
      const double number = std::get<double>(value);
      return refuse_unless(number >= least && number <= most, wanted);
    };
  };
  const auto mode = declared.declare<std::int64_t>(
      "mode", 0,
      {"0: fill the library, 1: search it", true, integer_in(0, 1, "it must be 0 or 1")});
  values.mode = mode == 0 ? ManageMode::store : ManageMode::query;
  values.db_file = declared.declare<std::string>("db_file", "clip.db", described("the library"));
  values.storage_folder = declared.declare<std::string>(
      "storage_folder", "",
      described("mode 0: the folder of images; empty: those that the library knows"));
  values.result_folder = declared.declare<std::string>(
      "result_folder", "result", described("mode 1: gets links to the hits, and a page"));
  values.text = declared.declare<std::string>("text", "", described("mode 1: what to look for"));
  values.image = declared.declare<std::string>(
      "image", "", described("mode 1: an image file to search by; text does not count then"));
  values.topk = static_cast<std::size_t>(declared.declare<std::int64_t>(
      "topk", 10,
      {"mode 1: how many hits at most", true,
       integer_in(1, kTopkMax, "it must be between 1 and 1000000")}));
  const double threshold =
      declared.declare<double>("threshold", -1.0,
                               {"mode 1: hits with a lower similarity are left out", true,
                                real_in(-1, 1, "it must be between -1 and 1")});
  if (threshold > -1) values.threshold = threshold;
  const double timeout_s = declared.declare<double>(
      "timeout_s", 30.0,
      {"seconds to wait for an encoder that is not there or says nothing", true,
       real_in(0.001, kTimeoutSecondsMax, "it must be more than 0 and at most 86400")});
  values.timeout = std::chrono::milliseconds(std::llround(timeout_s * 1e3));
  values.image_servers = declared.declare<std::vector<std::string>>(
      "image_servers", {"/clip_image_action"}, described("the actions of the image encoders"));
  values.text_server = declared.declare<std::string>("text_server", "/clip_text_action",
                                                     described("the action of the text encoder"));
  return values;
}

int store_images(dds::Node& node, StopSignal& stop, const ManageParameters& parameters) {
  Library library({parameters.db_file, ""});
  IndexOptions options;
  if (!parameters.storage_folder.empty()) options.folders = {parameters.storage_folder};
  EncoderPool pool(node, image_pool(parameters));
  const StopsPool stops(stop, pool);
  RemoteEncoder encoder(pool);
  if (!learn_space(node.logger(), encoder, library, options.folders)) {
    node.logger().warn(fmt::format("there is no image in {}", parameters.storage_folder));
    return finish_storing(node.logger(), 0, false);
  }
  options.encoder = &encoder;
  options.threads = std::max(std::max(1U, std::thread::hardware_concurrency()),
                             kGoalsPerServer * static_cast<unsigned>(pool.servers().size()));
  options.progress = report_to(node.logger(), stop);
  const IndexReport report = library.index(options);
  log_report(node.logger(), report);
  const bool is_whole = !report.stopped && report.failed == 0 && report.notices.empty();
  return finish_storing(node.logger(), library.status().ready, is_whole);
}

int query_images(dds::Node& node, StopSignal& stop, const ManageParameters& parameters) {
  if (parameters.text.empty() && parameters.image.empty()) {
    throw Exception(ErrorCode::invalid_argument,
                    "mode 1 needs something to look for; give text or image");
  }
  Library library({parameters.db_file, ""});
  const LibraryStatus status = library.status();  // Throws at once for a library that is not there.
  SearchResult result;
  if (status.ready > 0) {
    SpacedVector query = encode_query(node, stop, parameters);
    require_space(status, query.space, parameters.image.empty());
    result = library.search_vector(
        {std::move(query.vector), std::move(query.space), parameters.topk, parameters.threshold});
  }
  dds::Logger& logger = node.logger();
  for (const Hit& hit : result.hits) {
    logger.info(
        fmt::format("Query Result {}, similarity: {:.6f}", to_valid_utf8(hit.path), hit.score));
  }
  const fs::path folder = parameters.result_folder;
  const std::string shown = parameters.image.empty() ? parameters.text : parameters.image;
  library::fill_result_folder(folder, result.hits);
  write_result_page(folder, shown, result.hits);
  if (result.hits.empty()) {
    logger.warn(fmt::format("nothing found among {} images", status.ready));
    return kSomeFailedOrStopped;
  }
  logger.info(fmt::format("Query finish, {} results are in {}", result.hits.size(),
                          (fs::absolute(folder) / "index.html").native()));
  return kDone;
}

}  // namespace clipdex::nodes
