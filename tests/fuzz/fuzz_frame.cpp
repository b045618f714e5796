#include <cstdlib>
#include <vector>

#include "dataplane/net/frame.h"
#include "dataplane/net/reassembler.h"

namespace {

using namespace sluice;
using net::Frame;
using net::FrameKind;

constexpr uint64_t kTimeout = 100;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// Where the IPv4 header of a frame begins, whatever stands before it in tags; 0 = it has none.
size_t ipv4_at(const std::vector<uint8_t>& frame) {
  size_t at = 12;
  for (int tags = 0; tags < 3 && at + 2 <= frame.size(); ++tags, at += 4) {
    const int type = frame[at] << 8 | frame[at + 1];
    if (type == 0x0800) {
      return at + 2;
    }
    if (type != 0x8100 && type != 0x88a8 && type != 0x9100) {
      break;
    }
  }
  return 0;
}

/// Gives an IPv4 header its right checksum, which no mutation of bytes ever finds.
void fix_checksum(std::vector<uint8_t>& frame) {
  const size_t at = ipv4_at(frame);
  if (at == 0 || at + 20 > frame.size() || at + (frame[at] & 15U) * 4 > frame.size()) {
    return;
  }
  frame[at + 10] = frame[at + 11] = 0;
  uint32_t sum = 0;
  for (size_t i = at; i < at + (frame[at] & 15U) * 4; i += 2) {
    sum += static_cast<uint32_t>(frame[i] << 8 | frame[i + 1]);
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  frame[at + 10] = static_cast<uint8_t>(~sum >> 8);
  frame[at + 11] = static_cast<uint8_t>(~sum);
}

/// What the parser says lies within the bytes that it was given.
void check(const Frame& frame, size_t size) {
  if (frame.kind == FrameKind::kOther || frame.kind == FrameKind::kBroken) {
    return;
  }
  require(frame.addressed);
  require(size_t{frame.payload_offset} + frame.payload_length <= size);
  require(frame.kind != FrameKind::kDatagram || frame.payload_length > 0);
}

}  // namespace

/// Whatever comes off the wire, frame after frame, fragments put together: [length, 2 bytes][bit 0:
/// leave the checksum wrong; others: time that passes][vlan that the driver took out][bytes].
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Its memory is made once; what an earlier run left there is too old to have a say.
  static net::Reassembler reassembler(kTimeout);
  static uint64_t now = 0;
  now += 2 * kTimeout;
  uint64_t fragments = 0;
  uint64_t ended = 0;
  Bytes rest(data, size);
  while (rest.size() >= 4) {
    const size_t length = std::min<size_t>(rest[0] << 8 | rest[1], rest.size() - 4);
    const Bytes bytes = rest.subspan(4, length);
    std::vector<uint8_t> frame(bytes.begin(), bytes.end());
    if ((rest[2] & 1) == 0) {
      fix_checksum(frame);
    }
    now += rest[2] >> 1;
    reassembler.expire(now);
    const Frame parsed = net::parse_frame(frame, rest[3]);
    check(parsed, frame.size());
    if (parsed.kind == FrameKind::kFragment) {
      ++fragments;
      const auto whole = reassembler.take(
          parsed, Bytes(frame).subspan(parsed.payload_offset, parsed.payload_length), now);
      if (whole) {
        ++ended;
        require(!whole->bytes.empty() && whole->bytes.size() <= 65535);
        require(whole->frame.kind != FrameKind::kFragment);
        check(whole->frame, whole->bytes.size());
      }
    }
    rest = rest.subspan(4 + length);
  }
  reassembler.give_up_all();
  require(ended + reassembler.take_lost() <= fragments);
  return 0;
}
