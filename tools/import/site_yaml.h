#pragma once

#include <string>
#include <vector>

#include "config/appliance.h"

namespace sluice::tools::import {

/// What a list says nothing about.
struct Site {
  std::string list;       ///< for the first line
  std::string interface;  ///< empty: chosen by the kernel's routes
  std::string endpoint = "file:///var/lib/sluice/archive";
};

/// A configuration that people go on with: a line a stream, with what differs from the defaults.
std::string site_yaml(const std::vector<config::Stream>& streams, const Site& site);

/// `streams:` alone, to be put into a configuration that is there.
std::string streams_yaml(const std::vector<config::Stream>& streams);

}  // namespace sluice::tools::import
