#pragma once

#include <string_view>

#include "config/appliance.h"
#include "config/base/result.h"

namespace sluice::config {

/// Reads a stream's `source`: udp://, rtp://, file:// or rtsp://. VLC's spelling
/// `udp://@group:port` is accepted. The error never repeats the text, which may hold a password.
Result<Source> parse_source(std::string_view text);

}  // namespace sluice::config
