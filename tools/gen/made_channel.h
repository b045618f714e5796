#pragma once

#include <cstdint>
#include <vector>

namespace sluice::gen {

/// Two seconds of a channel of exactly this bitrate, made to be repeated: PAT, PMT and H.264 at 25
/// frames a second in GOPs of a second, a PCR with each picture, filled up with filler data.
/// @param bitrate  bits a second of TS; at least kLeastMadeBitrate
std::vector<uint8_t> made_channel(uint64_t bitrate);

inline constexpr uint64_t kLeastMadeBitrate = 200'000;

}  // namespace sluice::gen
