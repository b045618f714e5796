#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/source/packet_source.h"

namespace sluice::source {

/// A TS file, of 188-, 192- or 204-byte packets, as a stream's source: datagrams of seven packets,
/// at the pace of the file's first PCR PID or as fast as they are taken. Arrival times are the
/// start's UTC plus what the PCR says has gone by, so that both paces archive alike; a file without
/// PCR is always at full speed.
Result<std::unique_ptr<PacketSource>> open_ts_file_source(const std::filesystem::path& path,
                                                          config::Pace pace, uint32_t stream,
                                                          rte_mempool* pool);

}  // namespace sluice::source
