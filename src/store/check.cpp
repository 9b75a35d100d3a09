#include "store/check.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "clipdex/error.hpp"
#include "store/connection.hpp"
#include "store/library_file.hpp"
#include "store/schema.hpp"

namespace clipdex::store {
namespace {

constexpr double kUnitTolerance = 1e-3;

constexpr std::string_view kHowToRepair = "run 'clipdex fsck --repair'";
constexpr std::string_view kBeyondRepair =
    "the file cannot be repaired here; move it away and index the folders again, or save what can "
    "be read "
    "with 'sqlite3 FILE .recover'";

/// A promise of the format that SQL can count the breaches of.
struct Rule {
  const char* what;
  const char* count_sql;
  const char* repair_sql;
  const char* repair;  ///< what the repair did
};

static_assert(kSizeUnknown == -1, "the statements below say it as a number");

// In this order, so that no repair leaves work for a rule before it.
constexpr std::array<Rule, 8> kRules{{
    {"vectors of images that are not in the library",
     "SELECT count(*) FROM embeddings WHERE image_id NOT IN (SELECT id FROM images)",
     "DELETE FROM embeddings WHERE image_id NOT IN (SELECT id FROM images)", "they were removed"},
    {"vectors of models that are not in the library",
     "SELECT count(*) FROM embeddings WHERE model_id NOT IN (SELECT id FROM models)",
     "DELETE FROM embeddings WHERE model_id NOT IN (SELECT id FROM models)", "they were removed"},
    {"vectors of images that could not be indexed",
     "SELECT count(*) FROM embeddings JOIN images ON images.id = image_id WHERE state <> 0",
     "DELETE FROM embeddings WHERE image_id IN (SELECT id FROM images WHERE state <> 0)",
     "they were removed"},
    {"vectors of a wrong length",
     "SELECT count(*) FROM embeddings JOIN models ON models.id = model_id "
     "WHERE length(vector) <> dimension * 4",
     "UPDATE images SET size_bytes = -1 WHERE id IN (SELECT image_id FROM embeddings JOIN models "
     "ON models.id = model_id WHERE length(vector) <> dimension * 4);"
     "DELETE FROM embeddings WHERE length(vector) <> 4 * "
     "(SELECT dimension FROM models WHERE models.id = model_id)",
     "they were removed, and the next indexing reads their images again"},
    {"vectors that are not of unit length",
     "SELECT count(*) FROM embeddings WHERE NOT is_unit_vector(vector)",
     "UPDATE images SET size_bytes = -1 WHERE id IN "
     "(SELECT image_id FROM embeddings WHERE NOT is_unit_vector(vector));"
     "DELETE FROM embeddings WHERE NOT is_unit_vector(vector)",
     "they were removed, and the next indexing reads their images again"},
    {"ready images without any vector",
     "SELECT count(*) FROM images WHERE state = 0 AND size_bytes <> -1 "
     "AND id NOT IN (SELECT image_id FROM embeddings)",
     "UPDATE images SET size_bytes = -1 WHERE state = 0 AND id NOT IN (SELECT image_id FROM "
     "embeddings)",
     "the next indexing reads them again"},
    {"images of folders that are not in the library",
     "SELECT count(*) FROM images WHERE root_id IS NOT NULL AND root_id NOT IN (SELECT id FROM "
     "roots)",
     "UPDATE images SET root_id = (SELECT id FROM roots WHERE substr(images.path, 1, "
     "length(roots.path) + 1) = roots.path || '/') WHERE root_id IS NOT NULL AND root_id NOT IN "
     "(SELECT id FROM roots)",
     "they belong to the folder around them now, or to none"},
    {"choices of a model that is not in the library",
     "SELECT count(*) FROM properties WHERE key = 'active_model' "
     "AND CAST(value AS INTEGER) NOT IN (SELECT id FROM models)",
     "DELETE FROM properties WHERE key = 'active_model';"
     "INSERT INTO properties(key, value) SELECT 'active_model', model_id FROM embeddings "
     "GROUP BY model_id ORDER BY count(*) DESC LIMIT 1",
     "the model with the most vectors was chosen"},
}};

bool is_unit_vector(std::span<const std::byte> bytes) {
  double squares = 0;
  for (std::size_t at = 0; at + sizeof(float) <= bytes.size(); at += sizeof(float)) {
    float value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof(float));
    squares += static_cast<double>(value) * value;
  }
  return std::abs(std::sqrt(squares) - 1) <= kUnitTolerance;  // False for NaN and infinity too.
}

class Checker {
 public:
  Checker(Connection& connection, bool repair) : connection_(connection), repair_(repair) {
    connection.add_predicate("is_unit_vector", is_unit_vector);
  }

