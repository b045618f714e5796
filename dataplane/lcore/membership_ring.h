#pragma once

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <string>

#include "config/base/result.h"
#include "dataplane/lcore/outlets.h"

namespace sluice::lcore {

/// IGMP and MLD frames on their way from one rx lcore to the slow thread, which keeps the groups.
/// They are few, and their senders repeat them: what finds no room is dropped.
class MembershipRing {
 public:
  /// @param name  unique among DPDK's rings
  static Result<MembershipRing> create(const std::string& name);

  MembershipRing(MembershipRing&&) noexcept = default;
  MembershipRing& operator=(MembershipRing&&) noexcept = default;
  ~MembershipRing() {
    if (ring_) {
      drain([](const rte_mbuf&) {});
    }
  }

  /// Takes the mbuf. On the rx lcore.
  void push(rte_mbuf* mbuf) noexcept {
    if (::rte_ring_sp_enqueue(ring_.get(), mbuf) != 0) {
      ::rte_pktmbuf_free(mbuf);
      missed_->add();
    }
  }

  /// Hands each mbuf to `take(const rte_mbuf&)` and frees it. On the slow thread.
  template <typename Take>
  void drain(Take take) {
    void* object = nullptr;
    while (::rte_ring_sc_dequeue(ring_.get(), &object) == 0) {
      auto* mbuf = static_cast<rte_mbuf*>(object);
      take(*mbuf);
      ::rte_pktmbuf_free(mbuf);
    }
  }

  /// Frames that found no room. Any thread.
  uint64_t missed() const noexcept { return missed_->get(); }

 private:
  explicit MembershipRing(Ring ring) : ring_(std::move(ring)), missed_(new arena::Counter()) {}

  Ring ring_;
  std::unique_ptr<arena::Counter> missed_;
};

}  // namespace sluice::lcore
