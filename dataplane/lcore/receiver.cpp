#include "dataplane/lcore/receiver.h"

#include <rte_cycles.h>
#include <rte_prefetch.h>

#include <array>

#include "dataplane/net/frame.h"
#include "dataplane/source/mark.h"

namespace sluice::lcore {
namespace {

using arena::Drop;
using net::FrameKind;
using source::mark_of;

}  // namespace

size_t Receiver::poll() noexcept {
  if (traits().waits && (spec_.room.scarce() || !outlets_.calm())) {
    return 0;
  }
  std::array<rte_mbuf*, kBurst> buffer;
  const size_t count = spec_.source.receive(buffer);
  if (count == 0) {
    return 0;
  }
  const std::span<rte_mbuf*> mbufs(buffer.data(), count);
  if (!traits().own_clock) {
    const int64_t now = spec_.clock.utc_ns(::rte_rdtsc());
    for (rte_mbuf* mbuf : mbufs) {
      mark_of(mbuf).arrival_ns = now;
    }
  }
  uint64_t bytes = 0;
  for (const rte_mbuf* mbuf : mbufs) {
    ::rte_prefetch0(rte_pktmbuf_mtod(mbuf, const void*));
    bytes += mbuf->pkt_len;
  }
  spec_.stats.frames.add(count);
  spec_.stats.bytes.add(bytes);
  if (traits().stream) {
    take_payloads(mbufs);
  } else {
    take_frames(mbufs);
  }
  outlets_.flush(spec_.stats);
  return count;
}

void Receiver::take_payloads(std::span<rte_mbuf*> mbufs) noexcept {
  spec_.stats.received.add(mbufs.size());
  for (rte_mbuf* mbuf : mbufs) {
    mark_of(mbuf).stream = *traits().stream;
    outlets_.push(mbuf, spec_.stats);
  }
}

void Receiver::take_frames(std::span<rte_mbuf*> mbufs) noexcept {
  const net::FlowTable& flows = *spec_.flows.load(std::memory_order_acquire);
  std::array<net::Frame, kBurst> frames;
  std::array<net::FlowTable::Rules, kBurst> rules;
  for (size_t i = 0; i < mbufs.size(); ++i) {
    frames[i] = net::parse_frame(frame_bytes(*mbufs[i]), stripped_vlan(*mbufs[i]));
  }
  flows.find({frames.data(), mbufs.size()}, {rules.data(), mbufs.size()});

  std::array<rte_mbuf*, kBurst> unwanted;
  unsigned unwanted_count = 0;
  for (size_t i = 0; i < mbufs.size(); ++i) {
    const net::Frame& frame = frames[i];
    if (frame.kind == FrameKind::kDatagram && deliver(mbufs[i], frame, rules[i])) {
      continue;
    }
    // A broken frame that is legibly for somebody else is none of ours.
    const bool ours = frame.kind == FrameKind::kBroken &&
                      (!frame.addressed || flows.has_destination(frame.destination));
    if (ours) {
      spec_.stats.received.add();
      spec_.stats.drops.add(frame.drop);
    } else {
      spec_.stats.filtered.add();
    }
    if (frame.kind == FrameKind::kMembership && spec_.membership != nullptr) {
      spec_.membership->push(mbufs[i]);
      continue;
    }
    unwanted[unwanted_count++] = mbufs[i];
  }
  ::rte_pktmbuf_free_bulk(unwanted.data(), unwanted_count);
}

/// Sends a datagram to each stream that it belongs to. False if there is none.
bool Receiver::deliver(rte_mbuf* mbuf, const net::Frame& frame,
                       net::FlowTable::Rules rules) noexcept {
  const net::FlowRule* first = nullptr;
  for (const net::FlowRule& rule : rules) {
    if (!rule.matches(frame)) {
      continue;
    }
    spec_.stats.received.add();
    if (first == nullptr) {
      first = &rule;
      mbuf->data_off = static_cast<uint16_t>(mbuf->data_off + frame.payload_offset);
      mbuf->data_len = frame.payload_length;
      mbuf->pkt_len = frame.payload_length;
      continue;
    }
    // Another view of the same bytes, counted as a datagram of its own.
    rte_mbuf* view = ::rte_pktmbuf_clone(mbuf, spec_.pool);
    if (view == nullptr) {
      spec_.stats.drops.add(Drop::kNoMbuf);
      continue;
    }
    mark_of(view).stream = rule.stream;
    outlets_.push(view, spec_.stats);
  }
  if (first == nullptr) {
    return false;
  }
  // Last, since it is the segmenter's from here on.
  mark_of(mbuf).stream = first->stream;
  outlets_.push(mbuf, spec_.stats);
  return true;
}

}  // namespace sluice::lcore
