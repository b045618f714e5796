#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/dataplane/net/frame_builder.h"

namespace sluice::test {

/// Which part of an IP packet's payload a fragment is to carry. `offset` is a multiple of 8.
struct Piece {
  size_t offset = 0;
  size_t size = 0;
  bool more = true;
};

/// Cuts fragments out of the IPv4 or IPv6 packet of a whole frame, as a router would (RFC 791, 3.2)
/// or its sender (RFC 8200, 4.5), apart from the code under test.
class Fragmenter {
 public:
  using Buffer = FrameBuilder::Buffer;

  explicit Fragmenter(const FrameBuilder& builder, uint32_t identification = 0x1234)
      : identification_(identification) {
    const Buffer frame = builder.build();
    const size_t ip = 14 + builder.tags.size();
    is_v6_ = frame[ip] >> 4 == 6;
    const size_t header = is_v6_ ? 40 : (frame[ip] & 15U) * 4;
    ethernet_.assign(frame.begin(), frame.begin() + static_cast<long>(ip));
    header_.assign(frame.begin() + static_cast<long>(ip),
                   frame.begin() + static_cast<long>(ip + header));
    payload_.assign(frame.begin() + static_cast<long>(ip + header),
                    frame.end() - static_cast<long>(builder.padding));
  }

  const Buffer& payload() const { return payload_; }

  /// A frame with one fragment. What the piece has beyond the payload is zero.
  Buffer fragment(const Piece& piece) const {
    Buffer bytes(piece.size);
    for (size_t i = 0; i < piece.size && piece.offset + i < payload_.size(); ++i) {
      bytes[i] = payload_[piece.offset + i];
    }
    return fragment(piece, bytes);
  }
  /// The same with other bytes in it.
  Buffer fragment(const Piece& piece, const Buffer& bytes) const {
    Buffer frame = ethernet_;
    const Buffer packet = is_v6_ ? ipv6(piece, bytes.size()) : ipv4(piece, bytes.size());
    frame.insert(frame.end(), packet.begin(), packet.end());
    frame.insert(frame.end(), bytes.begin(), bytes.end());
    return frame;
  }

  /// All of the packet, cut to pieces of `size` bytes, a multiple of 8.
  std::vector<Piece> pieces(size_t size) const {
    std::vector<Piece> all;
    for (size_t offset = 0; offset < payload_.size(); offset += size) {
      const size_t left = payload_.size() - offset;
      all.push_back({offset, std::min(size, left), left > size});
    }
    return all;
  }
  std::vector<Buffer> fragments(size_t size) const {
    std::vector<Buffer> frames;
    for (const Piece& piece : pieces(size)) {
      frames.push_back(fragment(piece));
    }
    return frames;
  }

 private:
  static void set16(Buffer& at, size_t index, size_t value) {
    at[index] = static_cast<uint8_t>(value >> 8);
    at[index + 1] = static_cast<uint8_t>(value);
  }

  Buffer ipv4(const Piece& piece, size_t size) const {
    Buffer header = header_;
    set16(header, 2, header.size() + size);
    set16(header, 4, identification_);
    set16(header, 6, piece.offset / 8 | (piece.more ? 0x2000 : 0));
    set16(header, 10, 0);
    set16(header, 10, static_cast<size_t>(FrameBuilder::header_checksum(header)));
    return header;
  }

  Buffer ipv6(const Piece& piece, size_t size) const {
    Buffer header = header_;
    set16(header, 4, 8 + size);
    header.resize(48);
    header[40] = std::exchange(header[6], uint8_t{44});
    set16(header, 42, piece.offset | (piece.more ? 1 : 0));
    set16(header, 44, identification_ >> 16);
    set16(header, 46, identification_ & 0xffff);
    return header;
  }

  uint32_t identification_;
  bool is_v6_ = false;
  Buffer ethernet_;
  Buffer header_;
  Buffer payload_;
};

}  // namespace sluice::test
