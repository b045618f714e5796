#pragma once

#include <string>
#include <string_view>

#include "storage/arena/segment_record.h"

namespace sluice::catalog {

/// The column's text: "256:1,0,0,0 257:0,2,0,0": PID, continuity, transport, scrambled, CRC. Empty
/// where nothing was wrong.
std::string render_faulty_pids(const arena::FaultyPids& faulty);
/// Reads it back, up to where it makes sense.
arena::FaultyPids parse_faulty_pids(std::string_view text);

}  // namespace sluice::catalog
