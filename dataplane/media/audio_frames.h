#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "config/base/digest.h"
#include "dataplane/media/program_tables.h"

namespace sluice::media {

/// Counts how much sound the frames of an audio stream hold, by their headers: MPEG audio (ISO
/// 11172-3, 2.4.2.3; ISO 13818-3), AAC in ADTS and LOAS/LATM (ISO 14496-3, 1.A.2.2 and 1.7), AC-3
/// and E-AC-3 (ETSI TS 102 366, 4.3 and E.1.2). It is fed the elementary stream in pieces of any
/// size; headers may be torn anywhere. No allocation.
class AudioFrames {
 public:
  static constexpr bool can_count(Codec codec) {
    return codec == Codec::kMpegAudio || codec == Codec::kAac || codec == Codec::kLatmAac ||
           codec == Codec::kAc3 || codec == Codec::kEac3;
  }

  /// Forgets a frame that has begun: bytes are missing, or another stream begins.
  void reset(Codec codec) noexcept;
  Codec codec() const noexcept { return codec_; }

  /// Counts from 0 again; a frame that has begun before belongs to what was before.
  void restart() noexcept { samples_ = 0; }
  void feed(Bytes piece) noexcept;

  /// Duration of the frames whose headers have come, 90 kHz; 0 if there were none.
  uint64_t ticks() const noexcept {
    return rate_ == 0 ? 0 : (samples_ * 90'000 + rate_ / 2) / rate_;
  }

 private:
  struct Frame {
    size_t bytes = 0;  ///< 0 = this is no header
    uint32_t samples = 0;
    uint32_t rate = 0;  ///< Hz; 0 = as before
  };

  void take(uint8_t byte) noexcept;
  size_t header_bytes() const noexcept;
  Frame read() const noexcept;
  Frame read_mpeg() const noexcept;
  Frame read_adts() const noexcept;
  Frame read_loas() const noexcept;
  Frame read_ac3() const noexcept;

  Codec codec_ = Codec::kOther;
  std::array<uint8_t, 32> header_{};
  size_t header_size_ = 0;
  size_t left_ = 0;  ///< bytes of the frame that are still to come
  uint64_t samples_ = 0;
  uint32_t rate_ = 0;
  uint32_t last_samples_ = 1024;  ///< of a LATM frame: its configuration may come but now and then
};

}  // namespace sluice::media
