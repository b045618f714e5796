#pragma once

#include <cstdint>

namespace sluice::segment {

/// What has come of a stream since its segmenter was made. A place in the stream is the Totals in
/// front of it; a segment's figures are the difference of two places.
struct Totals {
  uint64_t packets = 0;
  uint64_t datagrams = 0;  ///< that are whole
  uint64_t cc_errors = 0;
  uint64_t transport_errors = 0;
  uint64_t scrambled = 0;
  uint64_t crc_errors = 0;
  uint64_t lost = 0;  ///< datagrams dropped, or missing by RTP sequence number
};

}  // namespace sluice::segment
