#include "dataplane/source/pcap_live.h"

#include <pcap/pcap.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <array>

#include "config/base/log.h"
#include "dataplane/source/mark.h"

namespace sluice::source {
namespace {

struct Close {
  void operator()(pcap_t* handle) const { ::pcap_close(handle); }
};
using Handle = std::unique_ptr<pcap_t, Close>;

class PcapLive final : public PacketSource {
 public:
  PcapLive(std::string interface, Handle handle, rte_mempool* pool)
      : PacketSource(std::move(interface), {.own_clock = true}),
        handle_(std::move(handle)),
        pool_(pool) {}

  uint16_t receive(std::span<rte_mbuf*> mbufs) noexcept override {
    // Buffers first: while there are none, frames wait in the kernel's ring.
    Burst burst{.mbufs = mbufs};
    if (::rte_pktmbuf_alloc_bulk(pool_, mbufs.data(), static_cast<unsigned>(mbufs.size())) != 0) {
      return 0;
    }
    ::pcap_dispatch(handle_.get(), static_cast<int>(mbufs.size()), &PcapLive::take,
                    reinterpret_cast<u_char*>(&burst));
    ::rte_pktmbuf_free_bulk(mbufs.data() + burst.filled,
                            static_cast<unsigned>(mbufs.size() - burst.filled));
    return burst.filled;
  }

  NicCounters counters() override {
    pcap_stat stats{};
    if (::pcap_stats(handle_.get(), &stats) == 0) {
      // Both count up to 2^32 and begin again.
      missed_ += static_cast<uint32_t>(stats.ps_drop - last_.ps_drop);
      missed_ += static_cast<uint32_t>(stats.ps_ifdrop - last_.ps_ifdrop);
      last_ = stats;
    }
    return {.missed = missed_};
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

  Handle handle_;
  rte_mempool* pool_;
  pcap_stat last_{};
  uint64_t missed_ = 0;
};

tl::unexpected<Error> pcap_error(const std::string& interface, const std::string& reason) {
  return fail("libpcap cannot capture on " + interface + ": " + reason);
}

Result<Handle> activate(const std::string& interface, int longest_frame) {
  constexpr int kBuffer = 64 << 20;  // 100 ms at 5 Gbit/s
  char reason[PCAP_ERRBUF_SIZE] = {};
  Handle handle(::pcap_create(interface.c_str(), reason));
  if (!handle) {
    return pcap_error(interface, reason);
  }
  // Every slot of the kernel's ring is as long as this, so a needless 65,535 would leave few slots.
  ::pcap_set_snaplen(handle.get(), longest_frame);
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

}  // namespace

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
  // "vlan" shifts what follows it by a tag, so the plain form has to stand first.
  return "(" + plain + ") or (vlan and (" + plain + ")) or (vlan and (" + plain + "))";
}

Result<std::unique_ptr<PacketSource>> open_pcap_live(const PcapLiveSpec& spec, rte_mempool* pool) {
  auto handle = activate(spec.interface, ::rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM);
  if (!handle) {
    return fail(handle.error());
  }
  const std::string filter = capture_filter(spec.destinations);
  bpf_program program{};
  if (::pcap_compile(handle->get(), &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return pcap_error(spec.interface, ::pcap_geterr(handle->get()));
  }
  const int installed = ::pcap_setfilter(handle->get(), &program);
  ::pcap_freecode(&program);
  if (installed != 0) {
    return pcap_error(spec.interface, ::pcap_geterr(handle->get()));
  }
  return std::make_unique<PcapLive>(spec.interface, std::move(*handle), pool);
}

}  // namespace sluice::source
