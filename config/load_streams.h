#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "config/load.h"

namespace sluice::config {

/// Streams that hold only legal values, or everything that is wrong with them.
using LoadedStreams = tl::expected<std::vector<Stream>, std::vector<Problem>>;

/// Reads streams that are to join others in an appliance that runs, each as strictly as in its
/// file and with its `defaults`. Any thread.
/// @param texts  one item of `streams` each: YAML, of which JSON is a part. A problem's line and
/// column are those in the stream's own text
/// @param name  stands for the file in problems
/// @param others  the streams that these join
LoadedStreams load_streams(const std::vector<std::string>& texts, const std::string& name,
                           const Appliance& appliance, const std::vector<const Stream*>& others);

/// Reads one stream by itself: whether its port is there, and whether it gets in the way of
/// others, is not looked at.
LoadedStreams load_stream_alone(const std::string& text, const std::string& name);

}  // namespace sluice::config
