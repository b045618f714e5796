#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/net/frame.h"
#include "dataplane/net/ip_address.h"

namespace sluice::net {

/// Which datagrams are a stream's.
struct FlowRule {
  IpAddress destination;
  uint16_t port = 0;
  IpAddress source;   ///< none = from anywhere
  uint16_t vlan = 0;  ///< 0 = tagged or not, with any identifier
  uint32_t stream = 0;

  bool matches(const Frame& frame) const noexcept {
    return (source.is_none() || source == frame.source) && (vlan == 0 || vlan == frame.vlan);
  }
};

/// Finds the streams of a datagram. Immutable: rules change by building another table. Built by a
/// slow thread; lookups are safe from any thread, and neither allocate nor throw.
///
/// Open addressing over {destination, port}; the rules of one such pair lie together and are
/// compared one by one, since a pair seldom has more than one. A datagram belongs to every stream
/// whose rule matches it: two programmes of one multiplex are two streams.
class FlowTable {
 public:
  using Rules = std::span<const FlowRule>;

  explicit FlowTable(std::vector<FlowRule> rules);

  /// For each frame of kind kDatagram, the rules of its destination and port: candidates, to be
  /// checked with `matches`. Slots are prefetched for all before the first is read.
  /// @param found  as long as `frames`; left alone for other kinds
  void find(std::span<const Frame> frames, std::span<Rules> found) const noexcept;

  /// Whether any rule has this destination, at whatever port: tells broken frames of ours from
  /// those of others.
  bool has_destination(const IpAddress& address) const noexcept;

  /// The most streams that one datagram can belong to.
  size_t widest() const noexcept { return widest_; }

 private:
  struct alignas(32) Slot {
    IpAddress destination;
    uint16_t port = 0;
    uint16_t rules = 0;  ///< 0 = empty
    uint32_t first = 0;  ///< index of the first rule
  };
  size_t slot_of(const IpAddress& destination, uint16_t port) const noexcept;

  std::vector<FlowRule> rules_;  // sorted by destination and port
  std::vector<Slot> slots_;      // a power of two, at most half full
  std::vector<IpAddress> destinations_;
  size_t widest_ = 0;
};

}  // namespace sluice::net
