#include "dataplane/net/flow_table.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace sluice::net {
namespace {

/// The finalizer of MurmurHash3: every bit of the key reaches the low bits that pick the slot.
uint64_t mix(uint64_t x) noexcept {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdU;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53U;
  x ^= x >> 33;
  return x;
}

}  // namespace

FlowTable::FlowTable(std::vector<FlowRule> rules) : rules_(std::move(rules)) {
  std::stable_sort(rules_.begin(), rules_.end(), [](const FlowRule& a, const FlowRule& b) {
    return std::tie(a.destination, a.port) < std::tie(b.destination, b.port);
  });
  slots_.resize(std::bit_ceil(std::max<size_t>(rules_.size() * 2, 2)));
  for (size_t first = 0; first < rules_.size();) {
    const FlowRule& rule = rules_[first];
    size_t end = first;
    while (end < rules_.size() && rules_[end].destination == rule.destination &&
           rules_[end].port == rule.port) {
      ++end;
    }
    size_t slot = slot_of(rule.destination, rule.port);
    while (slots_[slot].rules != 0) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    slots_[slot] = {rule.destination, rule.port, static_cast<uint16_t>(end - first),
                    static_cast<uint32_t>(first)};
    widest_ = std::max(widest_, end - first);
    if (destinations_.empty() || destinations_.back() != rule.destination) {
      destinations_.push_back(rule.destination);
    }
    first = end;
  }
}

size_t FlowTable::slot_of(const IpAddress& destination, uint16_t port) const noexcept {
  uint64_t halves[2];
  std::memcpy(halves, destination.bytes().data(), sizeof halves);
  return mix(halves[0] ^ mix(halves[1] ^ port)) & (slots_.size() - 1);
}

void FlowTable::find(std::span<const Frame> frames, std::span<Rules> found) const noexcept {
  constexpr size_t kAtOnce = 32;
  size_t slots[kAtOnce];
  for (size_t start = 0; start < frames.size(); start += kAtOnce) {
    const size_t count = std::min(kAtOnce, frames.size() - start);
    for (size_t i = 0; i < count; ++i) {
      const Frame& frame = frames[start + i];
      slots[i] = slot_of(frame.destination, frame.port);
      __builtin_prefetch(&slots_[slots[i]]);
    }
    for (size_t i = 0; i < count; ++i) {
      const Frame& frame = frames[start + i];
      if (frame.kind != FrameKind::kDatagram) {
        continue;
      }
      size_t at = slots[i];
      while (slots_[at].rules != 0 &&
             (slots_[at].port != frame.port || slots_[at].destination != frame.destination)) {
        at = (at + 1) & (slots_.size() - 1);
      }
      found[start + i] = Rules(rules_).subspan(slots_[at].first, slots_[at].rules);
    }
  }
}

bool FlowTable::has_destination(const IpAddress& address) const noexcept {
  return std::binary_search(destinations_.begin(), destinations_.end(), address);
}

}  // namespace sluice::net
