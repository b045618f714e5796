#pragma once

#include <cstddef>
#include <cstdint>

#include "config/base/digest.h"
#include "dataplane/media/ts_packet.h"

namespace sluice::media {

/// Where TS packets lie in bytes of any kind: one each `stride` bytes. 188 is the packet alone, 192
/// has an arrival time stamp in front of each (BDAV), 204 has Reed-Solomon bytes behind (EN 300
/// 429). Several sync bytes at the right distance tell them, for one byte in 256 of anything is a
/// sync byte.
class PacketGrid {
 public:
  /// Sync bytes that make sure, where so many fit (TR 101 290, 5.2.1 takes five).
  static constexpr size_t kSure = 5;
  /// Broken packets in a row after which a single sync byte in step with them proves nothing.
  static constexpr size_t kPatience = 7;

  explicit PacketGrid(size_t stride = kTsPacketSize) : stride_(stride) {}
  size_t stride() const noexcept { return stride_; }

  /// Whether a packet begins at `at` beyond doubt: sync bytes follow each other up to kSure, or to
  /// the end of the bytes if that comes first and two were seen or the packet ends with them.
  bool is_sure(Bytes bytes, size_t at) const noexcept;

  /// Whether a whole packet with a sync byte lies at `at` that is not cut short by packets that
  /// begin within it. Its neighbours may be broken: it is not given up for their sake.
  bool holds_packet(Bytes bytes, size_t at) const noexcept;

  /// The next place for which `holds_packet` may be true, behind a place where it is not: the
  /// nearest that is sure, or has a sync byte in step with `at` not far behind it. The size of the
  /// bytes if there is none.
  size_t find_behind(Bytes bytes, size_t at) const noexcept;

  /// The places for packets at `at` and in step with it, and at how many of them a sync byte
  /// stands.
  struct Tally {
    size_t in_sync = 0;
    size_t places = 0;
    /// Whether that many are no chance.
    bool proves() const noexcept { return in_sync > 1 || (in_sync == 1 && places <= 2); }
  };
  Tally count(Bytes bytes, size_t at) const noexcept;

  /// Finds packets at the beginning of a file, whatever their stride.
  /// @param first  where the first packet begins; the size of the bytes if there is none
  static PacketGrid detect(Bytes bytes, size_t& first) noexcept;

 private:
  bool is_sync(Bytes bytes, size_t at) const noexcept {
    return at + kTsPacketSize <= bytes.size() && bytes[at] == kTsSync;
  }
  size_t stride_;
};

}  // namespace sluice::media