  /// Repairs only while the caller has a transaction open.
  std::vector<Finding> run() {
    check_structure();
    check_derived_objects();
    check_paths();
    if (rebuild_ && repair_) rebuild_derived_objects();
    for (const Rule& rule : kRules) check_rule(rule);
    check_query_vectors();
    return std::move(findings_);
  }

  /// Whether SQLite finds the file sound now.
  bool is_sound() { return structural_problems(nullptr) == 0; }

 private:
  std::uint64_t structural_problems(std::string* first) {
    Query rows(connection_, "PRAGMA integrity_check(1000)");
    std::uint64_t count = 0;
    while (rows.step()) {
      if (rows.text(0) == "ok") continue;
      if (count++ == 0 && first != nullptr) *first = rows.text(0);
    }
    return count;
  }

  void check_structure() {
    std::string first;
    const std::uint64_t count = structural_problems(&first);
    report(fmt::format("faults in the structure of the file (the first: {})", first), count,
           "what can be computed anew was");
    rebuild_ = count != 0;
  }

  void check_derived_objects() {
    std::uint64_t missing = 0;
    for (const DerivedObject& object : derived_objects()) {
      Query found(connection_, "SELECT count(*) FROM sqlite_schema WHERE type = ? AND name = ?",
                  object.type, object.name);
      if (found.only_integer() == 0) ++missing;
    }
    report("missing indexes or views", missing, "they were made anew");
    rebuild_ = rebuild_ || missing != 0;
  }

  void check_paths() {
    Query doubles(connection_, "SELECT count(*) - count(DISTINCT path) FROM images NOT INDEXED");
    const auto count = static_cast<std::uint64_t>(doubles.only_integer());
    report("rows of a path that has another row", count, "one row was kept for each path");
    rebuild_ = rebuild_ || count != 0;
  }

  void check_rule(const Rule& rule) {
    const auto count =
        static_cast<std::uint64_t>(Query(connection_, rule.count_sql).only_integer());
    if (count != 0 && repair_) connection_.run(rule.repair_sql);
    report(rule.what, count, rule.repair);
  }

  /// A repair empties this cache in any case: it is the way to make a library forget what was
  /// searched for, so nothing of it stays in unused pages either.
  void check_query_vectors() {
    if (!remembers_queries(connection_)) return;
    const auto count = static_cast<std::uint64_t>(
        Query(connection_, "SELECT count(*) FROM query_vectors WHERE NOT is_unit_vector(vector)")
            .only_integer());
    if (repair_) {
      connection_.run("PRAGMA secure_delete = ON; DELETE FROM query_vectors");
    }
    report("remembered vectors of queries that are not of unit length", count,
           "all of them were forgotten");
  }

  /// Indexes and the view hold nothing of their own, so they are dropped and made again; without
  /// the unique index, rows of the same path show themselves, and a ready and recent one is kept.
  void rebuild_derived_objects() {
    for (const DerivedObject& object : derived_objects()) {
      connection_.run(fmt::format("DROP {} IF EXISTS {}", object.type, object.name));
    }
    connection_.run(
        "DELETE FROM images WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
        "(PARTITION BY path ORDER BY state, id DESC) AS place FROM images) WHERE place > 1)");
    for (const DerivedObject& object : derived_objects()) connection_.run(object.sql);
    connection_.run("REINDEX");
  }

  void report(std::string what, std::uint64_t count, std::string_view repair) {
    if (count == 0) return;
    findings_.push_back({.what = std::move(what),
                         .count = count,
                         .repaired = repair_,
                         .remedy = std::string(repair_ ? repair : kHowToRepair)});
  }

  Connection& connection_;
  const bool repair_;
  bool rebuild_ = false;  ///< something is wrong that may lie in an index alone
  std::vector<Finding> findings_;
};

Finding beyond_repair(std::string what) {
  return {
      .what = std::move(what), .count = 1, .repaired = false, .remedy = std::string(kBeyondRepair)};
}

/// Runs the checks, and turns damage that stops them half-way into a finding.
std::vector<Finding> check(Connection& connection, bool repair) {
  try {
    std::optional<Atomically> step;
    if (repair) step.emplace(connection);
    Checker checker(connection, repair);
    std::vector<Finding> findings = checker.run();
    if (repair && !checker.is_sound()) return {beyond_repair("fault in the structure of the file")};
    if (!step) return findings;
    count_generation(connection);
    step->commit();
    return findings;
  } catch (const Exception& exception) {
    if (exception.code() != ErrorCode::corrupt) throw;
    return {beyond_repair(fmt::format("fault that stops the check ({})", exception.what()))};
  }
}

}  // namespace

std::vector<Finding> check_library(const std::filesystem::path& file, bool repair) {
  require_regular_file(file, missing_library_message(file));
  if (!repair) return check(*open_library_for_reading(file), false);
  const WritableLibrary library = open_library_for_writing(file);
  return check(*library.connection, true);
}

}  // namespace clipdex::store
