#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/analyze/measurement.h"

namespace sluice::tools::analyze {

using Json = nlohmann::ordered_json;

/// A flow of a capture.
struct Flow {
  std::string url;
  uint64_t ts_packets = 0;
  bool is_chosen = false;
};

/// What was analyzed, besides the stream itself.
struct Origin {
  std::string input;
  std::string kind;  ///< "file", "capture", "live"
  size_t packet_size = media::kTsPacketSize;
  uint64_t skipped = 0;  ///< bytes that are in no packet
  std::vector<Flow> flows;
  std::optional<RtpCount> rtp;
  uint64_t datagrams = 0;  ///< 0 for a .ts file
  uint64_t no_ts = 0;      ///< datagrams without TS packets in them
  uint64_t dropped = 0;    ///< by the kernel, for want of room
  bool was_stopped = false;
};

/// Everything that was measured, for programs; `print_report` shows the same to people. Times of
/// indicators are seconds from the start.
Json report_json(const Origin& origin, const Measurement& measurement);

/// One indicator of a report, as it stands in `indicators`.
Json indicator_json(media::Indicator indicator, uint64_t count, Json first, Json last,
                    const std::string& not_judged);

}  // namespace sluice::tools::analyze
