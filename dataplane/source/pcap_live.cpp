#include "dataplane/source/pcap_live.h"

#include <linux/filter.h>
#include <pcap/pcap.h>
#include <rte_mbuf.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "dataplane/source/mark.h"

namespace sluice::source {
class PcapSource final : public PacketSource {
 public:
  explicit PcapSource(PcapPort& port)
      : PacketSource(port.spec_.interface, {.own_clock = true}),
        port_(port),
        gate_(port.gates_.front()),
        pool_(port.pool_) {}

  uint16_t receive(std::span<rte_mbuf*> mbufs) noexcept override {
    if (!gate_.pass()) [[unlikely]] {
      return 0;
    }
    // Buffers first: while there are none, frames wait in the kernel's ring.
    Burst burst{.mbufs = mbufs};
    if (::rte_pktmbuf_alloc_bulk(pool_, mbufs.data(), static_cast<unsigned>(mbufs.size())) != 0) {
      return 0;
    }
    const int taken = ::pcap_dispatch(port_.handle_.get(), static_cast<int>(mbufs.size()),
                                      &PcapSource::take, reinterpret_cast<u_char*>(&burst));
    if (taken < 0) [[unlikely]] {
      port_.broken_.store(true, std::memory_order_relaxed);
    }
    ::rte_pktmbuf_free_bulk(mbufs.data() + burst.filled,
                            static_cast<unsigned>(mbufs.size() - burst.filled));
    return burst.filled;
  }
  NicCounters counters() override { return port_.counters(); }
  Link link() override { return port_.link(); }
  Status let_through(const std::vector<net::IpAddress>& destinations) override {
    return port_.let_through(destinations);
  }

 private:
  struct Burst {
    std::span<rte_mbuf*> mbufs;
    uint16_t filled = 0;
  };

  static void take(u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
    Burst& burst = *reinterpret_cast<Burst*>(user);
    rte_mbuf* mbuf = burst.mbufs[burst.filled++];
    // What does not fit is found to be truncated by its IP length.
    const auto size = std::min<uint32_t>(header->caplen, ::rte_pktmbuf_tailroom(mbuf));
    std::copy_n(bytes, size, rte_pktmbuf_mtod(mbuf, uint8_t*));
    mbuf->data_len = static_cast<uint16_t>(size);
    mbuf->pkt_len = size;
    mark_of(mbuf).arrival_ns = int64_t{header->ts.tv_sec} * 1'000'000'000 + header->ts.tv_usec;
  }

  PcapPort& port_;
  Gate& gate_;
  rte_mempool* pool_;
};

namespace {

tl::unexpected<Error> pcap_error(const std::string& interface, const std::string& reason) {
  return fail("libpcap cannot capture on " + interface + ": " + reason);
}

}  // namespace

void PcapPort::Close::operator()(pcap* handle) const {
  ::pcap_close(handle);
}

void PcapPort::FreeProgram::operator()(bpf_program* program) const {
  ::pcap_freecode(program);
  delete program;
}

Result<PcapPort::Handle> PcapPort::activate() const {
  constexpr int kBuffer = 64 << 20;  // 100 ms at 5 Gbit/s
  const std::string& interface = spec_.interface;
  char reason[PCAP_ERRBUF_SIZE] = {};
  Handle handle(::pcap_create(interface.c_str(), reason));
  if (!handle) {
    return pcap_error(interface, reason);
  }
  // Every slot of the kernel's ring is as long as this, so a needless 65,535 would leave few slots.
  ::pcap_set_snaplen(handle.get(), static_cast<int>(largest_frame()));
  ::pcap_set_promisc(handle.get(), 1);
  ::pcap_set_immediate_mode(handle.get(), 1);
  ::pcap_set_buffer_size(handle.get(), kBuffer);
  ::pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);
  if (const int code = ::pcap_activate(handle.get()); code < 0) {
    const std::string detail = ::pcap_geterr(handle.get());
    return pcap_error(interface, detail.empty() ? ::pcap_statustostr(code) : detail);
  }
  if (::pcap_datalink(handle.get()) != DLT_EN10MB) {
    return pcap_error(interface, "its frames are not Ethernet");
  }
  ::pcap_setdirection(handle.get(), PCAP_D_IN);
  if (::pcap_setnonblock(handle.get(), 1, reason) != 0) {
    return pcap_error(interface, reason);
  }
  return handle;
}

