#include "nodes/remote_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace clipdex::nodes {
namespace {

constexpr std::size_t kProbedAtOnce = 4;
constexpr std::size_t kHashDigitsShown = 12;
constexpr const char* kUnlabelledName = "TogetheROS clip_encode_image";

}  // namespace

std::optional<ModelIdentity> space_of(const RemoteAnswer& answer) {
  if (answer.label) return answer.label;
  if (!answer.vector) return std::nullopt;
  return ModelIdentity{std::string(kTogetherosIdentity), answer.vector.value().size()};
}

std::string describe_space(const ModelIdentity& space) {
  if (space.hash == kTogetherosIdentity) {
    return fmt::format("{}, {} numbers", kUnlabelledName, space.dimension);
  }
  return fmt::format("{}, {} numbers", space.hash.substr(0, kHashDigitsShown), space.dimension);
}

SpacedVector encode_one(EncoderPool& pool, const std::string& item) {
  RemoteAnswer answer = std::move(pool.encode(std::span(&item, 1)).front());
  const std::optional<ModelIdentity> space = space_of(answer);
  return {std::move(answer.vector).value_or_throw(), space.value_or(ModelIdentity())};
}

void RemoteEncoder::assume(ModelIdentity space, std::string name, std::string whose) {
  identity_ = std::move(space);
  name_ = std::move(name);
  whose_ = std::move(whose);
}

/// The space of one server; nothing when it cannot be learned from it.
std::optional<ModelIdentity> RemoteEncoder::ask(std::size_t server,
                                                std::span<const std::string> files) {
  for (std::size_t begin = 0; begin < files.size(); begin += kProbedAtOnce) {
    const std::size_t count = std::min(kProbedAtOnce, files.size() - begin);
    for (const RemoteAnswer& answer : pool_.encode_at(server, files.subspan(begin, count))) {
      if (auto space = space_of(answer)) return space;
      last_error_ = answer.vector.error().message;
    }
  }
  return std::nullopt;
}

void RemoteEncoder::probe(std::span<const std::string> files) {
  const std::vector<std::size_t> present = pool_.wait_for_servers();
  std::optional<Error> hung;
  for (const std::size_t server : present) {
    std::optional<ModelIdentity> space;
    try {
      space = ask(server, files);
    } catch (const Exception& error) {
      // The others may do; if none does, this says why.
      if (error.code() == ErrorCode::stopped) throw;
      hung = error.error();
    }
    if (!space) continue;
    if (whose_.empty()) {
      const std::string& action = pool_.servers()[server];
      assume(*space,
             space->hash == kTogetherosIdentity
                 ? kUnlabelledName
                 : fmt::format("{} ({})", action, space->hash.substr(0, kHashDigitsShown)),
             "the encoder at " + action);
    }
    require_same(*space, pool_.servers()[server]);
  }
  if (!whose_.empty()) return;
  if (hung) throw Exception(*hung);
  throw Exception(ErrorCode::unreadable,
                  fmt::format("the encoder at {} could encode none of the first {} images, so its "
                              "model is unknown; does it see the same files under the same names? "
                              "It said: {}",
                              pool_.servers()[present.front()], files.size(), last_error_));
}

void RemoteEncoder::require_same(const ModelIdentity& space, const std::string& server) const {
  if (space == identity_) return;
  throw Exception(
      ErrorCode::wrong_model,
      fmt::format(
          "the vectors of {} ({}) and of the encoder at {} ({}) cannot be compared; run the "
          "encoder with the same model, or leave it out",
          whose_, describe_space(identity_), server, describe_space(space)));
}

std::vector<Result<Embedding>> RemoteEncoder::encode(std::span<const std::string> paths) {
  std::vector<Result<Embedding>> vectors;
  for (RemoteAnswer& answer : pool_.encode(paths)) {
    if (const auto space = space_of(answer)) require_same(*space, answer.server);
    vectors.push_back(std::move(answer.vector));
  }
  return vectors;
}

}  // namespace clipdex::nodes
