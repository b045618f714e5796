#pragma once

#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "tools/import/channel.h"

namespace sluice::tools::import {

/// Where a channel's packets come from.
struct ChannelSource {
  config::Source source;
  std::string ssm;
  std::vector<std::string> notes;  ///< what of the list was left out
};

/// From the channel's URL, or from its address, port and protocol. VLC's `udp://sender@group:port`
/// and ffmpeg's `?sources=sender` name the sender. The error says what is wrong without the URL,
/// which may hold a password.
Result<ChannelSource> channel_source(const Channel& channel);

/// "udp://239.1.1.1:5000": a group's URL in one spelling.
std::string group_url(const config::Source& source);

/// "8.5 Mbit/s", "8000k", "6,5" in a column of Mbps: in bits a second. A number alone says nothing.
Result<uint64_t> channel_bitrate(std::string_view text, std::string_view unit_of_column);

}  // namespace sluice::tools::import
