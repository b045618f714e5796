#include "dataplane/net/reassembler.h"

#include <algorithm>
#include <cstring>

namespace sluice::net {
namespace {

constexpr size_t kBlock = 8;  // the unit of offset

constexpr size_t blocks_of(size_t bytes) noexcept {
  return (bytes + kBlock - 1) / kBlock;
}

/// Whether a piece can be part of any datagram.
bool is_sound(const Fragment& fragment, Bytes piece) noexcept {
  constexpr size_t kLongestPayload = 65535;
  return !piece.empty() && fragment.offset + piece.size() <= kLongestPayload &&
         (!fragment.more || piece.size() % kBlock == 0);
}

}  // namespace

Reassembler::Reassembler(uint64_t timeout)
    : timeout_(timeout),
      slots_(kDatagrams),
      memory_(new uint8_t[kDatagrams * kLongest]) {}  // not initialised, so not touched

std::optional<Reassembler::Whole> Reassembler::take(const Frame& frame, Bytes piece,
                                                    uint64_t now) noexcept {
  const Key key{frame.source, frame.destination, frame.fragment.identification, frame.vlan};
  std::optional<Index> found = find(key);
  if (found && now - slots_[*found].begun > timeout_) {
    end(*found, State::kFree);
    found.reset();
  }
  const Index index = found ? *found : slot_to_use();
  if (!found || begins_another(index, frame.fragment, piece)) {
    begin(index, key, now);
  }
  if (slots_[index].state != State::kFilling) {
    return std::nullopt;
  }
  return fill(index, frame, piece);
}

std::optional<Reassembler::Index> Reassembler::find(const Key& key) const noexcept {
  for (Index i = 0; i < kDatagrams; ++i) {
    if (identifications_[i] == key.identification && slots_[i].state != State::kFree &&
        slots_[i].key == key) {
      return i;
    }
  }
  return std::nullopt;
}

/// A free slot; else the oldest of those that are only kept; else the oldest of all.
Reassembler::Index Reassembler::slot_to_use() const noexcept {
  const auto rank = [](const Slot& slot) {
    return slot.state == State::kFree ? 0 : slot.state == State::kFilling ? 2 : 1;
  };
  const auto slot =
      std::min_element(slots_.begin(), slots_.end(), [&rank](const Slot& a, const Slot& b) {
        return std::pair(rank(a), a.begun) < std::pair(rank(b), b.begun);
      });
  return static_cast<Index>(slot - slots_.begin());
}

void Reassembler::begin(Index index, const Key& key, uint64_t now) noexcept {
  end(index, State::kFree);
  identifications_[index] = key.identification;
  slots_[index] = {.key = key, .state = State::kFilling, .begun = now, .came = {}};
  if (filling_++ == 0) {
    next_expiry_ = now + timeout_;
  }
}

/// Turns a slot to what it is after it was filled; a datagram that is not whole is lost.
void Reassembler::end(Index index, State state) noexcept {
  if (slots_[index].state == State::kFilling) {
    --filling_;
    lost_ += state == State::kWhole ? 0 : 1;
  }
  slots_[index].state = state;
}

/// Whether a piece shows that its identifier is in use again: those of IPv4 come round soon (RFC
/// 4963), and some senders give all datagrams the same.
bool Reassembler::begins_another(Index index, const Fragment& fragment,
                                 Bytes piece) const noexcept {
  const Slot& slot = slots_[index];
  if (!is_sound(fragment, piece)) {
    return false;
  }
  if (slot.state == State::kWhole) {
    return !repeats(index, fragment.offset, piece);
  }
  const bool first_of_v4 = slot.key.destination.is_v4() && fragment.offset == 0;
  return first_of_v4 && (slot.state == State::kRefused ||
                         (slot.came[0] && !repeats(index, fragment.offset, piece)));
}

size_t Reassembler::blocks_that_came(Index index, size_t offset, size_t size) const noexcept {
  const size_t first = offset / kBlock;
  size_t count = 0;
  for (size_t block = first; block < first + blocks_of(size); ++block) {
    count += slots_[index].came[block] ? 1 : 0;
  }
  return count;
}

/// Whether all of a piece was there before, byte for byte.
bool Reassembler::repeats(Index index, size_t offset, Bytes piece) const noexcept {
  return blocks_that_came(index, offset, piece.size()) == blocks_of(piece.size()) &&
         std::memcmp(memory(index) + offset, piece.data(), piece.size()) == 0;
}

std::optional<Reassembler::Whole> Reassembler::fill(Index index, const Frame& frame,
                                                    Bytes piece) noexcept {
  const Fragment& fragment = frame.fragment;
  Slot& slot = slots_[index];
  const auto reach = static_cast<uint32_t>(fragment.offset + piece.size());
  const bool last_agrees = slot.length == 0 ? reach >= slot.reach : reach == slot.length;
  const bool inner_agrees = slot.length == 0 || reach < slot.length;
  if (!is_sound(fragment, piece) || !(fragment.more ? inner_agrees : last_agrees)) {
    end(index, State::kRefused);
    return std::nullopt;
  }
  if (blocks_that_came(index, fragment.offset, piece.size()) > 0) {
    if (!repeats(index, fragment.offset, piece)) {
      end(index, State::kRefused);
    }
    return std::nullopt;
  }
  std::memcpy(memory(index) + fragment.offset, piece.data(), piece.size());
  const size_t first = fragment.offset / kBlock;
  for (size_t block = first; block < first + blocks_of(piece.size()); ++block) {
    slot.came.set(block);
  }
  slot.blocks += static_cast<uint32_t>(blocks_of(piece.size()));
  slot.reach = std::max(slot.reach, reach);
  slot.length = fragment.more ? slot.length : reach;
  slot.next_header = fragment.offset == 0 ? fragment.next_header : slot.next_header;
  if (slot.length == 0 || slot.blocks < blocks_of(slot.length)) {
    return std::nullopt;
  }
  end(index, State::kWhole);
  Frame binding = frame;
  binding.fragment.next_header = slot.next_header;
  const Bytes whole(memory(index), slot.length);
  return Whole{whole, parse_reassembled(whole, binding)};
}

void Reassembler::give_up_late(uint64_t now) noexcept {
  next_expiry_ = UINT64_MAX;
  for (Index i = 0; i < kDatagrams; ++i) {
    const Slot& slot = slots_[i];
    if (slot.state != State::kFilling) {
      continue;
    }
    if (now - slot.begun >= timeout_) {
      end(i, State::kFree);
    } else {
      next_expiry_ = std::min(next_expiry_, slot.begun + timeout_);
    }
  }
}

void Reassembler::give_up_all() noexcept {
  for (Index i = 0; i < kDatagrams; ++i) {
    if (slots_[i].state == State::kFilling) {
      end(i, State::kFree);
    }
  }
}

}  // namespace sluice::net
