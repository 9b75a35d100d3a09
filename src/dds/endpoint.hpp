/// Writers and readers of raw payloads: the only place where bytes meet Fast DDS. Typed endpoints
/// are in topic.hpp and service.hpp.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "dds/cdr.hpp"
#include "dds/qos.hpp"

namespace clipdex::dds {

/// RTPS's identity of a participant: the first 12 bytes of the identities of all its endpoints.
using GuidPrefix = std::array<std::uint8_t, 12>;

/// RTPS's identity of an endpoint: 12 bytes of participant, 4 of entity.
struct Guid {
  std::array<std::uint8_t, 16> bytes{};
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads the 0 of a spaceship.
  friend auto operator<=>(const Guid&, const Guid&) = default;

  bool is_unknown() const noexcept { return *this == Guid{}; }
  /// The kind in the last byte is that of a reader (RTPS 2.3, table 9.1).
  bool is_reader() const noexcept { return (bytes[15] & 0x04) != 0; }
  GuidPrefix prefix() const noexcept;
};

/// Identity of a sample: who wrote it, and the how-manieth it was, from 1. What rmw sends as the
/// inline parameter 0x800f.
struct SampleIdentity {
  /// What a request carries, whose number is not known before it is sent: high −1, low 0.
  static constexpr std::int64_t kUnknownNumber = -(std::int64_t{1} << 32);

  Guid writer;
  std::int64_t sequence_number = 0;
  friend auto operator<=>(const SampleIdentity&, const SampleIdentity&) = default;
};

/// One received sample.
struct Sample {
  Payload payload;
  SampleIdentity identity;  ///< of the sample itself
  SampleIdentity related;   ///< of the request that it answers, or the reader that waits; else zero
  std::int64_t source_time_ns = 0;  ///< since 1970 UTC, by the writer's clock
};

/// A DataWriter. Thread-safe. Destroying it takes it out of the graph.
class RawWriter {
 public:
  /// Called on the context's loop after the writer found or lost a reader. Ends with the writer as
  /// `RawReader::OnSample` does with its reader.
  using OnMatch = std::function<void()>;

  virtual ~RawWriter() = default;
  virtual const Guid& guid() const noexcept = 0;

  /// Sends a payload. `related`, when given, goes along as parameter 0x800f. Waits at most 100 ms
  /// for room. @return its sequence number, 0 when it could not be sent
  virtual std::int64_t write(const Payload& payload, const SampleIdentity* related = nullptr) = 0;

  /// The readers that it is matched with.
  virtual std::set<Guid> matches() const = 0;
  virtual bool is_matched_with(const Guid& reader) const = 0;
  std::size_t matched_readers() const { return matches().size(); }

  /// Waits until every reliable reader has acknowledged everything. @return whether they have
  virtual bool wait_for_acknowledgements(std::chrono::milliseconds wait_max) = 0;
};

/// A DataReader. Destroying it ends its callbacks: none runs afterwards, and the one that runs is
/// waited for, unless it is the one that destroys. Samples are taken as they arrive; of those that
/// wait for the loop the newest `Qos::depth` are kept. Thread-safe.
class RawReader {
 public:
  /// Called on the context's loop, for one sample after the other.
  using OnSample = std::function<void(Sample&&)>;

  virtual ~RawReader() = default;
  virtual const Guid& guid() const noexcept = 0;

  /// The writers that it is matched with.
  virtual std::set<Guid> matches() const = 0;
  virtual bool is_matched_with(const Guid& writer) const = 0;
  std::size_t matched_writers() const { return matches().size(); }
};

/// The participants that own at least one of the endpoints.
std::set<GuidPrefix> participants_of(const std::set<Guid>& endpoints);

}  // namespace clipdex::dds
