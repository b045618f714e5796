#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/base/digest.h"

namespace sluice::media {

/// What a multivariant playlist says of a stream (RFC 8216, 4.3.4.2).
struct StreamInfo {
  bool has_video = false;
  bool has_audio = false;
  /// RFC 6381 identifiers of the programme's video and audio, video first: "avc1.64001f",
  /// "mp4a.40.2". An elementary stream whose headers are not in the bytes given is left out.
  std::vector<std::string> codecs;
  uint32_t width = 0;     ///< of the picture as displayed (cropped), in pixels; 0 = unknown
  uint32_t height = 0;    ///< 0 = unknown
  double frame_rate = 0;  ///< frames a second; 0 = unknown

  /// The CODECS attribute's value: the identifiers, comma-separated.
  std::string codecs_attribute() const;
};

/// Reads what can be known from the first bytes of a segment: PAT, PMT (ISO 13818-1, 2.4.4), and
/// the first headers of the elementary streams of the lowest-numbered programme with video, or
/// else the first programme. 256 KiB are plenty. For the slow side: it allocates. Bytes that are no
/// TS, or damaged, give an empty answer, never an error.
StreamInfo read_stream_info(Bytes segment);

}  // namespace sluice::media