Result<PcapPort::Program> PcapPort::compile(const Handle& handle) const {
  const std::string text = capture_filter(spec_.destinations);
  auto raw = std::make_unique<bpf_program>();
  if (::pcap_compile(handle.get(), raw.get(), text.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return pcap_error(spec_.interface, ::pcap_geterr(handle.get()));
  }
  return Program(raw.release());
}

Status PcapPort::filter(const Handle& handle) const {
  const auto program = compile(handle);
  if (!program) {
    return fail(program.error());
  }
  if (::pcap_setfilter(handle.get(), program->get()) != 0) {
    return pcap_error(spec_.interface, ::pcap_geterr(handle.get()));
  }
  return {};
}

/// pcap_setfilter would have the kernel discard everything for a moment while it exchanges filters;
/// the kernel itself exchanges them between two packets.
Status PcapPort::let_through(const std::vector<net::IpAddress>& destinations) {
  spec_.destinations = destinations;
  if (!handle_) {
    return {};
  }
  auto program = compile(handle_);
  if (!program) {
    return fail(program.error());
  }
  static_assert(sizeof(sock_filter) == sizeof(bpf_insn));
  const sock_fprog filter{.len = static_cast<unsigned short>(program->get()->bf_len),
                          .filter = reinterpret_cast<sock_filter*>(program->get()->bf_insns)};
  if (::setsockopt(::pcap_fileno(handle_.get()), SOL_SOCKET, SO_ATTACH_FILTER, &filter,
                   sizeof filter) != 0) {
    return fail(system_error("libpcap's filter on " + spec_.interface, errno));
  }
  return {};
}

Status PcapPort::make() {
  auto handle = activate();
  if (!handle) {
    return fail(handle.error());
  }
  if (auto filtered = filter(*handle); !filtered) {
    return filtered;
  }
  handle_ = std::move(*handle);
  broken_.store(false, std::memory_order_relaxed);
  last_drop_ = 0;
  last_interface_drop_ = 0;
  return {};
}

uint32_t PcapPort::largest_frame() const {
  return ::rte_pktmbuf_data_room_size(pool_) - RTE_PKTMBUF_HEADROOM;
}

void PcapPort::unmake() {
  counters();
  handle_.reset();
}

NicCounters PcapPort::counters() {
  pcap_stat stats{};
  if (handle_ && ::pcap_stats(handle_.get(), &stats) == 0) {
    // Both count up to 2^32 and begin again.
    missed_ += static_cast<uint32_t>(stats.ps_drop - last_drop_);
    missed_ += static_cast<uint32_t>(stats.ps_ifdrop - last_interface_drop_);
    last_drop_ = stats.ps_drop;
    last_interface_drop_ = stats.ps_ifdrop;
  }
  return {.missed = missed_};
}

std::unique_ptr<PacketSource> PcapPort::source() {
  return std::make_unique<PcapSource>(*this);
}

std::string capture_filter(const std::vector<net::IpAddress>& destinations) {
  constexpr size_t kMostAddresses = 256;  // three copies of each, 4,096 instructions in all
  std::string plain;
  if (destinations.size() > kMostAddresses) {
    plain = "udp";
  } else {
    std::string hosts;
    for (const net::IpAddress& address : destinations) {
      hosts += (hosts.empty() ? "dst host " : " or dst host ") + address.str();
    }
    plain = hosts.empty() ? "udp" : hosts;
  }
  // IGMP, and MLD, which has a hop-by-hop header: queries for groups that we keep ourselves.
  plain += " or ip proto 2 or ip6 proto 0";
  // "vlan" shifts what follows it by a tag, so the plain form has to stand first.
  return "(" + plain + ") or (vlan and (" + plain + ")) or (vlan and (" + plain + "))";
}

}  // namespace sluice::source
