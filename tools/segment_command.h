#pragma once

#include <filesystem>

#include "config/appliance.h"

namespace sluice::tools {

/// What `sluice segment` was asked to do.
struct SegmentOptions {
  std::filesystem::path input;  ///< .ts, or a capture: .pcap, .pcapng
  std::filesystem::path out;    ///< folder, made if it is not there
  config::Segment segment;
  config::Program program;
};

/// `sluice segment INPUT -o DIR`: cuts a file with the appliance's own segmenter, at full speed.
/// Writes DIR/segment_00000.ts …, DIR/index.m3u8 (VOD) and DIR/segments.json. Files appear whole or
/// not at all; after an error none of this run's remain. Says what is wrong on stderr.
///
/// From a capture the UDP flow that carries the most TS packets is taken. A .ts file has no arrival
/// times, so they are made from its PCR, counted back from the file's time of last change.
///
/// @return the exit status: 0 done, 1 failed
int segment_command(const SegmentOptions& options);

}  // namespace sluice::tools
