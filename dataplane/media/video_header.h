#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/base/digest.h"
#include "dataplane/media/program_tables.h"

namespace sluice::media {

/// What a video stream's sequence-level header tells.
struct VideoHeader {
  std::string codec;  ///< RFC 6381: "avc1.64001f", "hvc1.1.6.L93.B0", "mp4v.61"
  uint32_t width = 0;
  uint32_t height = 0;
  double frame_rate = 0;  ///< 0 = not told
};

/// Finds the first sequence parameter set (H.264: ISO 14496-10, 7.3.2.1.1; HEVC: ISO 23008-2,
/// 7.3.2.2) or sequence header (MPEG-2: ISO 13818-2, 6.2.2.1) in a piece of an elementary stream.
std::optional<VideoHeader> read_video_header(Codec codec, Bytes stream);

}  // namespace sluice::media
