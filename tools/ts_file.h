#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "config/base/digest.h"
#include "config/base/result.h"
#include "dataplane/media/continuity.h"
#include "dataplane/media/packet_grid.h"
#include "dataplane/media/timestamp.h"

namespace sluice::tools {

/// A file mapped into memory for reading from front to back.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  Bytes bytes() const { return bytes_; }
  /// Time of its last change, UTC.
  int64_t changed_ns() const { return changed_ns_; }

 private:
  MappedFile(Bytes bytes, int64_t changed_ns) : bytes_(bytes), changed_ns_(changed_ns) {}
  Bytes bytes_;
  int64_t changed_ns_;
};

/// Walks over the TS packets of a file, of 188, 192 or 204 bytes, as if they came in datagrams,
/// with arrival times made from the PCR of the first PID that has one. The last packet is taken to
/// have arrived when the file was last changed. Bytes that are in no packet are passed over.
class TsFileReader {
 public:
  struct Datagram {
    Bytes bytes;  ///< good until the next call
    int64_t arrival_ns = 0;
  };

  explicit TsFileReader(const MappedFile& file);
  /// The next packets, at most seven, or none at the end.
  std::optional<Datagram> next();

  /// Bytes passed over so far; time stamps and protection around packets are none.
  uint64_t skipped() const { return skipped_; }
  /// Bytes gone by so far.
  uint64_t position() const { return position_; }

 private:
  static constexpr size_t kDatagramPackets = 7;

  Bytes packets(size_t begin, size_t count);
  void take_clock(const media::TsPacket& packet);
  void take_pcr(media::Pcr pcr);

  const Bytes bytes_;
  media::PacketGrid grid_;
  size_t position_ = 0;
  uint64_t skipped_ = 0;
  std::optional<uint16_t> clock_pid_;
  media::ContinuityCounter clock_counter_{};
  bool clock_broken_ = false;  ///< packets of the clock's PID are missing since its last PCR
  media::Pcr last_pcr_ = 0;
  int64_t arrival_ns_;
  std::array<uint8_t, kDatagramPackets * media::kTsPacketSize> gathered_;
};

}  // namespace sluice::tools
