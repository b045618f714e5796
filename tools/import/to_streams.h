#pragma once

#include <vector>

#include "config/appliance.h"
#include "tools/import/channel.h"

namespace sluice::tools::import {

/// What became of a list. Every channel of it is a stream, or a refused remark.
struct Imported {
  std::vector<config::Stream> streams;  ///< in the order of the list; names and flows differ
  std::vector<Remark> remarks;          ///< in the order of the list
  size_t renamed = 0;
  size_t refused = 0;
};

/// @param folders  whether a channel's category becomes the first part of its stream's name
Imported to_streams(ChannelList list, bool folders);

}  // namespace sluice::tools::import
