#include "encode/tower_optimizer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/graph_file.hpp"

namespace clipdex::encode {
namespace {

constexpr std::size_t kGroups = 8;

/// What ends the whole run, whatever is being tried.
bool ends_everything(ErrorCode code) {
  return code == ErrorCode::stopped || code == ErrorCode::disk_full ||
         code == ErrorCode::write_failed;
}

void keep_first_output(model::Graph& graph, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (!graph.is_output(std::string(name))) continue;
    graph.keep_output(std::string(name));
    graph.sweep();
    return;
  }
  throw Exception(ErrorCode::unsupported, "the graph has no output that is known");
}

}  // namespace

TowerOptimizer::TowerOptimizer(TowerTask task) : task_(std::move(task)) {
  try {
    exact_ = TowerGraph{simplify_graph(task_.file, task_.scratch)};
    keep_first_output(exact_->graph, task_.output_names);
    facts_ = probe_graph(exact_->graph, task_.probe_items, task_.scratch);
    is_known_ = true;
  } catch (const Exception& exception) {
    if (ends_everything(exception.code())) throw;
    exact_ = TowerGraph{model::Graph(model::read_graph_file(task_.file))};
    records_.push_back({task_.name, "graph", false, exception.what()});
    return;
  }
  run_exact_passes();
}

void TowerOptimizer::run_exact_passes() {
  for (const model::ExactPass& pass : model::exact_passes()) {
    model::PassRecord record{task_.name, std::string(pass.name), false, {}};
    try {
      TowerGraph candidate{exact_->graph, exact_->text_stops_at_end};
      model::PassOutcome outcome = pass.run(candidate.graph, facts_);
      record.detail = std::move(outcome.detail);
      if (outcome.applied) {
        candidate.text_stops_at_end |= !outcome.sequence_input.empty();
        const Agreement found = agreement(candidate, true);
        record.applied = kExactThreshold.holds(found);
        if (record.applied) {
          model::Facts facts = probe_graph(candidate.graph, task_.probe_items, task_.scratch);
          exact_.emplace(std::move(candidate));
          facts_ = std::move(facts);
        } else {
          record.detail = fmt::format("taken back: {} ({})", describe(found), record.detail);
        }
      }
    } catch (const Exception& exception) {
      if (ends_everything(exception.code())) throw;
      record.applied = false;
      record.detail = fmt::format("taken back: {}", exception.what());
    }
    records_.push_back(std::move(record));
  }
}

Agreement TowerOptimizer::agreement(const TowerGraph& tower, bool is_sample) const {
  const std::vector<Embedding> vectors = task_.encode(tower, is_sample);
  return compare(is_sample ? task_.original_sample : task_.original, vectors);
}

TowerOptimizer::Form TowerOptimizer::prove(const TowerGraph& tower, Threshold threshold) {
  Form form;
  form.passes = records_;
  Agreement found;
  try {
    found = agreement(tower, false);
  } catch (const Exception& exception) {
    if (ends_everything(exception.code())) throw;
    form.problem = exception.what();
    return form;
  }
  form.is_changed = std::any_of(records_.begin(), records_.end(),
                                [](const model::PassRecord& record) { return record.applied; });
  form.proof = {task_.name,  found.count,          found.median,
                found.worst, threshold.median_min, threshold.worst_min};
  if (threshold.holds(found)) {
    form.tower = TowerGraph{tower.graph, tower.text_stops_at_end};
  } else {
    form.problem = fmt::format("its {} vectors would differ too much from the original's: {}",
                               task_.name, describe(found));
  }
  return form;
}

TowerOptimizer::Form TowerOptimizer::float32() { return prove(*exact_, kExactThreshold); }

TowerGraph TowerOptimizer::quantised(const std::set<std::string>& keep,
                                     model::PassOutcome& outcome) const {
  TowerGraph tower{exact_->graph, exact_->text_stops_at_end};
  outcome = model::quantise_linear(tower.graph, facts_, keep);
  return tower;
}

std::set<std::string> TowerOptimizer::worst_group(const std::vector<std::string>& layers,
                                                  const std::set<std::string>& kept) const {
  std::set<std::string> worst;
  double best = -1;
  const std::size_t size = (layers.size() + kGroups - 1) / kGroups;
  for (std::size_t begin = 0; begin < layers.size(); begin += size) {
    const std::size_t end = std::min(begin + size, layers.size());
    const std::set<std::string> group(layers.begin() + static_cast<std::ptrdiff_t>(begin),
                                      layers.begin() + static_cast<std::ptrdiff_t>(end));
    std::set<std::string> keep = kept;
    keep.insert(group.begin(), group.end());
    model::PassOutcome outcome;
    const Agreement found = agreement(quantised(keep, outcome), true);
    if (found.worst <= best) continue;
    best = found.worst;
    worst = group;
  }
  return worst;
}

TowerOptimizer::Form TowerOptimizer::int8() {
  model::PassOutcome outcome;
  if (!is_known_) return prove(*exact_, kInt8Threshold);
  std::set<std::string> keep;
  std::size_t all = 0;
  for (;;) {
    const TowerGraph tower = quantised(keep, outcome);
    all = std::max(all, outcome.layers.size());
    const model::PassRecord record{task_.name, "linear", outcome.applied, outcome.detail};
    Form form = prove(tower, kInt8Threshold);
    form.passes.push_back(record);
    form.is_changed = form.is_changed || outcome.applied;
    // With less than a half of its layers in int8 a tower gains too little to be another one.
    const bool runs = form.proof.count > 0;
    if (form.tower || !runs || outcome.layers.size() * 2 <= all) return form;
    keep.merge(worst_group(outcome.layers, keep));
  }
}

}  // namespace clipdex::encode
