#pragma once

#include <rte_mbuf.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/base/result.h"
#include "dataplane/net/ip_address.h"
#include "storage/arena/stats.h"

namespace sluice::source {

/// Counters of what lies before us, since the source was opened.
struct NicCounters {
  uint64_t missed = 0;   ///< there was no room for the frame: it never came to us
  uint64_t errors = 0;   ///< damaged on the wire
  uint64_t no_mbuf = 0;  ///< no packet buffer was free
};

/// What a source hangs on.
struct Link {
  arena::PortState state = arena::PortState::kUp;
  uint32_t mtu = 0;         ///< 0 = there is none
  uint32_t speed_mbps = 0;  ///< 0 = not known
};

/// A counter of a driver's own.
struct Xstat {
  std::string name;
  uint64_t value = 0;
};

/// How packets of a source are to be taken.
struct Traits {
  /// The source stamps arrival times itself (a capture's clock); else the receiver does.
  bool own_clock = false;
  /// The source can wait: it is not asked for packets that there is no room for.
  bool waits = false;
  /// Packets are UDP payloads of this stream; else they are Ethernet frames.
  std::optional<uint32_t> stream;
};

/// One queue of packets: of a DPDK port, an interface under libpcap, or a file. Behind it
/// everything is the same. `receive` and `ended` belong to the lcore that polls it, the rest to the
/// slow thread.
class PacketSource {
 public:
  PacketSource(std::string device, Traits traits)
      : device_(std::move(device)), traits_(std::move(traits)) {}
  virtual ~PacketSource() = default;
  PacketSource(const PacketSource&) = delete;
  PacketSource& operator=(const PacketSource&) = delete;

  /// Fills `mbufs` with what is there, never waits. Each mbuf has one segment and is the caller's.
  /// @return how many
  virtual uint16_t receive(std::span<rte_mbuf*> mbufs) noexcept = 0;
  /// Whether nothing will come any more. Only files end.
  virtual bool ended() const noexcept { return false; }
  /// Of the whole port, told by its queue 0 alone, like its xstats. Never less than before.
  virtual NicCounters counters() { return {}; }
  virtual Link link() { return {}; }
  /// Not more than fit on the stats page, in the same order every time.
  virtual std::vector<Xstat> xstats() { return {}; }
  /// Datagrams to these addresses are wanted from now on, for sources that leave out others. While
  /// an lcore polls, too; nothing that is wanted before and after is missed.
  virtual Status let_through(const std::vector<net::IpAddress>& /*destinations*/) { return {}; }
  /// Why it ended early, once ended() is true; empty = it did not.
  virtual std::string failure() const { return {}; }

  /// "net_af_packet0", "eth1", "/srv/x.pcap": the name in the stats, the same for all queues.
  const std::string& device() const noexcept { return device_; }
  const Traits& traits() const noexcept { return traits_; }
  /// Which receive queue of the device it is.
  virtual uint16_t queue() const noexcept { return 0; }

 private:
  std::string device_;
  Traits traits_;
};

}  // namespace sluice::source
