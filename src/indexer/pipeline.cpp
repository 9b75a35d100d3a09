#include "indexer/pipeline.hpp"

#include <atomic>
#include <optional>
#include <utility>
#include <variant>

#include "base/bounded_queue.hpp"
#include "base/worker_group.hpp"
#include "indexer/decode_stage.hpp"
#include "indexer/finish.hpp"
#include "indexer/progress_meter.hpp"
#include "indexer/scan_stage.hpp"
#include "indexer/store_stage.hpp"

namespace clipdex::indexer {
namespace {

constexpr std::size_t kCandidatesMax =
    1'000'000;  // About 200 bytes each: the scan runs ahead and counts.
constexpr std::size_t kOutcomesMax = 1'024;

/// One pass of files through the stages. The thread that calls `run` is the store stage.
class Flow {
 public:
  Flow(const IndexJob& job, StoreStage& store, ProgressMeter& meter)
      : job_(job),
        store_(store),
        meter_(meter),
        squares_("decoded images", std::size_t{2} * job.threads * batch_best_of(job.encoder)),
        decoders_left_(job.threads),
        encoders_left_(job.threads) {}

  ~Flow() { cancel(); }  // A store stage that throws must not leave workers waiting.

  void run(FileSource source) {
    // The worker owns its source: when the store throws, the caller's is gone before it is joined.
    workers_.start([this, source = std::move(source)] { feed(source); });
    for (unsigned i = 0; i < job_.threads; ++i) {
      workers_.start([this] { decode(); });
      workers_.start([this] { encode(); });
    }
    store();
    workers_.join_and_rethrow();
  }

 private:
  void feed(const FileSource& source) {
    source([this](std::variant<Candidate, Outcome>&& file) {
      if (Candidate* candidate = std::get_if<Candidate>(&file)) {
        return candidates_.push(std::move(*candidate));
      }
      return outcomes_.push(std::move(std::get<Outcome>(file))) && !meter_.stop_requested();
    });
    candidates_.close();
  }

  void decode() {
    DecodeStage stage(job_.open_reader(), job_.model, preprocess_of(job_.encoder));
    while (std::optional<Candidate> candidate = candidates_.pop()) {
      const ThreadTimer timer(meter_.decode_clock());
      std::variant<Square, Outcome> result = stage.process(std::move(*candidate));
      if (Square* square = std::get_if<Square>(&result)) {
        squares_.push(std::move(*square));
      } else {
        outcomes_.push(std::move(std::get<Outcome>(result)));
      }
    }
    if (--decoders_left_ == 0) squares_.close();
  }

  void encode() {
    while (true) {
      std::vector<Square> batch = take_batch(squares_, batch_best_of(job_.encoder));
      if (batch.empty()) break;
      const ThreadTimer timer(meter_.encode_clock());
      for (Outcome& outcome : encode_batch(job_.encoder, std::move(batch))) {
        outcomes_.push(std::move(outcome));
      }
    }
    if (--encoders_left_ == 0) outcomes_.close();
  }

  void store() {
    while (!outcomes_.is_drained()) {
      if (std::optional<Outcome> outcome = outcomes_.pop_for(ProgressMeter::kInterval)) {
        const ThreadTimer timer(meter_.store_clock());
        store_.store(std::move(*outcome));
      }
      meter_.tell();
      // What is in flight still passes through every stage and is stored.
      if (meter_.stop_requested()) candidates_.cancel();
    }
  }

  void cancel() {
    candidates_.cancel();
    squares_.cancel();
    outcomes_.cancel();
  }

  const IndexJob& job_;
  StoreStage& store_;
  ProgressMeter& meter_;
  BoundedQueue<Candidate> candidates_{"files to read", kCandidatesMax};
  BoundedQueue<Square> squares_;
  BoundedQueue<Outcome> outcomes_{"outcomes to store", kOutcomesMax};
  std::atomic<unsigned> decoders_left_;
  std::atomic<unsigned> encoders_left_;
  WorkerGroup workers_{[this] { cancel(); }};
};

}  // namespace

IndexReport run_pipeline(const IndexJob& job) {
  IndexReport report;
  ProgressMeter meter(job.progress, report);
  StoreStage store(job.library, job.model, report);

  std::vector<ScanReport> scans;
  Flow(job, store, meter).run([&](const EmitFile& emit) {
    scans = scan_scopes(job, [&](std::variant<Candidate, Outcome>&& file) {
      meter.count_file();
      return emit(std::move(file));
    });
    meter.finish_counting();
  });
  for (std::vector<Candidate> deferred = store.take_deferred();
       !deferred.empty() && !meter.stop_requested(); deferred = store.take_deferred()) {
    store.flush();  // The decoders must see what made these files wait, or they would wait again.
    Flow(job, store, meter).run([&](const EmitFile& emit) { emit_again(deferred, emit); });
  }
  store.flush();
  if (!meter.stop_requested()) finish_scopes(job, scans, store, report);
  meter.finish();
  return report;
}

}  // namespace clipdex::indexer
