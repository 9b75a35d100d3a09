/// Vectors from encoders elsewhere, with the embedding space that they belong to.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clipdex/file_encoder.hpp"
#include "nodes/encoder_pool.hpp"

namespace clipdex::nodes {

/// The embedding space of vectors that come without a label: the TogetheROS box's own encoders say
/// none. The same as in an imported `clip.db`.
inline constexpr std::string_view kUnlabelledSpace = "togetheros:clip_encode_image";

/// A vector and its embedding space.
struct SpacedVector {
  Embedding vector;
  ModelIdentity space;
};

/// The space of an answer: the one on its label; of a vector without a label, `kUnlabelledSpace`.
/// Nothing for an answer with neither.
std::optional<ModelIdentity> space_of(const RemoteAnswer& answer);

/// For people: "TogetheROS clip_encode_image", or the first digits of the hash; and the dimension.
std::string describe_space(const ModelIdentity& space);

/// Encodes one item. Throws as `EncoderPool::encode`, and the item's own error.
SpacedVector encode_one(EncoderPool& pool, const std::string& item);

/// Image encoders as the library uses them. All must make vectors of one space, and an answer of
/// another one ends the run. Thread-safe once the space is known: by `probe` or by `assume`.
class RemoteEncoder : public FileEncoder {
 public:
  /// @param pool of image servers; must outlive this
  explicit RemoteEncoder(EncoderPool& pool) : pool_(pool) {}

  /// Learns the space from every server that is there.
  /// @param files readable images, tried until a server says its space; at least one. Our own
  ///              servers say it with whatever they answer, old ones with a vector alone.
  /// Throws `wrong_model` when servers disagree, `unreadable` when no file told any space, and as
  /// `EncoderPool::encode`.
  void probe(std::span<const std::string> files);

  /// Takes the space of a library that has vectors already, so that nobody need be asked before
  /// there is something to encode.
  /// @param name what the library calls the model
  /// @param whose the library, for the message when an encoder does not fit
  void assume(ModelIdentity space, std::string name, std::string whose);

  ModelIdentity identity() const override { return identity_; }
  std::string name() const override { return name_; }
  std::size_t batch_best() const override { return EncoderPool::kItemsMax; }

  /// Throws, beside what `EncoderPool::encode` does, `wrong_model` when a server answers with a
  /// vector of another space, such as one that was restarted with another model.
  std::vector<Result<Embedding>> encode(std::span<const std::string> paths) override;

 private:
  std::optional<ModelIdentity> ask(std::size_t server, std::span<const std::string> files);
  void require_same(const ModelIdentity& space, const std::string& server) const;

  EncoderPool& pool_;
  ModelIdentity identity_;
  std::string name_;
  std::string whose_;       ///< the space is: "the encoder at NAME", or a library; empty: unknown
  std::string last_error_;  ///< of a file that a server could not encode
};

}  // namespace clipdex::nodes
