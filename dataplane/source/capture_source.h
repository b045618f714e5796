#pragma once

#include <filesystem>
#include <memory>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/source/packet_source.h"

namespace sluice::source {

/// Frames from a capture file, as the network would deliver them: at the capture's pace or as fast
/// as they are taken. The capture's time stamps are the arrival clock in either case.
Result<std::unique_ptr<PacketSource>> open_capture_source(const std::filesystem::path& path,
                                                          config::Pace pace, rte_mempool* pool);

}  // namespace sluice::source
