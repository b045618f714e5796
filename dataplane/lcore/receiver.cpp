#include "dataplane/lcore/receiver.h"

#include <rte_cycles.h>
#include <rte_prefetch.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "dataplane/net/frame.h"
#include "dataplane/source/mark.h"

namespace sluice::lcore {
namespace {

using arena::Drop;
using net::FrameKind;
using source::mark_of;

constexpr uint64_t kNsPerSecond = 1'000'000'000;

}  // namespace

Receiver::Receiver(const ReceiverSpec& spec, Outlets& outlets) : spec_(spec), outlets_(outlets) {
  if (!traits().stream) {
    // A second: fragments come back to back, and identifiers of IPv4 come round.
    reassembler_.emplace(traits().waits ? kNsPerSecond : ::rte_get_tsc_hz());
  }
}

size_t Receiver::poll() noexcept {
  if (traits().waits && (spec_.room.scarce() || !outlets_.calm())) {
    return 0;
  }
  std::array<rte_mbuf*, kBurst> buffer;
  const size_t count = spec_.source.receive(buffer);
  if (count == 0) {
    give_up_late();
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
  give_up_late();
  outlets_.flush(spec_.stats);
  return count;
}

/// Gives up the datagrams of which no more fragments can be expected.
void Receiver::give_up_late() noexcept {
  if (ended()) {
    finish();
  } else if (reassembler_ && !traits().waits) {
    reassembler_->expire(::rte_rdtsc());
    count_lost();
  }
}

void Receiver::finish() noexcept {
  if (reassembler_) {
    reassembler_->give_up_all();
    count_lost();
  }
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
    if (frame.kind == FrameKind::kFragment && flows.has_destination(frame.destination)) {
      take_fragment(mbufs[i], frame, flows);
    } else {
      reject(frame, flows);
    }
    if (frame.kind == FrameKind::kMembership && spec_.membership != nullptr) {
      spec_.membership->push(mbufs[i]);
      continue;
    }
    unwanted[unwanted_count++] = mbufs[i];
  }
  ::rte_pktmbuf_free_bulk(unwanted.data(), unwanted_count);
}

/// Counts a frame that goes no further. A broken one that is legibly for somebody else is none of
/// ours.
void Receiver::reject(const net::Frame& frame, const net::FlowTable& flows) noexcept {
  const bool ours = frame.kind == FrameKind::kBroken &&
                    (!frame.addressed || flows.has_destination(frame.destination));
  if (ours) {
    spec_.stats.received.add();
    spec_.stats.drops.add(frame.drop);
  } else {
    spec_.stats.filtered.add();
  }
}

void Receiver::take_fragment(rte_mbuf* mbuf, const net::Frame& frame,
                             const net::FlowTable& flows) noexcept {
  const int64_t arrival_ns = mark_of(mbuf).arrival_ns;
  // What waits may be read at any speed: its own clock tells what came when.
  const uint64_t now = traits().waits ? static_cast<uint64_t>(arrival_ns) : ::rte_rdtsc();
  const Bytes piece = frame_bytes(*mbuf).subspan(frame.payload_offset, frame.payload_length);
  if (const auto whole = reassembler_->take(frame, piece, now)) {
    take_reassembled(*whole, arrival_ns, flows);
  }
  count_lost();
}

void Receiver::take_reassembled(const net::Reassembler::Whole& whole, int64_t arrival_ns,
                                const net::FlowTable& flows) noexcept {
  net::Frame frame = whole.frame;
  net::FlowTable::Rules rules;
  flows.find({&frame, 1}, {&rules, 1});
  const bool wanted = std::any_of(rules.begin(), rules.end(), [&frame](const net::FlowRule& rule) {
    return rule.matches(frame);
  });
  if (!wanted) {
    return reject(frame, flows);
  }
  rte_mbuf* mbuf = buffer_of(whole.bytes.subspan(frame.payload_offset, frame.payload_length));
  if (mbuf == nullptr) {
    spec_.stats.received.add();
    spec_.stats.drops.add(Drop::kNoMbuf);
    return;
  }
  mark_of(mbuf).arrival_ns = arrival_ns;
  frame.payload_offset = 0;
  deliver(mbuf, frame, rules);
}

/// A buffer with this payload; null if none is free.
rte_mbuf* Receiver::buffer_of(Bytes payload) noexcept {
  const size_t room = ::rte_pktmbuf_data_room_size(spec_.pool) - RTE_PKTMBUF_HEADROOM;
  rte_mbuf* mbuf = ::rte_pktmbuf_alloc(payload.size() <= room ? spec_.pool : spec_.large_pool);
  if (mbuf == nullptr) {
    return nullptr;
  }
  if (payload.size() > room) {
    mbuf->data_off = 0;
  }
  std::memcpy(rte_pktmbuf_mtod(mbuf, uint8_t*), payload.data(), payload.size());
  return mbuf;
}

/// A datagram that did not become whole was received, and is dropped.
void Receiver::count_lost() noexcept {
  if (const uint64_t lost = reassembler_->take_lost(); lost > 0) {
    spec_.stats.received.add(lost);
    spec_.stats.drops.add(Drop::kFragment, lost);
  }
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
