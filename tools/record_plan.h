#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"

namespace sluice::tools {

/// The options of `sluice record`, with their defaults. Names and defaults are those that operators
/// of mpegts_to_s3 know, but for those at the end.
struct RecordOptions {
  std::string endpoint = "http://127.0.0.1:9000";
  std::string region = "us-west-2";
  std::string bucket = "ltnhls";
  std::string udp_ip = "227.1.1.102";
  uint16_t udp_port = 4102;
  std::string interface = "net1";
  unsigned timeout = 1000;  ///< without effect
  std::string output_dir = "hls";
  bool remove_local = false;
  bool manual_segment = false;  ///< without effect
  bool inject_pat_pmt = true;
  unsigned hls_keep_segments = 0;
  bool unsigned_urls = false;
  unsigned diskless_ring_size = 1;  ///< segments
  bool drop_corrupt_ts = false;     ///< without effect
  unsigned duration = 0;            ///< seconds; 0 = until it is stopped
  bool verbose = false;
  bool quiet = false;

  std::string name;  ///< of the stream, and its folder in the bucket; empty = no folder
  std::string driver = "dpdk";
  std::string listen = "0.0.0.0:3001";
  bool rtp = false;
};

/// Reads one environment variable.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// What a recording is to be.
struct RecordPlan {
  config::Appliance appliance;  ///< its credentials are inline
  std::optional<std::chrono::nanoseconds> run_for;
  std::string log_level;           ///< for SLUICE_LOG; empty = as it is
  std::vector<std::string> notes;  ///< what was asked for and has no effect, and why
};

/// Makes an appliance of one stream from options and environment. An error names the option or
/// variable that is wrong. What is to outlive the process (the catalog) goes below `state_root`.
Result<RecordPlan> plan_recording(const RecordOptions& options, const Environment& environment,
                                  const std::filesystem::path& state_root);

}  // namespace sluice::tools
