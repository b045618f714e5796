#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "config/base/digest.h"
#include "dataplane/net/frame.h"

namespace sluice::net {

/// Puts datagrams together that IP has cut into fragments (RFC 791, 3.2; RFC 8200, 4.5). A bounded
/// table with buffers of its own: nothing is allocated after construction, and memory that no
/// fragment has reached stays untouched. Belongs to one lcore.
///
/// Every datagram that is begun ends as whole or as lost, once: it is lost when a piece is still
/// missing after the timeout, when its pieces overlap or contradict each other (RFC 5722; its later
/// pieces then come to nothing as well), or when it is the oldest of more than there is room for.
/// Pieces that come twice, even after the datagram was whole, are passed over.
class Reassembler {
 public:
  static constexpr size_t kDatagrams = 64;
  /// The longest that IP can carry, in whole units of offset.
  static constexpr size_t kLongest = 65536;

  /// @param timeout  for how long a datagram may stay incomplete, in the unit of every `now`
  explicit Reassembler(uint64_t timeout);

  /// A datagram in the table's memory, there until the next call.
  struct Whole {
    Bytes bytes;  ///< all that stood behind the IP header
    Frame frame;  ///< what it turned out to be: the payload is told by its place in `bytes`
  };
  /// Takes a fragment. @param piece  its payload
  /// @return the datagram, if this piece makes it whole
  std::optional<Whole> take(const Frame& fragment, Bytes piece, uint64_t now) noexcept;

  /// Gives up what has waited for too long.
  void expire(uint64_t now) noexcept {
    if (filling_ > 0 && now >= next_expiry_) {
      give_up_late(now);
    }
  }
  /// Gives up everything: no fragment will come any more.
  void give_up_all() noexcept;

  /// Datagrams that were lost since the last call.
  uint64_t take_lost() noexcept { return std::exchange(lost_, 0); }

 private:
  enum class State : uint8_t {
    kFree,
    kFilling,
    kWhole,    ///< kept for the pieces that come twice
    kRefused,  ///< kept for the pieces that are still to come
  };
  struct Key {
    IpAddress source;
    IpAddress destination;
    uint32_t identification = 0;
    uint16_t vlan = 0;
    bool operator==(const Key&) const = default;
  };
  struct Slot {
    Key key;
    State state = State::kFree;
    uint8_t next_header = 0;
    uint64_t begun = 0;
    uint32_t length = 0;  ///< told by the last piece; 0 = not yet
    uint32_t reach = 0;   ///< where the farthest piece ends
    uint32_t blocks = 0;  ///< of 8 bytes, that have come
    std::bitset<kLongest / 8> came;
  };
  using Index = size_t;

  std::optional<Index> find(const Key& key) const noexcept;
  Index slot_to_use() const noexcept;
  void begin(Index index, const Key& key, uint64_t now) noexcept;
  void end(Index index, State state) noexcept;
  std::optional<Whole> fill(Index index, const Frame& frame, Bytes piece) noexcept;
  bool begins_another(Index index, const Fragment& fragment, Bytes piece) const noexcept;
  size_t blocks_that_came(Index index, size_t offset, size_t size) const noexcept;
  bool repeats(Index index, size_t offset, Bytes piece) const noexcept;
  void give_up_late(uint64_t now) noexcept;
  uint8_t* memory(Index index) const noexcept { return memory_.get() + index * kLongest; }

  const uint64_t timeout_;
  uint64_t next_expiry_ = 0;
  size_t filling_ = 0;
  uint64_t lost_ = 0;
  std::array<uint32_t, kDatagrams> identifications_{};  // of slots_: searched first
  std::vector<Slot> slots_;
  std::unique_ptr<uint8_t[]> memory_;
};

}  // namespace sluice::net
