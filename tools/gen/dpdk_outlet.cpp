#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <sched.h>

#include <algorithm>
#include <array>

#include "dataplane/source/dpdk_device.h"
#include "dataplane/source/eal.h"
#include "tools/gen/frame_header.h"
#include "tools/gen/outlet.h"

namespace sluice::gen {
namespace {

constexpr uint16_t kDescriptors = 1024;
constexpr uint32_t kMbufs = 8191;
constexpr uint32_t kMbufBytes = 9216 + RTE_PKTMBUF_HEADROOM;

std::string reason(int code) {
  return ::rte_strerror(std::abs(code));
}

/// EAL with one port that sends.
class DpdkOutlet final : public Outlet {
 public:
  explicit DpdkOutlet(source::Eal eal) : eal_(std::move(eal)) {}

  ~DpdkOutlet() override {
    if (port_ != RTE_MAX_ETHPORTS) {
      ::rte_eth_dev_stop(port_);
      ::rte_eth_dev_close(port_);
    }
    ::rte_mempool_free(pool_);
  }

  Status start(const Options& options, const std::vector<Destination>& channels) {
    if (::rte_eth_dev_get_port_by_name(options.device.c_str(), &port_) != 0) {
      std::string known;
      for (const std::string& device : source::dpdk_devices()) {
        known += " " + device;
      }
      return fail("there is no DPDK device \"" + options.device + "\"; there is:" +
                  (known.empty() ? " none" : known) + " (make one: --eal=--vdev=…)");
    }
    pool_ = ::rte_pktmbuf_pool_create("gen", kMbufs, 256, 0, kMbufBytes, SOCKET_ID_ANY);
    if (pool_ == nullptr) {
      return fail("no memory for packet buffers");
    }
    if (const int code = set_up(); code != 0) {
      return fail("port " + options.device + " cannot be set up: " + reason(code));
    }
    rte_ether_addr own{};
    ::rte_eth_macaddr_get(port_, &own);
    net::MacAddress mac{};
    std::copy_n(own.addr_bytes, mac.size(), mac.begin());
    for (const Destination& channel : channels) {
      headers_.emplace_back(channel, options.from, mac, options.vlans, options.ttl);
    }
    return {};
  }

  size_t send(std::span<const Outgoing> datagrams) override {
    std::array<rte_mbuf*, kBatch> mbufs;
    const auto count = static_cast<uint16_t>(datagrams.size());
    while (::rte_pktmbuf_alloc_bulk(pool_, mbufs.data(), count) != 0) {
      ::rte_eth_tx_done_cleanup(port_, 0, 0);
    }
    for (uint16_t i = 0; i < count; ++i) {
      const Bytes payload = datagrams[i].payload;
      FrameHeader& header = headers_[datagrams[i].channel];
      auto* const out = rte_pktmbuf_mtod(mbufs[i], uint8_t*);
      header.write(payload, out);
      std::copy(payload.begin(), payload.end(), out + header.size());
      mbufs[i]->pkt_len = static_cast<uint32_t>(header.size() + payload.size());
      mbufs[i]->data_len = static_cast<uint16_t>(mbufs[i]->pkt_len);
    }
    return hand_over(mbufs.data(), count);
  }

 private:
  int set_up() {
    rte_eth_conf configuration{};
    uint16_t receive = kDescriptors;
    uint16_t transmit = kDescriptors;
    if (const int code = ::rte_eth_dev_configure(port_, 1, 1, &configuration); code != 0) {
      return code;
    }
    ::rte_eth_dev_adjust_nb_rx_tx_desc(port_, &receive, &transmit);
    if (const int code = ::rte_eth_rx_queue_setup(port_, 0, receive, SOCKET_ID_ANY, nullptr, pool_);
        code != 0) {
      return code;
    }
    if (const int code = ::rte_eth_tx_queue_setup(port_, 0, transmit, SOCKET_ID_ANY, nullptr);
        code != 0) {
      return code;
    }
    return ::rte_eth_dev_start(port_);
  }

  /// Waits for room, up to a second: nobody may be at the other end.
  size_t hand_over(rte_mbuf** mbufs, uint16_t count) {
    const uint64_t deadline = ::rte_get_timer_cycles() + ::rte_get_timer_hz();
    uint16_t sent = 0;
    while (sent < count) {
      sent = static_cast<uint16_t>(
          sent + ::rte_eth_tx_burst(port_, 0, mbufs + sent, static_cast<uint16_t>(count - sent)));
      if (sent<count&& ::rte_get_timer_cycles()> deadline) {
        ::rte_pktmbuf_free_bulk(mbufs + sent, count - sent);
        break;
      }
    }
    return static_cast<size_t>(count - sent);
  }

  source::Eal eal_;
  uint16_t port_ = RTE_MAX_ETHPORTS;
  rte_mempool* pool_ = nullptr;
  std::vector<FrameHeader> headers_;
};

}  // namespace

Result<std::unique_ptr<Outlet>> open_dpdk(const Options& options,
                                          const std::vector<Destination>& channels) {
  const int cpu = ::sched_getcpu();
  auto eal =
      source::Eal::start({.arguments = options.eal,
                          .main_cpu = static_cast<unsigned>(std::max(cpu, 0)),
                          .worker_cpus = {},
                          .memory = uint64_t{kMbufs} * (kMbufBytes + sizeof(rte_mbuf) + 128)});
  if (!eal) {
    return fail(eal.error());
  }
  auto outlet = std::make_unique<DpdkOutlet>(std::move(*eal));
  if (auto started = outlet->start(options, channels); !started) {
    return fail(started.error());
  }
  return outlet;
}

}  // namespace sluice::gen
